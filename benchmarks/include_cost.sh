#!/bin/sh
# What a translation unit costs the compiler: eddy with one LSTM, beside Eigen with one matrix product. The best
# of three runs; seconds are of the processor, memory is the peak of the compiler.
set -eu
cd -- "$(dirname -- "$0")/.."

markdown=
case ${1:-} in
  --markdown) markdown=1 ;;
  ?*)
    echo "include_cost.sh knows --markdown only" >&2
    exit 1
    ;;
esac
[ -x /usr/bin/time ] || {
  echo "please install what Debian calls time" >&2
  exit 1
}
eigen=$(sed -n 's/^Eigen3_DIR:PATH=//p' build/release/CMakeCache.txt)
eigen=$(cd -- "$eigen/../../../include/eigen3" && pwd)
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

cat >"$folder/eigen.cpp" <<'END'
#include <Eigen/Core>
Eigen::MatrixXf product(const Eigen::MatrixXf& a, const Eigen::MatrixXf& b) { return a * b; }
END
cat >"$folder/eddy.cpp" <<'END'
#include <eddy/eddy.hpp>
eddy::Lstm<float, 3, 32, 1> model;
float learn(const Eigen::Vector3f& x, float y) { return model.partial_fit(x, y); }
END

# cost <compiler> <flag> <source>: the best seconds and MB
cost() {
  for _ in 1 2 3; do
    /usr/bin/time -f '%U %S %M' "$1" -std=c++20 "$2" -Iinclude -isystem "$eigen" -c "$folder/$3.cpp" -o "$folder/$3.o" 2>&1
  done | awk '{s = $1 + $2; m = $3 / 1024} NR == 1 || s < best {best = s} NR == 1 || m < least {least = m}
              END {printf "%.2f %.0f\n", best, least}'
}

if [ "$markdown" ]; then
  echo '| | eddy, s | Eigen, s | ratio | eddy, MB | Eigen, MB |'
  echo '|---|---:|---:|---:|---:|---:|'
  line='| %s %s | %s | %s | %s× | %s | %s |\n'
else
  echo '                  eddy, s  Eigen, s     ratio  eddy, MB Eigen, MB'
  line='%-10s %-5s %9s %9s %9s %9s %9s\n'
fi
for compiler in g++ clang++; do
  command -v "$compiler" >/dev/null || continue
  for flag in -O0 -O2; do
    # shellcheck disable=SC2046 # two numbers each
    set -- $(cost "$compiler" "$flag" eddy) $(cost "$compiler" "$flag" eigen)
    # shellcheck disable=SC2059 # the line is ours
    printf "$line" "$compiler" "$flag" "$1" "$3" "$(echo "$1 $3" | awk '{printf "%.2f", $1 / $2}')" "$2" "$4"
  done
done
