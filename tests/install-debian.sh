#!/bin/sh
# Installs the Debian packages that some tests need, where they are missing and may be installed. Without them those
# tests skip, and say so.
missing=
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql-15"
command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || missing="$missing pgbouncer"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Not installed, their tests will skip:$missing (no apt-get here)" >&2
    exit 0
elif [ "$(id -u)" = 0 ]; then
    run=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    run="sudo -n"
else
    echo "Not installed, their tests will skip:$missing (needs root)" >&2
    exit 0
fi
echo "Installing$missing" >&2
# shellcheck disable=SC2086  # both are lists of words
if ! { $run apt-get -qq update && $run env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install --yes --no-install-recommends $missing >/dev/null; }; then
    echo "Could not be installed, their tests will skip:$missing" >&2
fi
