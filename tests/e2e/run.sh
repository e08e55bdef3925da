#!/bin/sh
# Runs one file of this folder against the program under test, or skips (77) where there is no node.
# usage: run.sh NAME
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1

if ! command -v node >/dev/null; then
    echo "e2e_$name: skipped: node is not installed"
    exit 77
fi
if [ ! -d "$here/node_modules" ]; then
    echo "installing the clients that package-lock.json names"
    (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund)
fi
TARAZY=${TARAZY_PROGRAM:?} TARAZY_TEST_DIR=$PWD exec node --test "$here/$name.test.mjs"
