#!/bin/sh
# Writes all of eddy as one header to the standard output: eddy/eddy.hpp, and the headers that are named, as
# io/checkpoint.hpp. Each header of eddy comes once, where it is first included; a text of core/kernels/ each time that
# it is included; what is included from elsewhere is left to the compiler. ./dev single calls it.
set -eu
cd -- "$(dirname -- "$0")/.."

cat <<END_OF_BEGINNING
// eddy $(sed -n 's/^  VERSION \([0-9.]*\)$/\1/p' CMakeLists.txt) in one header: compile as C++20, with Eigen 3.4 or newer.
// Made by cmake/single_header.sh.
//
$(sed -e 's|^|// |' -e 's| *$||' LICENSE)

#pragma once

END_OF_BEGINNING

awk '
  function stop(message) {
    print "single_header.sh: " message >"/dev/stderr"
    failed = 1
    exit 1
  }

  function write(line) {
    if (line != "" || last != "") print line
    last = line
  }

  function expand(name,  path, line, any, depth) {
    if (name ~ /\.hpp$/ && seen[name]++) return
    path = "include/" name
    write("")
    write("// <" name ">")
    while ((any = (getline line <path)) > 0) {
      if (line ~ /^#pragma once/) continue
      if (line ~ /^ *# *if/) ++depth
      if (line ~ /^ *# *endif/) --depth
      if (line !~ /^ *# *include *[<"]eddy\//) {
        write(line)
        continue
      }
      sub(/^ *# *include *[<"]/, "", line)
      sub(/[>"].*/, "", line)
      # Left out by one condition, it would be missing wherever else it is included.
      if (line ~ /\.hpp$/ && depth > 0) stop(path " includes " line " under a condition")
      expand(line)
    }
    if (any < 0) stop("cannot read " path)
    close(path) # so that it can be read again
  }

  BEGIN {
    expand("eddy/eddy.hpp")
    for (i = 1; i < ARGC; ++i) expand("eddy/" ARGV[i])
    exit failed
  }
' "$@"
