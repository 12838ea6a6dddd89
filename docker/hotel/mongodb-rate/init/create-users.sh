#!/bin/bash
# Creates admin and root, who administer users and read and write rate-db.
# Rendered from the application's topology: change docker/mongo-scripts.ts, then npm run render.
"$(command -v mongosh || command -v mongo)" admin --quiet --eval '
  db.createUser({ user: "admin", pwd: "admin", roles: [{ role: "userAdminAnyDatabase", db: "admin" }] });
  db.grantRolesToUser("admin", [{ role: "readWrite", db: "rate-db" }]);
  db.createUser({ user: "root", pwd: "root", roles: [{ role: "userAdminAnyDatabase", db: "admin" }] });
  db.grantRolesToUser("root", [{ role: "readWrite", db: "rate-db" }]);
'
