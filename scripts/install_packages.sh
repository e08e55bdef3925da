#!/bin/sh
# Installs what is missing from packages.txt, saying what and why. Does nothing on a machine that has it all.
#
# usage: install_packages.sh [--list] run|check
#   --list  only print what is missing
set -eu
cd "$(dirname "$0")/.."

only_list=no
if [ "${1:-}" = --list ]; then
    only_list=yes
    shift
fi
part=${1:-}
case $part in
run | check) ;;
*)
    echo "usage: install_packages.sh [--list] run|check" >&2
    exit 2
    ;;
esac

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A node on the PATH, whoever put it there, is as good as Debian's.
has_node() {
    command -v npm >/dev/null 2>&1 || return 1
    version=$(node --version 2>/dev/null) || return 1
    major=${version#v}
    [ "${major%%.*}" -ge "$1" ] 2>/dev/null
}

# Prints "package|reason" of everything that is missing.
find_missing() {
    section=''
    reason=''
    while IFS= read -r line; do
        case $line in
        '#[node '*)
            rest=${line#'#[node '}
            if [ "$part" = check ] && ! has_node "${rest%%]*}"; then
                for package in ${rest#*]}; do
                    is_installed "$package" || echo "$package|clients of the end-to-end tests"
                done
            fi
            ;;
        '#['*']') section=$(echo "$line" | tr -d '#[]') ;;
        '# '*) reason=${line#'# '} ;;
        '') reason='' ;;
        *)
            if [ "$section" = run ] || [ "$part" = check ]; then
                is_installed "$line" || echo "$line|$reason"
            fi
            ;;
        esac
    done <packages.txt
}

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is no Debian: install the counterparts of packages.txt by hand; trying to build all the same."
    exit 0
fi
missing=$(find_missing)
if [ -z "$missing" ]; then
    exit 0
fi
echo "Missing Debian packages:"
echo "$missing" | while IFS='|' read -r package reason; do
    printf '  %-20s %s\n' "$package" "$reason"
done
if [ "$only_list" = yes ]; then
    exit 0
fi

as_root=''
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Neither root nor sudo: as root, run: apt-get install $(echo "$missing" | cut -d'|' -f1 | tr '\n' ' ')" >&2
        exit 1
    fi
    as_root='sudo'
    echo "Installing them with sudo apt-get:"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! $as_root apt-get update -q >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
# shellcheck disable=SC2046,SC2086  # words are meant
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    $(echo "$missing" | cut -d'|' -f1) >"$log" 2>&1; then
    tail -30 "$log" >&2
    exit 1
fi
echo "Installed."
