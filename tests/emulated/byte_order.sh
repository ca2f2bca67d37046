#!/bin/sh
# byte_order.sh <program> <the same program for another machine, with its emulator>: succeeds if each reads what the other wrote,
# writes it again byte for byte, and goes on from it to the same predictions, within rounding.
# shellcheck disable=SC2086 # an emulator and its options are meant to fall apart into words
set -eu

own=$1 other=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# exchange <who writes> <who reads>
exchange() {
  $1 write "$folder/written"
  $2 copy "$folder/written" "$folder/copy"
  cmp "$folder/written" "$folder/copy"
  $1 go_on "$folder/written" >"$folder/expected"
  $2 go_on "$folder/written" >"$folder/got"
  # Machines differ in exp and in fused multiply-adds; 50 updates of float let that grow.
  paste "$folder/expected" "$folder/got" | awk '
    { for (i = 1; i <= 3; ++i) { d = $i - $(i + 3); if (d < 0) d = -d; if (!(d <= most)) most = d } }
    END { printf "%d steps, largest difference %g\n", NR, most; exit !(NR == 50 && most < 1e-3) }'
}

exchange "$own" "$other"
exchange "$other" "$own"
