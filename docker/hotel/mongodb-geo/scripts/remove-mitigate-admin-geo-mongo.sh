#!/bin/bash
# Creates the user admin again after remove-admin-mongo.sh.
# Rendered from the application's topology: change docker/mongo-scripts.ts, then npm run render.
"$(command -v mongosh || command -v mongo)" admin --quiet --username root --password root --authenticationDatabase admin --eval '
  db.createUser({ user: "admin", pwd: "admin", roles: [{ role: "userAdminAnyDatabase", db: "admin" }] });
  db.grantRolesToUser("admin", [{ role: "readWrite", db: "geo-db" }]);
'
