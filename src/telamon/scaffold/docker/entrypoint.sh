#!/bin/sh
# Written by `telamon init --deploy docker`, and yours from here on: migrates, then becomes the command that is given.
# For local and test databases. Where several copies of an application start, migrate once, before them.
set -eu
telamon migrate apply --wait-for-database "${WAIT_FOR_DATABASE:-30s}"%{flags}
if [ "${SEED:-}" = 1 ]; then
  telamon seed apply%{flags}
fi
exec "$@"
