#!/bin/sh
# Runs a test program as a user without privileges where this one is root;
# otherwise exits with 77 ("skipped"): the plain run was that already.
if [ "$(id -u)" != 0 ]; then
  echo "skipped: not root, so the test has run as an ordinary user already"
  exit 77
fi
as_user="setpriv --reuid 61000 --regid 61000 --clear-groups"
for path in "$1" "$MIV_BIN"; do
  if ! $as_user test -x "$path"; then
    echo "skipped: an ordinary user cannot reach $path"
    exit 77
  fi
done
exec $as_user env TMPDIR=/tmp HOME=/tmp "$@"
