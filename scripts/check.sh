#!/usr/bin/env bash
# Everything a change must pass, in stages: cheap ones first, all of them even if one fails.
#
# usage: check.sh [STAGE...]
#
#   format       .clang-format
#   dev          gcc -O0, every test but `slow` and `e2e`; with it the checks of the tree (label `house`)
#   release      gcc -O3 hardened: the tests `slow`, `digest`, `e2e`, `hardening`, `purity`
#   asan         gcc with address and undefined-behaviour sanitizers: `unit` and `fuzz`
#   clang        clang 14 -O3: `unit` and `purity`
#   clang-debug  clang 14 -O0: `digest`
#   mutants      a share of the mutants.txt: a safety check, broken on purpose, makes a test fail
#   tidy         clang-tidy over src/
#   cppcheck     cppcheck over src/
#
# Ends with a table of times and the line `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "$0")/.."

ALL=(format dev release asan clang clang-debug mutants tidy cppcheck)
JOBS=${TARAZY_JOBS:-$(nproc)}
STAGES=("$@")
[ $# -gt 0 ] || STAGES=("${ALL[@]}")

passed=0
failed=0
skipped=0
table=''

say() {
    printf '\n=== %s\n' "$*"
}

# Counts one thing that either holds or not.
count() {
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

# An attribute of the first line of a JUnit file, 0 if it is not there.
junit() {
    local value
    value=$(sed -n "s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -1)
    echo "${value:-0}"
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    if cmake --preset "$preset" >"build/$preset.log" 2>&1 &&
        cmake --build --preset "$preset" -j "$JOBS" ${1:+--target "$@"} -- -k 0 >>"build/$preset.log" 2>&1; then
        count 0
        return 0
    fi
    grep -v '^\[' "build/$preset.log" | tail -60
    count 1
    return 1
}

# run_tests PRESET CTEST-OPTION...
run_tests() {
    local preset=$1 report status=0 tests failures skips
    shift
    report=$PWD/build/$preset.xml
    rm -f "$report"
    ctest --preset "$preset" -j "$JOBS" --output-on-failure --no-tests=ignore --output-junit "$report" "$@" || status=1
    if [ ! -s "$report" ]; then
        count "$status"
        return "$status"
    fi
    # The attributes stand on lines of their own at the head of the file.
    head -12 "$report" | tr '\n\t' '  ' >"$report.head"
    tests=$(junit "$report.head" tests)
    failures=$(junit "$report.head" failures)
    skips=$(($(junit "$report.head" skipped) + $(junit "$report.head" disabled)))
    passed=$((passed + tests - failures - skips))
    failed=$((failed + failures))
    skipped=$((skipped + skips))
    if [ "$status" -ne 0 ] && [ "$failures" -eq 0 ]; then
        failed=$((failed + 1))
    fi
    return "$status"
}

stage_format() {
    sh scripts/format.sh check
    local status=$?
    count $status
    return $status
}

stage_dev() {
    build dev && run_tests dev -LE 'e2e|slow'
}

stage_release() {
    build release && run_tests release -L 'slow|digest|e2e|hardening|purity'
}

stage_asan() {
    build asan && run_tests asan -L 'unit|fuzz' -LE 'slow'
}

stage_clang() {
    build clang && run_tests clang -L 'unit|purity' -LE 'slow'
}

stage_clang-debug() {
    build clang-debug tarazy_digest_tests && run_tests clang-debug -L digest -LE 'slow'
}

stage_mutants() {
    python3 scripts/check_mutants.py --jobs "$JOBS" --share 20 . build/mutants
    local status=$?
    count $status
    return $status
}

stage_tidy() {
    local status=0
    cmake --preset clang >build/tidy.log 2>&1 || status=1
    run-clang-tidy-14 -p build/clang -j "$JOBS" -quiet \
        "^$PWD/src/.*(?<!_test)(?<!_fuzz)(?<!_bench)\.c$" >>build/tidy.log 2>&1 || status=1
    [ $status -eq 0 ] || sed 's/\x1b\[[0-9;]*m//g' build/tidy.log | grep -E -A6 '(warning|error):' | head -200
    count $status
    return $status
}

stage_cppcheck() {
    local status=0
    mkdir -p build/cppcheck
    cppcheck -j "$JOBS" --quiet --std=c11 --language=c --enable=warning,portability --error-exitcode=1 \
        --inline-suppr --suppress=missingIncludeSystem --suppress=unmatchedSuppression \
        --cppcheck-build-dir=build/cppcheck -D_GNU_SOURCE= -I src -I include src || status=1
    count $status
    return $status
}

mkdir -p build
begin=$SECONDS
for stage in "${STAGES[@]}"; do
    if ! declare -F "stage_$stage" >/dev/null; then
        echo "check: no stage $stage; there are: ${ALL[*]}" >&2
        exit 2
    fi
    say "$stage"
    stage_begin=$SECONDS
    result=ok
    "stage_$stage" || result=FAILED
    table+=$(printf '%-12s %4d s  %s' "$stage" $((SECONDS - stage_begin)) "$result")$'\n'
done

say "done in $((SECONDS - begin)) s"
printf '%s\n' "$table"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
