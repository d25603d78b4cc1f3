#!/bin/sh
# Runs the test suites of a finished build and counts their results.
#   tests/run_suites.sh [SUITE...]       MIV_BUILD = the build directory
# Prints each suite's time; the last line is "N passed, N failed, N skipped".
set -u
ROOT=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${MIV_BUILD:-$ROOT/build}
LOGS=$BUILD/test-logs
SUITES=${*:-unit contract mpi neuron conformance integration python e2e faults fuzz}

mkdir -p "$LOGS"
rm -f "$LOGS"/*.log
for suite in $SUITES; do
  # Pure unit tests share the cores; what starts ranks or servers has them alone.
  case $suite in unit | contract) jobs=2 ;; *) jobs=1 ;; esac
  start=$(date +%s)
  ctest --test-dir "$BUILD" -L "^$suite\$" -V -j "$jobs" --no-tests=ignore \
    >"$LOGS/$suite.log" 2>&1
  printf 'suite %-12s %4d s\n' "$suite" "$(($(date +%s) - start))"
done
exec /usr/bin/python3 "$ROOT/tests/count_results.py" "$LOGS"/*.log
