#!/bin/sh
# Points the port at a release: ports/release.sh OWNER/NAME ARCHIVE, the archive that the host makes of the tag, as
# downloaded. Prints its hashes, for the other recipes.
set -eu

case ${1:-} in
  *[!A-Za-z0-9._/-]* | */*/* | /* | */) valid=false ;;
  */*) valid=true ;;
  *) valid=false ;;
esac
if [ $# -ne 2 ] || ! $valid; then
  echo "ports/release.sh OWNER/NAME ARCHIVE" >&2
  exit 2
fi

sha512=$(sha512sum <"$2") sha256=$(sha256sum <"$2")
sha512=${sha512%% *} sha256=${sha256%% *}
port=$(dirname -- "$0")/eddy/portfile.cmake
sed -e "s|^    REPO .*|    REPO $1|" -e "s|^    SHA512 .*|    SHA512 $sha512|" "$port" >"$port.new"
mv "$port.new" "$port"
echo "SHA512 $sha512"
echo "SHA256 $sha256"
