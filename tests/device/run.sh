#!/bin/sh
# Learns on emulated Cortex-M4F and Cortex-M7 as on this computer, and fails unless the losses agree, nothing of a
# heap is in the image, and the count of instructions is what it should be for a loop of known length. Compiles
# eddy.hpp for a Cortex-M0, too.
#
#   run.sh <folder for results> [Eigen's folder]          all models on both processors: a table, as Markdown
#   run.sh --quick <folder for results> [Eigen's folder]  one model on the Cortex-M4F
set -eu

quick=
if [ "$1" = --quick ]; then
  quick=yes
  shift
fi
out=$1 eigen=${2:-/usr/include/eigen3}
mkdir -p "$out"
out=$(cd -- "$out" && pwd)
cd -- "$(dirname -- "$0")/../.."
here=tests/device

fail() {
  echo "$0: $*" >&2
  exit 1
}

language="-std=c++20 -DNDEBUG -fno-exceptions -fno-rtti -Wall -Wextra -Iinclude -isystem $eigen"
device="-Os -mthumb -mfloat-abi=hard -fno-math-errno -fno-threadsafe-statics -ffunction-sections -fdata-sections"

# try <processor> <name> <model> <samples>
try() {
  case $1 in
    m4) board=mps2-an386 processor='-mcpu=cortex-m4 -mfpu=fpv4-sp-d16' name=M4F ;;
    m7) board=mps2-an500 processor='-mcpu=cortex-m7 -mfpu=fpv5-d16' name=M7 ;;
  esac
  image=$out/$1.elf
  model="-DDEVICE_MODEL=$3 -DDEVICE_SAMPLES=$4"
  # Without a file of specs there is no _sbrk: what asks for memory does not link.
  # shellcheck disable=SC2086 # lists of flags
  arm-none-eabi-g++ $language $device $processor $model "$here/learn.cpp" "$here/startup.cpp" \
    -nostartfiles -Wl,--gc-sections -T "$here/image.ld" -o "$image"
  if arm-none-eabi-nm "$image" | grep -E ' (_?malloc|_malloc_r|_sbrk|_sbrk_r|_Zn[wa]j.*|_Zd[la]Pv.*)$' >&2; then
    fail "$2 on $1: the image holds a heap"
  fi
  timeout 300 qemu-system-arm -M "$board" -nographic -monitor none -serial null -icount shift=0 \
    -semihosting-config enable=on,target=native -kernel "$image" >"$out/$1.txt" 2>&1 || fail "$2 on $1: status $?"
  # shellcheck disable=SC2086
  g++ $language -O1 $model "$here/learn.cpp" "$here/host.cpp" -o "$out/host"
  "$out/host" >"$out/host.txt"

  # Errors of predictions, the roots of the losses, are compared. One rounding of float is 6e-8 of values of about 1,
  # of which there are some hundred in a step; learning carries them on, and 32 units are off by 7e-6 at most. What
  # learns otherwise is off by more than the bound: by 2.3e-3 where the learning rate is 1 % higher on one side, by
  # 2.3e-4 where it is 0.1 % (8 units, 200 samples).
  awk -v bound=1e-4 -v what="$2 on $1" -v samples="$4" '
    function number(bits,  exponent) {
      exponent = int(bits / 8388608)
      if (exponent >= 255) return "nan"
      return exponent ? (1 + bits % 8388608 / 8388608) * 2 ^ (exponent - 127) : 0
    }
    $1 == "loss" && FNR == NR { device[$2] = number($3); ++of_device; next }
    $1 == "loss" {
      ++of_host
      off = sqrt(device[$2]) - sqrt(number($3))
      off = off < 0 ? -off : off
      if (device[$2] == "nan" || !(off <= bound)) { bad = 1; print what ": sample " $2 ": " device[$2] ", here " number($3) }
      if (off > most) most = off
    }
    END {
      if (of_host != samples || of_device != of_host) { print what ": " of_device " losses, here " of_host; bad = 1 }
      printf "%.1e\n", most >"'"$out/off.txt"'"
      exit bad
    }' "$out/$1.txt" "$out/host.txt" >&2 || fail "$2 on $1 learns otherwise than here"

  value() { awk -v name="$1" '$1 == name {print $2}' "$results"; }
  results=$out/$1.txt
  # Three instructions a turn, 100000 turns: a tick of the boards' 25 MHz is 40 instructions of 1 ns.
  ticks=$(value calibration)
  [ "$ticks" -ge 7490 ] && [ "$ticks" -le 7510 ] || fail "300000 instructions took $ticks ticks, expected 7500"
  set -- "$2" $(arm-none-eabi-size -A "$image" | awk '$1 == ".text" || $1 == ".ARM.exidx" {code += $2}
    $1 == ".data" {data += $2} $1 == ".bss" {bss += $2} END {print code + data, data + bss}')
  printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$name" "$1" "$2" "$3" "$(value sizeof)" "$(value stack)" \
    $(($(value step) * 40 / 64)) $(($(value fit) * 40 / 64)) "$(cat "$out/off.txt")"
}

model() { echo "$1<float,1,$2,1,MeanSquaredError,$3,TruncatedBptt<8>,$4>"; }

# Without atomic additions only what shares weights may be missed.
# shellcheck disable=SC2086
echo '#include <eddy/eddy.hpp>' | arm-none-eabi-g++ $language -Os -mthumb -mcpu=cortex-m0 -fsyntax-only -x c++ - ||
  fail 'eddy.hpp does not compile for a Cortex-M0'

echo '| processor | model | flash | RAM | sizeof | stack | step | partial_fit | off |'
echo '|---|---|---|---|---|---|---|---|---|'
if [ -n "$quick" ]; then
  try m4 'Lstm, 8 units' "$(model Lstm 8 Adam NoRehearsal)" 200
  exit
fi
for each in m4 m7; do
  for units in 8 16 32; do
    try $each "Lstm, $units units" "$(model Lstm $units Adam NoRehearsal)" 500
  done
  try $each 'Lstm, 16 units, rehearsal' "$(model Lstm 16 Adam 'RecentRehearsal<16>')" 500
  try $each 'Gru, 16 units' "$(model Gru 16 Adam NoRehearsal)" 500
  try $each 'Rnn, 16 units' "$(model Rnn 16 Adam NoRehearsal)" 500
done
