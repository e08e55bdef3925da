#!/bin/sh
# Runs the outside clients against the program TARAZY_PROGRAM names. Their packages are installed from the
# lock file the first time, without running scripts of theirs. Exit status 77 (skipped): no node here.
set -eu
cd "$(dirname "$0")"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "skipped: node and npm are not installed"
    exit 77
fi
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund
fi
TARAZY_TEST_DIR=${TARAZY_BINARY_DIR:-$PWD}
TARAZY=$TARAZY_PROGRAM
export TARAZY_TEST_DIR TARAZY
exec node --test "$@"
