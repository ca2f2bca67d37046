#!/bin/sh
# cxx17.sh <compiler> <eddy>   succeeds if each public header, compiled as C++17, is refused by one #error that names
# C++20 and the flag of the compiler, and in few lines. It needs no Eigen: nothing is read after the #error that counts.
set -eu

compiler=$1 eddy=$2
most_lines=25

# expect <header> <flag> [options of the compiler]
expect() {
  header=$1 flag=$2
  shift 2
  if output=$(echo "#include <$header>" |
    "$compiler" -std=c++17 "-I$eddy" "$@" -fsyntax-only -x c++ - 2>&1); then
    echo "$header was accepted as C++17" >&2
    exit 1
  fi
  errors=$(printf '%s\n' "$output" | grep -c 'error: .*eddy needs C++20: compile with') || true
  lines=$(printf '%s\n' "$output" | wc -l)
  if [ "$errors" -ne 1 ] || [ "$lines" -gt "$most_lines" ] ||
    ! printf '%s\n' "$output" | grep -qF -- "compile with $flag"; then
    printf '%s\n' "$output" | head -n 50 >&2
    echo "$header: $errors times \"eddy needs C++20\", in $lines lines; expected once, naming $flag, in at most $most_lines" >&2
    exit 1
  fi
}

headers=0
for path in $(cd -- "$eddy" && find eddy -name '*.hpp'); do
  expect "$path" -std=c++20
  headers=$((headers + 1))
done
[ "$headers" -gt 80 ] || {
  echo "only $headers headers in $eddy" >&2
  exit 1
}
# As MSVC says which standard it compiles.
expect eddy/eddy.hpp /std:c++20 -D_MSVC_LANG=201703L
