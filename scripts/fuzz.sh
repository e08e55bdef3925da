#!/usr/bin/env bash
# Runs every fuzz target for a while, beginning from its committed corpus.
#
# usage: fuzz.sh [SECONDS] [NAME...]      seconds for each target, 60 unless told; all targets unless named
#
# What is new goes to build/fuzz/corpus/NAME and is kept for the next run; what breaks something goes to
# build/fuzz/found/NAME. Ends with a table and the line `N targets, N failed`. Worth committing to
# tests/fuzz/corpus/NAME: what is in found, once it is mended.
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi

# The targets that CMake knows, so that one which is not built is missed.
cmake --preset fuzz >/dev/null || exit 1
mapfile -t targets < <(cmake --build --preset fuzz --target help | sed -n 's/^\(fuzz_[a-z_]*\): phony$/\1/p' | sort -u)
if [ $# -gt 0 ]; then
    targets=("${@/#/fuzz_}")
fi
if [ "${#targets[@]}" -eq 0 ]; then
    echo "fuzz: there is no target" >&2
    exit 1
fi
cmake --build --preset fuzz -j "${TARAZY_JOBS:-$(nproc)}" --target "${targets[@]}" >build/fuzz.log 2>&1 || {
    tail -40 build/fuzz.log
    exit 1
}

failed=0
table=''
for target in "${targets[@]}"; do
    name=${target#fuzz_}
    committed=tests/fuzz/corpus/$name
    mkdir -p "build/fuzz/corpus/$name" "build/fuzz/found/$name"
    result=ok
    if [ ! -d "$committed" ]; then
        result='no corpus'
    elif ! "build/fuzz/bin/$target" -max_total_time="$seconds" -print_final_stats=1 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="build/fuzz/found/$name/" "build/fuzz/corpus/$name" "$committed" >"build/fuzz/$name.log" 2>&1; then
        result=FAILED
        tail -30 "build/fuzz/$name.log"
    fi
    [ "$result" = ok ] || failed=$((failed + 1))
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log" 2>/dev/null)
    new=$(sed -n 's/^stat::new_units_added: *//p' "build/fuzz/$name.log" 2>/dev/null)
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "build/fuzz/$name.log" 2>/dev/null | tail -1)
    table+=$(printf '%-16s %5d s %12s runs %6s new %6s edges   %s' "$name" "$seconds" "${runs:-?}" "${new:-?}" \
        "${covered:-?}" "$result")$'\n'
done
printf '%s' "$table"
echo "${#targets[@]} targets, $failed failed"
[ "$failed" -eq 0 ]
