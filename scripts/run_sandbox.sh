#!/bin/sh
# Builds Tarazy and starts a sandbox exchange with recorded order flow on it, until Ctrl-C.
#
#   TARAZY_LISTEN  where to listen (default 127.0.0.1:8080)
#   TARAZY_DIR     where the node lives (default build/run; it is kept, and the next run goes on from it)
#   TARAZY_REPLAY  `no`: an exchange without recorded flow
set -eu
cd "$(dirname "$0")/.."

listen=${TARAZY_LISTEN:-127.0.0.1:8080}
dir=${TARAZY_DIR:-$PWD/build/run}
program=$PWD/build/release/tarazy
out=$dir.out
log=$dir.log
server=''
flow=''

build() {
    echo "Building (about a minute the first time) ..."
    mkdir -p build "$(dirname "$dir")"
    if ! { cmake --preset release && cmake --build --preset release --target tarazy; } >build/release.log 2>&1; then
        tail -40 build/release.log >&2
        exit 1
    fi
}

stop() {
    trap '' INT TERM
    trap - EXIT
    for process in $flow $server; do
        kill -TERM "$process" 2>/dev/null || true
    done
    for process in $flow $server; do
        wait "$process" 2>/dev/null || true
    done
    flow=''
    server=''
}

fail() {
    echo "$1; the last lines of $log:" >&2
    tail -15 "$log" >&2 || true
    exit 1
}

start_server() {
    : >"$out"
    : >"$log"
    "$program" serve --sandbox --notary --dir "$dir" --listen "$listen" >"$out" 2>"$log" &
    server=$!
    rounds=0
    url=''
    while [ -z "$url" ]; do
        kill -0 "$server" 2>/dev/null || fail "tarazy serve did not start"
        [ "$rounds" -lt 600 ] || fail "tarazy serve was not ready within a minute"
        rounds=$((rounds + 1))
        sleep 0.1
        url=$(sed -n 's/^ready \(http[^ ]*\).*/\1/p' "$out" | head -1)
    done
}

# Replays the recorded sample through the public gateway, ten times as fast as it was recorded, again and again.
# Its prices are in dollars of 2015; times 65000 they are the tenge that share/sandbox.founding expects.
replay_forever() {
    running=''
    trap 'trap - EXIT; [ -z "$running" ] || { kill "$running"; wait "$running"; } 2>/dev/null; exit 0' TERM
    while :; do
        "$program" replay --url "$url" --keys "$dir/keys.json" --symbol BTCKZT --price-factor 65000 --speed 10 \
            "$1" >>"$log" 2>&1 &
        running=$!
        wait "$running" || {
            echo "The recorded flow stopped; see $log"
            return
        }
    done
}

start_flow() {
    [ "${TARAZY_REPLAY:-yes}" != no ] || return 0
    for sample in share/samples/*.csv* share/samples/*.log* share/samples/*.jsonl*; do
        if [ -f "$sample" ]; then
            replay_forever "$sample" &
            flow=$!
            echo "  Recorded orders ($sample) are flowing into BTCKZT."
            return 0
        fi
    done
    echo "  There is no recorded flow in share/samples; the market waits for your orders."
}

explain() {
    cat <<EOT

  An exchange is running at $url. Try, in another terminal:

    curl -s '$url/api/v3/ticker/24hr?symbol=BTCKZT'
    curl -s '$url/api/v3/depth?symbol=BTCKZT&limit=5'
    build/release/tarazy watch BTCKZT --url $url

  API keys for trading: $dir/keys.json.  Log: $log.  Everything is play money.
EOT
}

trap 'stop; echo; echo "Stopped."; exit 0' INT TERM
trap stop EXIT
build
start_server
explain
start_flow
echo "  Ctrl-C stops everything; nothing acknowledged is lost, even by kill -9."
status=0
wait "$server" || status=$?
server=''
fail "tarazy serve ended by itself (status $status)"
