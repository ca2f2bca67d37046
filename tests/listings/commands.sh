#!/bin/sh
# Names each `./dev <command>` of the documentation that ./dev does not know.
set -eu

unknown=0
for command in $(grep -oh '\./dev [a-z][a-z_]*' README.md CONTRIBUTING.md docs/*.md | cut -d ' ' -f 2 | sort -u); do
  if ! ./dev help | grep -q "^\./dev $command\b"; then
    echo "there is no ./dev $command, which is named in:" >&2
    grep -l "\./dev $command\b" README.md CONTRIBUTING.md docs/*.md >&2
    unknown=1
  fi
done
exit $unknown
