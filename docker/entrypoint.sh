#!/bin/sh
# What a container of the image runs, by its first argument:
#   geo, hotel/geo   that service
#   hotel            all services of that application in one process
#   mongod [flags]   the MongoDB-compatible server, set up as the official image does it
#   anything else    a program of the image: certificates, healthcheck, mongosh, node, sh
# Each replaces this shell, so that it gets the signals and its exit code is the container's.
set -eu
cd /app

name=${1:-}
case $name in
  mongod) shift; exec docker/mongod.sh "$@" ;;
  ?*)
    if [ -f "services/$name/topology.ts" ]; then exec node packages/service/all-in-one.ts "$@"; fi
    if [ -f "services/$name/main.ts" ]; then exec node "services/$name/main.ts"; fi
    found=$(ls -d services/*/"$name"/main.ts 2>/dev/null || true)
    case $found in
      *' '* | *'
'*) echo "several applications have a service $name; say which, as in hotel/$name" >&2; exit 2 ;;
      ?*) exec node "$found" ;;
    esac
    if command -v "$name" >/dev/null; then exec "$@"; fi
    echo "there is no $name here" >&2 ;;
esac

echo "usage: docker run IMAGE SERVICE | APPLICATION | mongod [flags]" >&2
for topology in services/*/topology.ts; do
  app=$(basename "$(dirname "$topology")")
  echo "  $app: $(cd "services/$app" && ls -d */main.ts | sed 's|/main.ts||' | tr '\n' ' ')" >&2
done
exit 2
