#!/bin/sh
# Runs a command with a PostgreSQL server of its own: Debian's package, an ordinary user, a temporary
# folder, a socket in that folder and no network. TARAZY_TEST_POSTGRESQL tells the command where it is.
#
#   with_postgresql.sh COMMAND [ARGUMENT ...]
#
# Exit status 77 (skipped) where PostgreSQL is not installed.
set -eu

programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$programs" ]; then
    echo "skipped: postgresql is not installed"
    exit 77
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/tarazy-postgresql.XXXXXX")
as_user=''
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    chown postgres "$folder"
    as_user='runuser -u postgres --'
fi

stop() {
    $as_user "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM

$as_user "$programs/initdb" -D "$folder/data" -A trust -E UTF8 --locale=C -N >"$folder.log" 2>&1 || {
    cat "$folder.log"
    exit 1
}
rm -f "$folder.log"
(cd "$folder" && $as_user "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/data/log" \
    -o "-k $folder -c listen_addresses= -c fsync=off" start >/dev/null)

user=$($as_user id -un)
TARAZY_TEST_POSTGRESQL="postgresql://$user@/postgres?host=$folder" "$@"
