#!/bin/bash
# Succeeds if this container's memcached tells its version.
exec 3<>/dev/tcp/127.0.0.1/11211 || exit 1
printf 'version\r\n' >&3
read -r -t 2 answer <&3
[[ $answer == 'VERSION '* ]]
