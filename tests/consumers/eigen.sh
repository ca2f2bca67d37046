#!/bin/sh
# Holds eddy to other versions of Eigen: each argument is a folder with the sources of one. Eigen's own CMake package is
# installed from there, a consumer of eddy finds it, and the tests named below run on its headers.
# ./dev consumers eigen calls it.
set -eu

tests='core lstm_cell gru_cell online batch fixtures_online recursive_least_squares allocation/allocation'
warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror' # as in cmake/warnings.cmake
# What g++ 12 finds in Eigen 5's own inner product. None may name a file of ours.
case ${CXX:=g++} in
  *clang*) ;;
  *) warnings="$warnings -Wno-error=maybe-uninitialized" ;;
esac
export CXX

[ $# -gt 0 ] || {
  echo "eigen.sh FOLDER…: each with the sources of a version of Eigen" >&2
  exit 2
}
# Absolute, before the working directory changes.
for folder in "$@"; do
  shift
  [ -e "$folder/Eigen/Core" ] || {
    echo "there is no Eigen/Core in $folder" >&2
    exit 2
  }
  set -- "$@" "$(cd -- "$folder" && pwd)"
done
cd -- "$(dirname -- "$0")/../.."
eddy=$PWD

# The version that an installed package of Eigen says it has.
version_of() {
  sed -n 's/^set *(PACKAGE_VERSION "\(.*\)").*/\1/p' "$1/Eigen3ConfigVersion.cmake" | head -n 1
}

# build_and_run <folder of this run> <sources of Eigen>
build_and_run() {
  cmake -S "$2" -B "$1/eigen" -G Ninja -DCMAKE_INSTALL_PREFIX="$1/prefix" -DBUILD_TESTING=OFF -DEIGEN_BUILD_TESTING=OFF \
    -DEIGEN_BUILD_DOC=OFF -DEIGEN_BUILD_BLAS=OFF -DEIGEN_BUILD_LAPACK=OFF &&
    cmake --install "$1/eigen" &&
    cmake -S "$eddy/tests/consumers/add_subdirectory" -B "$1/consumer" -G Ninja \
      -DEigen3_DIR="$1/prefix/share/eigen3/cmake" &&
    cmake --build "$1/consumer" &&
    "$1/consumer/consumer" || return 1
  for test in $tests; do
    # shellcheck disable=SC2046,SC2086 # lists of flags are meant to fall apart into words
    "$CXX" -std=c++20 -O1 $warnings -I"$eddy/include" -I"$eddy/tests" -isystem "$1/prefix/include/eigen3" \
      -DEIGEN_RUNTIME_NO_MALLOC= \
      -DEDDY_FIXTURES="\"$eddy/tests/fixtures\"" -DEDDY_EXAMPLE_DATA="\"$eddy/examples/data\"" \
      "$eddy/tests/${test}_test.cpp" $(pkg-config --cflags --libs gtest_main) -o "$1/test" &&
      "$1/test" || return 1
  done
}

all_passed=true
for sources in "$@"; do
  run=$eddy/build/eigen/$(printf '%s' "$sources" | cksum | cut -d ' ' -f 1)
  mkdir -p "$run"
  began=$(date +%s)
  if build_and_run "$run" "$sources" >"$run/log" 2>&1 </dev/null &&
    ! grep -qE "^$eddy/(include|tests)/.*warning:" "$run/log"; then
    result="$(awk '/^\[  PASSED  \]/ {tests += $4} END {print tests}' "$run/log") tests pass"
  else
    result="see $run/log"
    all_passed=false
  fi
  printf 'Eigen %-8s %-24s %4d s  %s\n' "$(version_of "$run/prefix/share/eigen3/cmake")" "$result" \
    $(($(date +%s) - began)) "$sources"
done
$all_passed
