#!/bin/sh
# run.sh [seconds] [--seed N] [options of the program]: builds the property tester with address and
# undefined-behaviour sanitizers, and lets it look for findings for so long, on each target that this machine has
# for an equal share of the time, each from seeds of its own. Prints the shortest program for what it finds, and
# ends with 1.
# shellcheck disable=SC2086 # lists of flags are meant to fall apart into words
set -eu
seconds=60
case ${1:-} in [0-9]*) seconds=$1 && shift ;; esac
case $seconds in *[!0-9]*) echo "run.sh: how many seconds is \"$seconds\"?" >&2 && exit 2 ;; esac
seed=1
if [ "${1:-}" = --seed ]; then
  seed=${2:?"run.sh: --seed needs a number"}
  shift 2
fi

cd -- "$(dirname -- "$0")/../.."
CXX=${CXX:-clang++} FLAGS=${FLAGS:--O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS}
export CXX FLAGS
folder=build/properties/sanitize
tests/properties/build.sh "$folder" >&2

found=0 share=0 number=0
targets='baseline avx2 avx512'
for target in $targets; do
  "$folder/properties" --cases 0 --target $target | grep -q 'does not have' || share=$((share + 1))
done
for target in $targets; do
  if "$folder/properties" --cases 0 --target $target | grep -q 'does not have'; then
    continue
  fi
  echo "// $target"
  "$folder/properties" --seconds $(((seconds + share - 1) / share)) --seed $((seed * 1000000 + number * 100000 + 1)) \
    --target $target "$@" || found=1
  number=$((number + 1))
done
exit $found
