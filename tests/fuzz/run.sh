#!/bin/sh
# run.sh [seconds]: builds each fuzz target with sanitizers, and lets it look for findings for so long, one after
# the other, from a copy of its corpus in tests/fuzz/corpus/<target>. What it has tried stays in build/fuzz.
set -eu
seconds=${1:-60}
case $seconds in '' | *[!0-9]*) echo "run.sh: how many seconds is \"$seconds\"?" >&2 && exit 2 ;; esac

cd -- "$(dirname -- "$0")/../.."
build=build/fuzz
mkdir -p "$build"
eigen=$(pkg-config --cflags-only-I eigen3 | sed 's/-I/-isystem /g')
failed=
for source in tests/fuzz/*_fuzz.cpp; do
  target=$(basename "$source" _fuzz.cpp)
  echo "$target: building"
  # shellcheck disable=SC2086 # flags fall apart into words
  ${CXX:-clang++} -std=c++20 -O1 -g1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Iinclude \
    -Itests $eigen "$source" -o "$build/$target"
  mkdir -p "$build/corpus/$target" "$build/findings/$target"
  cp "tests/fuzz/corpus/$target/"* "$build/corpus/$target/"
  echo "$target: $seconds s"
  if ! "$build/$target" -max_total_time="$seconds" -rss_limit_mb=2048 -malloc_limit_mb=256 -timeout=20 \
    -max_len=16384 -print_final_stats=1 -artifact_prefix="$build/findings/$target/" "$build/corpus/$target" \
    >"$build/$target.log" 2>&1; then
    tail -n 40 "$build/$target.log" >&2
    failed="$failed $target"
  else
    grep -E 'number_of_executed_units|DONE' "$build/$target.log" | tail -n 2
  fi
done
if [ -n "$failed" ]; then
  for target in $failed; do
    echo "run.sh: a finding in $target: see $build/$target.log; the input lies in $build/findings/$target" >&2
  done
  exit 1
fi
