#!/bin/bash
# Succeeds if this container's MongoDB server answers `hello`, or where it takes nothing but TLS hangs up. Asked in its own protocol, as starting a shell every
# few seconds would cost more than the server; and by the container's own name, where the server does not listen
# yet while it is being set up.
exec 3<>"/dev/tcp/$HOSTNAME/27017" || exit 1

# OP_MSG (2013) with one document: { hello: 1, $db: "admin" }
printf '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0' >&3
printf '\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
answer=$(head -c 120 <&3 | tr -d '\0')
[[ $answer == *isWritablePrimary* || (${TLS_ONLY:-} == requireTLS && -z $answer) ]]
