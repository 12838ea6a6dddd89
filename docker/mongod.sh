#!/bin/bash
# Starts the MongoDB-compatible server with mongod's flags, and keeps the official image's promises: it listens on
# all addresses unless told otherwise; on an empty data directory MONGO_INITDB_ROOT_USERNAME and _PASSWORD become
# a user, and /docker-entrypoint-initdb.d/*.sh and *.js run once, against a server without access control that only
# this container can reach.
set -euo pipefail

server=/app/packages/mongod/bin/mongod.mjs
init_scripts=/docker-entrypoint-initdb.d
dbpath=/data/db
listens=false
flags=("$@")

while (($#)); do
  case $1 in
    --dbpath) dbpath=$2 ;;
    --dbpath=*) dbpath=${1#*=} ;;
    --bind_ip | --bind_ip=* | --bind_ip_all) listens=true ;;
  esac
  shift
done
if ! $listens; then flags+=(--bind_ip_all); fi

user=${MONGO_INITDB_ROOT_USERNAME:-}
password=${MONGO_INITDB_ROOT_PASSWORD:-}
if [[ -n $user && -z $password || -z $user && -n $password ]]; then
  echo 'MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD are set together or not at all' >&2
  exit 1
fi
if [[ -n $user && " ${flags[*]} " != *' --auth '* ]]; then flags+=(--auth); fi

# Everything is made in a directory beside, and moved when it is whole: an interrupted start begins anew.
making=$dbpath/.making

has_data() { [[ -n $(find "$dbpath" -mindepth 1 -maxdepth 1 ! -name '.*' ! -name lost+found -print -quit) ]]; }
has_init() { [[ -n $user ]] || compgen -G "$init_scripts/*.sh" >/dev/null || compgen -G "$init_scripts/*.js" >/dev/null; }

run_init_scripts() {
  local script
  for script in "$init_scripts"/*; do
    case $script in
      *.sh)
        echo "running $script"
        # shellcheck source=/dev/null
        if [[ -x $script ]]; then "$script"; else . "$script"; fi ;;
      *.js)
        echo "running $script"
        mongosh --quiet "${MONGO_INITDB_DATABASE:-test}" "$script" ;;
    esac
  done
}

make_database() {
  rm -rf "$making"
  mkdir "$making"
  node "$server" --quiet --dbpath "$making" --bind_ip 127.0.0.1 --port 27017 &
  pid=$!
  local tries
  trap 'kill "$pid" 2>/dev/null || true' EXIT
  for ((tries = 0; ; tries++)); do
    if healthcheck mongod 27017 2>/dev/null; then break; fi
    if ((tries == 60)) || ! kill -0 "$pid" 2>/dev/null; then echo 'the server for setting up did not start' >&2; exit 1; fi
    sleep 0.25
  done
  if [[ -n $user ]]; then
    MONGO_INITDB_ROOT_PASSWORD=$password mongosh --quiet admin --eval '
      db.createUser({
        user: process.env.MONGO_INITDB_ROOT_USERNAME,
        pwd: process.env.MONGO_INITDB_ROOT_PASSWORD,
        roles: [{ role: "root", db: "admin" }],
      })'
  fi
  run_init_scripts
  kill "$pid"
  wait "$pid"
  trap - EXIT
  find "$making" -mindepth 1 -maxdepth 1 -exec mv -t "$dbpath" {} +
  rmdir "$making"
  echo 'the database is set up'
}

if has_init && ! has_data; then make_database; fi
unset "${!MONGO_INITDB_@}"
exec node "$server" "${flags[@]}"
