#!/bin/sh
# run.sh [--quick] [part…]: builds the program for long runs as users build theirs, without a flag for the machine, runs it,
# and fails if a check of its table does. ./dev properties --long calls it; docs/long-runs.md has the table.
set -eu

cd -- "$(dirname -- "$0")/../.."
build=build/long
mkdir -p "$build"
eigen=$(pkg-config --cflags-only-I eigen3 | sed 's/-I/-isystem /g')
for source in tests/long/*.cpp; do
  # shellcheck disable=SC2086 # flags fall apart into words
  ${CXX:-g++} -std=c++20 -O2 -DNDEBUG -Wall -Wextra -Wpedantic -Wno-psabi -Iinclude $eigen -c "$source" \
    -o "$build/$(basename "$source" .cpp).o"
done
${CXX:-g++} "$build"/*.o -o "$build/long"
exec "$build/long" "$@"
