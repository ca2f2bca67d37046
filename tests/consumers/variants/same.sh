#!/bin/sh
# same.sh <program> <other program>: succeeds if both do, and print the same.
set -eu
expected=$("$1")
got=$("$2")
echo "$1 prints $expected, $2 prints $got"
[ "$got" = "$expected" ]
