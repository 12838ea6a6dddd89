#!/bin/bash
# Drops the user admin. remove-mitigate-admin-rate-mongo.sh creates it again.
# Rendered from the application's topology: change docker/mongo-scripts.ts, then npm run render.
"$(command -v mongosh || command -v mongo)" admin --quiet --username root --password root --authenticationDatabase admin --eval '
  db.dropUser("admin");
'
