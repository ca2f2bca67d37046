#!/bin/sh
# A Bazel project that has eddy as its dependency. run.sh FOLDER [options of bazel test]; ./dev bazel calls it.
set -eu
cd -- "$(dirname -- "$0")"
here=$PWD eddy=$(cd ../../.. && pwd) folder=$1
shift

rm -rf "$folder/project"
mkdir -p "$folder/project/eddy" "$folder/project/rules_cc/cc"
cd -- "$folder/project"
cp "$here/WORKSPACE" "$here/BUILD" "$here/../main.cpp" .
cp -r "$eddy/BUILD.bazel" "$eddy/include" eddy
touch eddy/WORKSPACE
ln -s "$(pkg-config --cflags-only-I eigen3 | sed 's/^-I//; s/ *$//')" eigen
touch rules_cc/WORKSPACE rules_cc/cc/BUILD
for rule in cc_library cc_binary cc_test cc_import cc_proto_library cc_toolchain cc_toolchain_suite objc_library; do
  echo "$rule = native.$rule"
done >rules_cc/cc/defs.bzl
bazel --output_user_root="$PWD/../bazel" test --cxxopt=-std=c++20 --test_output=errors "$@" //:consumer
