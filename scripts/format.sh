#!/bin/sh
# Lays out every .c and .h by .clang-format, or only says which differ.
#
# usage: format.sh write|check
set -eu
cd "$(dirname "$0")/.."

formatter=''
for candidate in clang-format-14 clang-format; do
    if command -v "$candidate" >/dev/null 2>&1; then
        formatter=$candidate
        break
    fi
done
if [ -z "$formatter" ]; then
    echo "format: clang-format-14 is missing: sh scripts/install_packages.sh check" >&2
    exit 1
fi
files() {
    for folder in include src tests examples bench; do
        [ ! -d "$folder" ] || find "$folder" -name node_modules -prune -o -name '*.[ch]' -print0
    done
}
case ${1:-} in
write) files | xargs -0 -r "$formatter" -i ;;
check)
    files | xargs -0 -r -n 8 -P 2 "$formatter" --dry-run -Werror
    echo "format: $(files | tr -cd '\0' | wc -c) files as .clang-format wants them"
    ;;
*)
    echo "usage: format.sh write|check" >&2
    exit 2
    ;;
esac
