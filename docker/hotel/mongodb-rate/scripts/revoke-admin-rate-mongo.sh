#!/bin/bash
# Takes readWrite on rate-db from the user admin. revoke-mitigate-admin-rate-mongo.sh gives it back.
# Rendered from the application's topology: change docker/mongo-scripts.ts, then npm run render.
"$(command -v mongosh || command -v mongo)" admin --quiet --username admin --password admin --authenticationDatabase admin --eval '
  db.revokeRolesFromUser("admin", [{ role: "readWrite", db: "rate-db" }]);
'
