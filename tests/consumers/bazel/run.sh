#!/bin/sh
# A Bazel project that has eddy as its dependency, without a network: run.sh FOLDER [options of bazel run].
# ./dev consumers bazel calls it.
set -eu
mkdir -p "$1"
folder=$(cd -- "$1" && pwd)
shift
cd -- "$(dirname -- "$0")"

rm -rf "$folder/project"
mkdir -p "$folder/project/eddy"
cp WORKSPACE BUILD ../main.cpp "$folder/project"
cp -r ../../../BUILD.bazel ../../../include "$folder/project/eddy"
touch "$folder/project/eddy/WORKSPACE"
ln -s "$(pkg-config --cflags-only-I eigen3 | sed 's/^-I//; s/ *$//')" "$folder/project/eigen"

mkdir -p "$folder/project/rules_cc/cc"
touch "$folder/project/rules_cc/WORKSPACE" "$folder/project/rules_cc/cc/BUILD"
for rule in cc_library cc_binary cc_test cc_import cc_proto_library cc_toolchain cc_toolchain_suite objc_library; do
  echo "$rule = native.$rule"
done >"$folder/project/rules_cc/cc/defs.bzl"

cd -- "$folder/project"
bazel --output_user_root="$folder/output" run --cxxopt=-std=c++20 "$@" //:consumer # bazel test would fetch tools
bazel --output_user_root="$folder/output" shutdown
