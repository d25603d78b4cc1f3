#!/bin/sh
# Builds and simulates the example microcircuit on a server of its own.
#   demo.sh [--fresh] [--directory DIR]     MIV_BIN = the programs
# Leaves DIR/results/{cells.h5,connections.h5,results.h5,readout.npy,raster.png,
# lfp.png}; the server's data stay in DIR/data, so a second run reuses them.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
BIN=${MIV_BIN:-$ROOT/build/bin}
DEMO=$ROOT/demo
PIPELINE=$ROOT/examples/microcircuit/pipeline.yaml

while [ $# -gt 0 ]; do
  case $1 in
    --fresh) fresh=yes ;;
    --directory) DEMO=$2; shift ;;
    *) echo "demo: unknown option '$1'; known: --fresh, --directory DIR" >&2; exit 2 ;;
  esac
  shift
done
DATA=$DEMO/data
RESULTS=$DEMO/results
[ -z "${fresh:-}" ] || rm -rf "$DATA" "$RESULTS"
mkdir -p "$DATA" "$RESULTS"

miv() { "$BIN/miv" --server "$DATA" "$@"; }

server=
stop_server() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  server=
}
trap stop_server EXIT
trap 'exit 130' INT TERM

rm -f "$DATA/server.json"
"$BIN/miv-coordinator" --data "$DATA" --listen 127.0.0.1:0 \
  >/dev/null 2>"$DATA/coordinator.err" &
server=$!
tries=0
until [ -f "$DATA/server.json" ] && miv jobs >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null && [ $tries -lt 200 ] || {
    tail -n 5 "$DATA/coordinator.err" >&2
    echo "demo: the server did not start; its log is $DATA/coordinator.err" >&2
    exit 1
  }
  tries=$((tries + 1))
  sleep 0.1
done

echo "Submitting examples/microcircuit/pipeline.yaml (401 cells, 500 ms)."
echo "The first time, its mechanisms are compiled and its templates tried: some ten seconds."
job=$(miv submit "$PIPELINE" --json |
  sed -n 's/.*"id" *: *"\([^"]*\)".*/\1/p' | head -n 1)
[ -n "$job" ] || exit 1
miv watch "$job"

for name in graph/cells.h5 graph/connections.h5 run/results.h5 run/readout.npy; do
  miv fetch "$job" --step "${name%/*}" -o "$RESULTS/.fetched" >/dev/null
  ln -f "$RESULTS/.fetched/$name" "$RESULTS/${name#*/}"
done
"$BIN/miv" plot raster "$RESULTS/results.h5" -o "$RESULTS/raster.png"
"$BIN/miv" plot lfp "$RESULTS/results.h5" -o "$RESULTS/lfp.png"

short=${RESULTS#"$PWD"/}
cat <<TEXT

Results are in $short:
  cells.h5 connections.h5   the network (neuroh5)
  results.h5 readout.npy    spikes and LFP
  raster.png lfp.png        the pictures

Next, change something and see what is rebuilt. In one terminal:
  ./run up
and in another:
  export PATH=$BIN:\$PATH
  miv plan examples/microcircuit/pipeline.yaml --set steps.run.config.t_end=100
  miv submit examples/microcircuit/pipeline.yaml --set steps.run.config.t_end=100 --wait
TEXT
