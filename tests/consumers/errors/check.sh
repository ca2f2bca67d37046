#!/bin/sh
# check.sh <compiler> <folder> <include flags> header      precompiles eddy.hpp to the folder
# check.sh <compiler> <folder> <include flags> <source>    succeeds if the compiler refuses the source in few words, among them
#                                                          what its line "// expected: …" has; without such a line, if it accepts it
# shellcheck disable=SC2086 # the flags are meant to fall apart into words
set -eu

compiler=$1 folder=$2 flags="-std=c++20 $3" source=$4
most_errors=3

case $compiler in *clang*) precompiled="-include-pch $folder/eddy.hpp.gch" ;; *) precompiled="-include $folder/eddy.hpp" ;; esac
if [ "$source" = header ]; then
  mkdir -p "$folder"
  echo '#include <eddy/eddy.hpp>' >"$folder/eddy.hpp"
  exec "$compiler" $flags -x c++-header "$folder/eddy.hpp" -o "$folder/eddy.hpp.gch"
fi

accepted=true
output=$("$compiler" $flags $precompiled -fsyntax-only "$source" 2>&1) || accepted=false
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
