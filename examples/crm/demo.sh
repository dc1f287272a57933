#!/bin/sh
# The whole promise on a copy of this example: a database stands at the last version, the schema is edited, Telamon writes
# and proves the migration, seals it, and applies it to a PostgreSQL that came with the installation. Leaves nothing behind.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/telamon-demo.XXXXXX")
chmod 711 "$work" # run by root, the server runs as another account that must pass
export TELAMON_CACHE="$work/cache"

finish() {
    telamon dev stop --purge >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

cp -R "$here" "$work/crm"
cd "$work/crm"

say() { printf '\n# %s\n' "$1"; }
run() {
    printf '$ %s\n' "$1"
    eval "$1"
}

say "98 tables, described in models and SQL files; seven migrations lead to them."
run "ls migrations"

say "They are as they were sealed, and run on a dev server (where roles that they name and that are missing are created)."
run "telamon migrate validate"

say "The target: an empty database on that server, which came with the installation. It is brought to the last version."
run 'URL=$(telamon dev url)'
run 'telamon migrate apply --url "$URL" > apply.log'
run "tail -n 4 apply.log"

say "The edit: a contact gets a phone number, and an index to find it."
run "git apply demo.patch"
run "grep -hE '^[+] ' demo.patch"

say "Telamon writes the migration, runs it on a dev database, compares, and seals it."
run "telamon migrate diff add_phone"
run "cat migrations/*_add_phone.sql"
run "telamon migrate validate"

say "It is applied where it is pending."
run 'telamon migrate status --url "$URL"'
run 'telamon migrate apply --url "$URL"'
run 'telamon migrate status --url "$URL"'

say "Directory and schema say the same again."
run "telamon migrate diff nothing_left"
