#!/bin/bash
# Gives the user admin readWrite on rate-db back after revoke-admin-rate-mongo.sh.
# Rendered from the application's topology: change docker/mongo-scripts.ts, then npm run render.
"$(command -v mongosh || command -v mongo)" admin --quiet --username admin --password admin --authenticationDatabase admin --eval '
  db.grantRolesToUser("admin", [{ role: "readWrite", db: "rate-db" }]);
'
