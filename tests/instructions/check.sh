#!/bin/sh
# Counts, with valgrind, the instructions of a step, of a partial_fit, and of one under a learning-rate schedule,
# at three sizes, and fails if one takes over 5% more than was recorded. A count is the difference between two
# runs of different length, so what a
# program does at its beginning and end has no part in it; it does not depend on how busy the machine is.
#
#   check.sh <program> <compiler and target> <recorded counts>            compare
#   check.sh --record <program> <compiler and target> <recorded counts>   write the counts of today
set -eu

record=
if [ "$1" = --record ]; then
  record=yes
  shift
fi
program=$1 kind=$2 file=$3

instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" "$3" 2>&1 |
    sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

target=$(valgrind --quiet --tool=none "$program" step 8 1 2>&1 | sed -n 's/: .*//p' | tail -n 1)
kind="$kind, $target"
if [ -z "$record" ] && ! grep -q "^$kind	" "$file"; then
  echo "nothing is recorded for $kind; skipped"
  exit 77
fi

failed=0
for verb in step partial_fit scheduled; do
  for hidden in 8 32 128; do
    case $verb$hidden in
      step*) samples=2000 ;;
      *128) samples=40 ;;
      *) samples=200 ;;
    esac
    warm=$((samples / 2)) # the window is full by then
    count=$((($(instructions $verb $hidden $((warm + samples))) - $(instructions $verb $hidden $warm)) / samples))
    if [ -n "$record" ]; then
      printf '%s\t%s\t%s\t%s\n' "$kind" $verb $hidden $count
      continue
    fi
    was=$(awk -F '\t' -v kind="$kind" -v verb=$verb -v hidden=$hidden \
      '$1 == kind && $2 == verb && $3 == hidden {print $4}' "$file")
    verdict=ok
    if [ $((count * 100)) -gt $((was * 105)) ]; then
      verdict='over 5% more'
      failed=1
    elif [ $((count * 100)) -lt $((was * 95)) ]; then
      verdict='over 5% less: record it'
    fi
    printf '%-12s %4s units %9s instructions, recorded %9s  %s\n' $verb $hidden $count "$was" "$verdict"
  done
done >"${TMPDIR:-/tmp}/eddy_instructions.$$" || failed=$?
if [ -n "$record" ]; then
  { grep -v "^$kind	" "$file" 2>/dev/null || :; cat "${TMPDIR:-/tmp}/eddy_instructions.$$"; } >"$file.new"
  mv "$file.new" "$file"
fi
cat "${TMPDIR:-/tmp}/eddy_instructions.$$"
rm "${TMPDIR:-/tmp}/eddy_instructions.$$"
if [ $failed -ne 0 ]; then
  echo "If this is meant, record the counts of today: cmake --build --preset dev --target record_instructions" >&2
  exit 1
fi
