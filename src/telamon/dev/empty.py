"""What is in a database that should be empty, and emptying it by the same query: for dev servers without CREATEDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telamon.dev.errors import explain
from telamon.errors import TelamonError

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

FIRST_USER_OID = 16384  # FirstNormalObjectId of the server's access/transam.h

# Extensions come first, since their members cannot be dropped by themselves; then what no schema holds, then schemas.
CONTENTS = """
WITH top(place, classid, objid) AS (
    SELECT 1, 'pg_extension'::regclass, oid FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL SELECT 2, 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
    UNION ALL SELECT 2, 'pg_publication'::regclass, oid FROM pg_publication
    UNION ALL SELECT 2, 'pg_cast'::regclass, oid FROM pg_cast WHERE oid >= %(user)s
    UNION ALL SELECT 2, 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 2, 'pg_language'::regclass, oid FROM pg_language WHERE oid >= %(user)s
    UNION ALL SELECT 2, 'pg_am'::regclass, oid FROM pg_am WHERE oid >= %(user)s
    UNION ALL SELECT 3, 'pg_namespace'::regclass, oid FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
    UNION ALL SELECT 4, classid::regclass, objid FROM pg_depend
        WHERE refclassid = 'pg_namespace'::regclass AND deptype = 'n'
          AND refobjid = (SELECT oid FROM pg_namespace WHERE nspname = 'public')
    UNION ALL SELECT 5, 'pg_default_acl'::regclass, oid FROM pg_default_acl
    UNION ALL SELECT 5, 'pg_largeobject'::regclass, oid FROM pg_largeobject_metadata
)
SELECT type, identity FROM top, pg_identify_object(classid, objid, 0) GROUP BY type, identity ORDER BY min(place), 1, 2
"""
# Where the server's word for a type of object is not the word after DROP.
SPOKEN = {
    "statistics object": "STATISTICS",
    "foreign-data wrapper": "FOREIGN DATA WRAPPER",
    "composite type": "TYPE",
}
UNDROPPABLE = ("default acl", "large object")


def contents(connection: Connection) -> list[tuple[str, str]]:
    """The user's objects in the database that belong to no other: (type, identity), as the server words them."""
    return [
        (str(kind), str(identity))
        for kind, identity in connection.execute(CONTENTS, {"user": FIRST_USER_OID}).fetchall()
    ]


def demand_empty(connection: Connection, where: str) -> None:
    """Raises unless there is nothing in the database besides an empty schema `public`.

    Raises:
        TelamonError: it is not empty; names what is in it.
    """
    found = contents(connection)
    if not found:
        return
    named = "\n".join(f"{kind} {identity}" for kind, identity in found[:10])
    more = f"\nand {len(found) - 10} more" if len(found) > 10 else ""
    raise TelamonError(
        "The dev database is not empty",
        where=where,
        why=f"It would be emptied after use, and it holds:\n{named}{more}",
        do="Give an empty database, or grant the user CREATEDB so that Telamon makes its own. If a run that was killed "
        "left this, empty it: telamon schema clean --url ...",
    )


def clean(connection: Connection, where: str) -> None:
    """Drops everything that `contents` finds, and looks again.

    Raises:
        TelamonError: something could not be dropped; the database is not empty.
    """
    import psycopg
    from psycopg import sql

    connection.execute("RESET ROLE")
    problem: psycopg.Error | None = None
    while droppable := [entry for entry in contents(connection) if entry[0] not in UNDROPPABLE]:
        dropped = 0
        for kind, identity in droppable:
            # Both texts come from pg_identify_object, which quotes as the server itself does.
            text: Any = f"DROP {SPOKEN.get(kind, kind)} IF EXISTS {identity} CASCADE"
            try:
                connection.execute(sql.SQL(text))
                dropped += 1
            except psycopg.Error as error:
                problem = error  # may go with another object; what stays is reported below
        if not dropped:
            break
    if problem and contents(connection):
        raise explain(problem, "The dev database could not be emptied after use", where) from problem
    demand_empty(connection, where)
