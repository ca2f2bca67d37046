#!/bin/sh
# check.sh <compiler> <folder> <eddy> <Eigen> header      precompiles eddy.hpp, of one include folder, to another folder
# check.sh <compiler> <folder> <eddy> <Eigen> <source>    succeeds if the compiler refuses the source in few words, among them
#                                                          what its line "// expected: …" has; without such a line, if it accepts it
set -eu

compiler=$1 folder=$2 eddy=$3 eigen=$4 source=$5
most_errors=3

set -- -std=c++20 "-I$eddy" -isystem "$eigen"
if [ "$source" = header ]; then
  mkdir -p "$folder"
  echo '#include <eddy/eddy.hpp>' >"$folder/eddy.hpp"
  exec "$compiler" "$@" -x c++-header "$folder/eddy.hpp" -o "$folder/eddy.hpp.gch"
fi
case $compiler in
  *clang*) set -- "$@" -include-pch "$folder/eddy.hpp.gch" ;;
  *) set -- "$@" -include "$folder/eddy.hpp" ;;
esac

accepted=true
output=$("$compiler" "$@" -fsyntax-only "$source" 2>&1) || accepted=false
printf '%s\n' "$output"
expected=$(sed -n 's|^// expected: ||p' "$source")
if [ -z "$expected" ]; then
  $accepted
  exit
elif $accepted; then
  echo "$source was accepted" >&2
  exit 1
fi
errors=$(printf '%s\n' "$output" | grep -c 'error:') || true
if [ "$errors" -eq 0 ] || [ "$errors" -gt "$most_errors" ]; then
  echo "$errors errors, expected 1 to $most_errors" >&2
  exit 1
elif ! printf '%s\n' "$output" | grep -qE -- "$expected"; then
  echo "nothing says \"$expected\"" >&2
  exit 1
fi
