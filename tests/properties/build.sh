#!/bin/sh
# build.sh <folder> [includes]: builds the property tester with $CXX and $FLAGS, without CMake, as far as it is older
# than its sources and the headers in the folder `includes` (include).
# shellcheck disable=SC2086 # lists of flags are meant to fall apart into words
set -eu
folder=$1 includes=${2:-include}
mkdir -p "$folder"
eigen=$(pkg-config --cflags-only-I eigen3 | sed 's/-I/-isystem /g')
compile="${CXX:-g++} -std=c++20 ${FLAGS:--O1 -g1} -I$includes -Itests $eigen"
here=$(dirname -- "$0")
newest=$(find "$includes" "$here" \( -name '*.[hi][pn][pl]' -o -name '*.cpp' \) -newer "$folder/properties" 2>/dev/null | head -n 1 || true)
[ ! -e "$folder/properties" ] || [ "$compile" != "$(cat "$folder/command")" ] || [ -n "$newest" ] || exit 0
rm -f "$folder/properties"
# The translation units that take longest first.
long='/(fixed|sized_|any_layer_)'
{ ls "$here"/*.cpp | grep -E "$long" && ls "$here"/*.cpp | grep -vE "$long"; } | sed -e 's,.*/,,' -e 's/\.cpp$//' |
  xargs -P "${CMAKE_BUILD_PARALLEL_LEVEL:-2}" -I '{}' $compile -c "$here/{}.cpp" -o "$folder/{}.o"
${CXX:-g++} ${FLAGS:--O1 -g1} "$folder"/*.o -o "$folder/properties"
echo "$compile" >"$folder/command"
