"""Which rules are about the same, and why they differ where they do."""

from __future__ import annotations

PAIRS: dict[str, tuple[str, ...]] = {
    "require-concurrent-index-creation": ("PG101",),
    "require-concurrent-index-deletion": ("PG102",),
    "require-concurrent-reindex": ("TL103",),
    "require-concurrent-partition-detach": ("TL122",),
    "ban-concurrent-index-creation-in-transaction": ("PG103",),
    "constraint-missing-not-valid": ("PG305", "PG306", "TL110"),
    "adding-foreign-key-constraint": ("PG306",),
    "adding-field-with-default": ("PG302", "PG309"),
    "adding-not-nullable-field": ("PG303",),
    "adding-required-field": ("MF103",),
    "adding-serial-primary-key-field": ("PG104", "PG310"),
    "changing-column-type": ("PG301",),
    "disallowed-unique-constraint": ("PG105",),
    "renaming-column": ("BC102",),
    "renaming-table": ("BC101",),
    "renaming-object": ("TL119",),
    "ban-drop-column": ("DS103",),
    "ban-drop-table": ("DS102",),
    "ban-drop-schema": ("DS101",),
    "ban-drop-not-null": ("TL204",),
    "ban-drop-constraint": ("CD101", "CD102", "CD103"),
    "ban-drop-view": ("TL220",),
    "ban-drop-index": ("TL214",),
    "ban-truncate-cascade": ("TL205",),
    "ban-alter-domain-with-add-constraint": ("TL120",),
    "transaction-nesting": ("TX201",),
    "require-lock-timeout": ("TL129",),
    "require-statement-timeout": ("TL130",),
    "require-enum-value-ordering": ("TL307",),
    "require-table-schema": ("TL309",),
    "identifier-too-long": ("TL310",),
    "prefer-bigint-over-int": ("TL302",),
    "prefer-identity": ("TL303",),
    "prefer-text-field": ("TL304",),
    "prefer-timestamp-tz": ("TL305",),
    "prefer-robust-stmts": ("TL308",),
    "ban-revoke": ("TL225", "TL221"),
    "ban-create-policy": ("TL225",),
}

_KNOWN = "Squawk cannot know it from the file; Telamon ran it and looked."

REASONS: dict[tuple[str, str], str] = {
    ("ban-concurrent-index-creation-in-transaction", "telamon"): (
        "a file with this one statement; Squawk wants to see BEGIN or a second statement even when it is told to "
        "assume a transaction. `migrate apply` opens one, and the server refuses."
    ),
    ("constraint-missing-not-valid", "squawk"): (
        "primary keys, unique and exclusion constraints know no NOT VALID. Telamon says of them that they build an "
        "index under lock (PG104, PG105, TL111)."
    ),
    ("adding-field-with-default", "squawk"): "an identity column. Telamon calls it PG310, by the same reason.",
    ("adding-not-nullable-field", "squawk"): (
        "a CHECK that is valid proves NOT NULL, so the server reads no rows. " + _KNOWN
    ),
    ("adding-serial-primary-key-field", "telamon"): (
        "an identity column that is no key; all rows are written anew all the same. Squawk calls it "
        "`adding-field-with-default`."
    ),
    ("changing-column-type", "squawk"): (
        "varchar(10) becomes varchar(20): the server changes its catalog and touches no row. " + _KNOWN
    ),
    (
        "renaming-table",
        "squawk",
    ): "a view with the old name follows in the same file, so code that runs finds its table.",
    ("renaming-table", "telamon"): "SET SCHEMA: code that names the table in the old schema fails as after a rename.",
    ("renaming-object", "squawk"): (
        "constraints and values of enums. Code does not name constraints; of values Telamon says TL213."
    ),
    ("ban-drop-table", "telamon"): "DROP SCHEMA ... CASCADE drops the tables that are in it. " + _KNOWN,
    ("ban-drop-view", "squawk"): "the view is created again in the same file.",
    ("ban-drop-view", "telamon"): "CASCADE drops a view that the statement does not name. " + _KNOWN,
    ("ban-drop-index", "squawk"): (
        "another index can take its place, or it was not there at all. That the lock is strong is told as PG102."
    ),
    ("ban-drop-index", "telamon"): "the index of a dropped primary key goes with it. " + _KNOWN,
    ("ban-truncate-cascade", "telamon"): "TRUNCATE without CASCADE empties a table as well.",
    ("ban-alter-domain-with-add-constraint", "squawk"): ("with NOT VALID no table is read, and that is the safe way."),
    ("require-lock-timeout", "squawk"): (
        "the statement locks nothing that was there before, or only as VACUUM does: types, functions, new tables, "
        "CONCURRENTLY (which a lock_timeout would break off: TL134), VALIDATE. Telamon asks for the timeout where a "
        "table that is in use is locked against reads or writes."
    ),
    ("require-lock-timeout", "telamon"): "a lock that a DO block takes. " + _KNOWN,
    ("require-statement-timeout", "squawk"): (
        "the statement takes no time, however large the table is: it was seen to read and to rewrite nothing; or it is "
        "CONCURRENTLY or VACUUM, which leave an invalid index or half the work when they are broken off. Telamon asks "
        "for the timeout where a transaction reads or writes a table from end to end."
    ),
    (
        "require-statement-timeout",
        "telamon",
    ): "a table that UPDATE, DELETE, INSERT ... SELECT or a DO block goes through.",
    ("require-table-schema", "telamon"): "CREATE INDEX, and views: Squawk looks at the table of other statements only.",
    ("prefer-bigint-over-int", "squawk"): (
        "columns that are no key. An integer that counts no rows does not overflow because a table grows."
    ),
    ("prefer-bigint-over-int", "telamon"): ("the key is added to a column whose type is not in the file. " + _KNOWN),
    ("prefer-text-field", "squawk"): (
        "a type that a column changes to: TL304 is about new columns, and going from varchar(10) to varchar(20) makes "
        "nothing worse."
    ),
    ("prefer-robust-stmts", "squawk"): (
        "a file with a single statement: where it failed there is nothing that could be there already. PG103 bad runs "
        "in a transaction, which is undone as a whole."
    ),
    ("ban-revoke", "telamon"): "GRANT: TL225 is about all that changes who may do what.",
    ("ban-create-policy", "telamon"): "GRANT: TL225 is about all that changes who may do what.",
}
