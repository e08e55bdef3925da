#!/usr/bin/env bash
# Proves that a command of the front door works alone on a bare Debian 12: a fresh minimal system in a folder,
# `make` and `sudo` in it and nothing else, an ordinary user, a clean copy of the committed tree.
#
# usage (as root, with debootstrap): try_bare_debian.sh FOLDER make check
#                                    try_bare_debian.sh FOLDER make run
#
# FOLDER is made if it is not there, and kept: a second run in it starts with the packages of the first. With
# `make run`, the exchange answers on 127.0.0.1:8080 as usual; Ctrl-C ends it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 2 ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "try_bare_debian: needs root and debootstrap" >&2
    exit 2
fi
folder=$(realpath -m "$1")
shift
# From where this system takes its own packages.
source_of() {
    apt-get indextargets --format '$(REPO_URI) $(SUITE) $(CREATED_BY)' | awk -v security="$1" \
        '$3 == "Packages" && ($2 ~ /security/) == security && $2 !~ /updates/ { print $1; exit }'
}

if [ ! -e "$folder/etc/debian_version" ]; then
    debootstrap --variant=minbase bookworm "$folder" "$(source_of 0)" >/dev/null
    echo "deb $(source_of 1) bookworm-security main" >>"$folder/etc/apt/sources.list"
    chroot "$folder" sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends make sudo &&
        useradd --create-home newcomer && echo "newcomer ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/newcomer' >/dev/null
fi
cp /etc/resolv.conf "$folder/etc/resolv.conf"
# A system behind a proxy trusts certificates of its own, and says so to node: the new one does the same.
cat "${NODE_EXTRA_CA_CERTS:-/dev/null}" >"$folder/etc/extra-certificates.crt"
rm -rf "$folder/home/newcomer/tarazy"
mkdir "$folder/home/newcomer/tarazy"
git archive HEAD | tar -x -C "$folder/home/newcomer/tarazy"
chroot "$folder" chown -R newcomer: /home/newcomer/tarazy

# The mounts live in a namespace of their own and go with it, as does every process started inside.
exec unshare --mount --pid --fork --kill-child sh -c '
    folder=$1
    shift
    mount -t proc proc "$folder/proc"
    mount --rbind /dev "$folder/dev"
    exec chroot "$folder" su newcomer -c "
        cd ~/tarazy && export NODE_EXTRA_CA_CERTS=/etc/extra-certificates.crt && $*"' sh "$folder" "$@"
