#!/bin/sh
# The header that docs/adding-a-cell.md shows is the one that is tested.
set -eu

shown=$(awk '/^```cpp$/ { on = 1; next } /^```$/ { exit } on' docs/adding-a-cell.md)
tested=$(sed -n '/^#include/,$p' examples/support/update_gate_cell.hpp)
if [ "$shown" != "$tested" ]; then
  echo 'docs/adding-a-cell.md and examples/support/update_gate_cell.hpp differ' >&2
  exit 1
fi
