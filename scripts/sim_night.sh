#!/bin/bash
# A night of the simulator: seeds on all cores, until so many simulated hours under faults are done. Whoever stops it
# may start it again: seeds that the same commit has done stand in build/sim-night/results.txt and are not run again.
#
# usage: sim_night.sh PROGRAM [HOURS]      (make sim; make sim HOURS=100 JOBS=1)
set -eu
program=$(realpath "$1")
hours=${2:-1000}
jobs=${JOBS:-$(nproc)}
cd "$(dirname "$0")/.."
commit=$(git rev-parse --short=10 HEAD 2>/dev/null || echo none)
if [ "$commit" != none ] && [ -n "$(git status --porcelain --untracked-files=no -- src include tests)" ]; then
    commit=$commit-changed
fi
mkdir -p build/sim-night
cd build/sim-night
echo "sim: $hours simulated hours under faults, $jobs at a time, commit $commit; results: build/sim-night/results.txt"
exec "$program" --from 1000000 --hours "$hours" --jobs "$jobs" --results results.txt --name "$commit"
