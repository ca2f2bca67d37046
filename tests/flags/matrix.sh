#!/bin/sh
# Builds what depends on compilers and their flags the most — kernels, cells, whole models — in every way
# below, without CMake, and runs it. ./dev matrix calls it, with names, or what names begin with.
# shellcheck disable=SC2086 # lists of flags and files are meant to fall apart into words
set -eu
cd -- "$(dirname -- "$0")/../.."

# name, compiler and flags
ways() {
  for compiler in g++ clang++; do
    cat <<END
$compiler-O0 $compiler -O0
$compiler-Og $compiler -Og
$compiler-O2 $compiler -O2
$compiler-lto $compiler -O3 -flto
$compiler-fast-math $compiler -O3 -ffast-math
$compiler-native $compiler -O3 -march=native
$compiler-sanitize $compiler -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS
END
  done
  cat <<END
aarch64-O1 aarch64-linux-gnu-g++ -O1
aarch64-O2 aarch64-linux-gnu-g++ -O2
aarch64-fast-math aarch64-linux-gnu-g++ -O2 -ffast-math
END
}

# Of the tests, by name: kernels and whole models; more where no other run goes.
flags_tests='kernels_float kernels_double target'
aarch64_tests="$flags_tests lstm_cell gru_cell rnn_cell fixtures_cells fixtures_online online core"

warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror' # as in cmake/warnings.cmake
# At -O3 g++ 12 finds these in its own AVX-512 headers and in Eigen's packets. None may name a file of ours.
false_warnings='-Wno-error=maybe-uninitialized -Wno-error=array-bounds'
googletest=/usr/src/googletest/googletest
jobs=${CMAKE_BUILD_PARALLEL_LEVEL:-1}

# What packages add to the command line; warnings from their headers are not ours.
package() {
  pkg-config "$@" | sed 's/-I/-isystem /g'
}

# The property tester, where flags change what the compiler makes of the library the most.
properties() {
  folder=$1 compiler=$2
  shift 2
  case "$compiler $*" in
    aarch64*) return ;;
    *-O0* | *-ffast-math* | *-march=native*) ;;
    *) return ;;
  esac
  CXX=$compiler FLAGS=$* tests/properties/build.sh "$folder/properties" &&
    "$folder/properties/properties" --cases 100 --seed 1001
}

# GoogleTest, and the headers that are the same on every machine, for a compiler that must not see this one's own.
prepare_aarch64() {
  mkdir -p build/matrix/aarch64/include
  ln -sfn /usr/include/nlohmann build/matrix/aarch64/include/nlohmann
  for source in gtest-all gtest_main; do
    [ -e build/matrix/aarch64/$source.o ] ||
      aarch64-linux-gnu-g++ -O1 -isystem $googletest/include -I$googletest \
        -c $googletest/src/$source.cc -o build/matrix/aarch64/$source.o || return 1
  done
}

# build_and_run <folder> <compiler> [flags]
build_and_run() {
  folder=$1 compiler=$2
  shift 2
  case $compiler in *clang++) ;; *) set -- "$@" $false_warnings ;; esac
  case $compiler in
    aarch64*)
      prepare_aarch64 || return 1
      tests=$aarch64_tests
      headers="$(package --cflags eigen3) -isystem build/matrix/aarch64/include -isystem $googletest/include"
      libraries='-static build/matrix/aarch64/gtest-all.o build/matrix/aarch64/gtest_main.o'
      emulator=qemu-aarch64
      ;;
    *)
      tests=$flags_tests
      headers=$(package --cflags eigen3 gtest_main)
      libraries=$(package --libs gtest_main)
      emulator=
      case $* in *-ffast-math*) tests="$tests online" ;; esac # the checks for what is not finite
      ;;
  esac
  rm -f "$folder"/*.o
  printf '%s\n' $tests | xargs -P "$jobs" -I '{}' "$compiler" -std=c++20 $warnings "$@" -Iinclude -Itests $headers \
    -DEDDY_FIXTURES="\"$PWD/tests/fixtures\"" -c 'tests/{}_test.cpp' -o "$folder/{}.o" &&
    "$compiler" "$@" "$folder"/*.o $libraries -o "$folder/tests" &&
    $emulator "$folder/tests" &&
    properties "$folder" "$compiler" "$@"
}

mkdir -p build/matrix
ways >build/matrix/ways
all_passed=true any=false
while read -r name compiler flags; do
  chosen=false
  for beginning in "$@"; do
    case $name in "$beginning"*) chosen=true ;; esac
  done
  $chosen || continue
  any=true
  folder=build/matrix/$name
  mkdir -p "$folder"
  began=$(date +%s)
  result="see $folder/log"
  if build_and_run "$folder" "$compiler" $flags >"$folder/log" 2>&1 </dev/null &&
    ! grep -qE "^(include|tests)/.*warning:" "$folder/log"; then
    result=$(sed -n 's/^\[  PASSED  \] \(.*\)\./\1 pass/p' "$folder/log")
  else
    all_passed=false
  fi
  printf '%-18s %-44s %4d s  %s\n' "$name" "$result" $(($(date +%s) - began)) "$flags"
done <build/matrix/ways
$any || {
  echo "nothing is called \"$*\"; there are:" >&2
  cut -d ' ' -f 1 build/matrix/ways >&2
  exit 1
}
$all_passed
