#!/usr/bin/env bash
# Builds for speed and runs every benchmark, one after the other, so that they do not disturb each other.
#
# usage: bench.sh [NAME...]
#
# A benchmark is a program made with tarazy_bench() (build/release/bench/NAME) or an executable script
# bench/NAME.sh; each prints its own figures. What they measure and how stands in docs/BENCHMARKS.md.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset release >/dev/null
cmake --build --preset release -j "${TARAZY_JOBS:-$(nproc)}" >/dev/null

export TARAZY_SOURCE_DIR=$PWD TARAZY_BINARY_DIR=$PWD/build/release TARAZY_PROGRAM=$PWD/build/release/tarazy
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
processor=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1)
echo "commit $commit, $(nproc) x $processor, Linux $(uname -r), $(gcc -dumpfullversion | sed 's/^/gcc /'), $(date -u +%F)"

shopt -s nullglob
found=0
for program in build/release/bench/* bench/*.sh; do
    name=$(basename "$program" .sh)
    if [ ! -f "$program" ] || [ ! -x "$program" ] || { [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; }; then
        continue
    fi
    printf '\n--- %s\n' "$name"
    "$program"
    found=$((found + 1))
done
if [ "$found" -eq 0 ]; then
    echo "bench: nothing to run${*:+ named $*}" >&2
    exit 1
fi
