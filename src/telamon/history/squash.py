"""Several migrations become one that does the same."""

from __future__ import annotations

from dataclasses import dataclass

from telamon.catalog.facts import Catalog
from telamon.directory import Directory, MigrationFile, file_name
from telamon.directory.directives import file_directives
from telamon.engine import Engine
from telamon.errors import CheckError, TelamonError, UsageError
from telamon.history.states import difference, reached, same_rows
from telamon.history.syntax import more_than_schema, settings_of
from telamon.plan import make_plan
from telamon.prove import prove
from telamon.quote import ident
from telamon.replay import replay
from telamon.statements import Statement


@dataclass(frozen=True, slots=True)
class Squashed:
    """What a squash gives.

    Args:
        wanted: the directory with the one file, not yet written.
        file: its name; None where the files undid each other and nothing is left to do.
        replaced: the files that it replaces.
        reason: why their statements were joined as they are, "" where they were planned anew from the two schemas.
        warnings: what to look at.
    """

    wanted: Directory
    file: str | None
    replaced: tuple[str, ...]
    reason: str
    warnings: tuple[str, ...] = ()


def squash(engine: Engine, directory: Directory, names: list[str], name: str = "") -> Squashed:
    """Makes one file of several that stand together at the end of a directory.

    They are planned anew, from the schema before to the schema after, where nothing but the schema tells them apart:
    all their statements change the schema and no more, and rows seeded before come out the same. Else their statements
    are joined in their order. Either way the new directory is replayed, and must lead to the same catalog.

    Args:
        names: of the files.
        name: the description of the new file; that of the last if empty.

    Raises:
        UsageError: they do not stand together, or one of them cannot be joined with others.
        CheckError: the directory does not replay, or joined files do not.
    """
    files = chosen(directory, names)
    before = directory.changed({}, names)
    old, new = reached(engine, before), reached(engine, directory)
    file = file_name(files[-1].version, name or files[-1].description)
    reason, text = replanned(engine, before, old, new, files, file)
    warnings: list[str] = []
    if reason:
        text = joined(files, warnings)
        wanted = before.changed({file: text.encode()})
        check_same(engine, wanted, new, files)
    wanted = before.changed({file: text.encode()} if text else {})
    return Squashed(wanted, file if text else None, tuple(names), reason, tuple(warnings))


def chosen(directory: Directory, names: list[str]) -> tuple[MigrationFile, ...]:
    """The files of these names, if they can become one."""
    files = tuple(each for each in directory.files if each.name in names)
    if len(files) < 2:
        raise UsageError("Nothing is to be squashed", why=f"{len(files)} migration is chosen; two or more become one.")
    if files != directory.files[-len(files) :]:
        raise UsageError(
            "The migrations do not stand together at the end",
            where="\n".join(each.path for each in files),
            why="Others come between or after them, and the order of what is run would change.",
            do="Put them last with `telamon migrate rebase`, then squash them.",
        )
    for each in files:
        special = {directive.name for directive in each.directives} & {"checkpoint", "txtar", "sum"}
        if each.contexts:
            raise UsageError(
                "A file with `telamon:context` cannot be joined with others",
                where=each.path,
                why="It is left to some contexts, and the one file would run everywhere.",
                do="Squash the files before it, or those after it.",
            )
        if special:
            raise UsageError(
                f"A file with `atlas:{special.pop()}` cannot be joined with others",
                where=each.path,
                do="Squash the files before it, or those after it.",
            )
    return files


def replanned(
    engine: Engine, before: Directory, old: Catalog, new: Catalog, files: tuple[MigrationFile, ...], file: str
) -> tuple[str, str]:
    """(why it cannot be done, the file's text): the way from one schema to the other, planned anew."""
    for each in files:
        for statement in each.statements():
            if more := more_than_schema(statement):
                return f"{statement.origin} {more}", ""
    try:
        proof = prove(
            make_plan(old, new, engine.server),
            old, new, lambda: replay(before, engine.dev), engine.scope, engine.server,
        )  # fmt: skip
    except TelamonError as error:
        return error.what, ""
    if not proof.plan:
        text = ""
    else:
        text = proof.plan.sql() if proof.transactional else f"-- atlas:txmode none\n\n{proof.plan.sql()}"
    wanted = before.changed({file: text.encode()} if text else {})
    one = [each for each in wanted.files if each.name == file and text]
    if difference(reached(engine, wanted), new):
        return "the schema planned anew differs in something that is not managed", ""
    if not same_rows(engine, before, files, one):
        return "rows do not come out the same when it is planned anew", ""
    return "", text


def check_same(engine: Engine, wanted: Directory, new: Catalog, files: tuple[MigrationFile, ...]) -> None:
    """Raises CheckError where joined files do not replay or lead elsewhere."""
    where = "\n".join(each.path for each in files)
    do = "Squash fewer of them: telamon migrate squash --from VERSION."
    try:
        left = difference(new, reached(engine, wanted))
    except CheckError as error:
        why = f"{error.what}\n{error.where}\n{error.why}".strip()
        raise CheckError(
            "Joined in one file the migrations fail; nothing was written", where=where, why=why, do=do
        ) from (error)
    if left:
        raise CheckError(
            "Joined in one file the migrations lead elsewhere; nothing was written", where=where, why=left, do=do
        )


def joined(files: tuple[MigrationFile, ...], warnings: list[str]) -> str:
    """The files' texts one after the other, under the directives of all."""
    modes = {each.tx_mode or "file" for each in files}
    if len(modes) > 1:
        alone = ", ".join(each.name for each in files if each.tx_mode == "none")
        warnings.append(f"The whole file runs outside a transaction, because this did: {alone}")
    head = ["-- atlas:txmode none"] if "none" in modes else []
    silenced = [f"-- atlas:nolint {each}".rstrip() for file in files for each in file.arguments("nolint")]
    head += dict.fromkeys(silenced)
    parts = ["\n".join(head) + "\n"] if head else []
    for number, each in enumerate(files):
        statements = each.statements()
        parts.append(f"-- From {each.name}\n\n{body(each)}")
        settings = settings_of(statements) if number < len(files) - 1 else []
        if settings:
            resets = "".join(f"RESET {'.'.join(map(ident, name.split('.')))};\n" for name in settings)
            parts.append(f"-- Each migration begins with the settings of a fresh session\n{resets}")
    text = "\n".join(parts)
    whole = MigrationFile(files[-1].name, files[-1].path, text.encode())
    if essence(whole.statements()) != essence([each for file in files for each in file.statements()]):
        raise UsageError(
            "The migrations cannot be joined: in one file their statements would be cut differently",
            where="\n".join(each.path for each in files),
            why="One of them sets a delimiter of its own, or ends inside a statement.",
            do="Bring that file to the usual delimiter first: telamon migrate edit.",
        )
    return text


def essence(statements: list[Statement]) -> list[tuple[str, str | None]]:
    """What is to be the same before and after joining."""
    texts = ((each.text.removesuffix(";").rstrip(), each.copy_data) for each in statements)
    return [each for each in texts if not each[0].startswith("RESET ")]


def body(file: MigrationFile) -> str:
    """The text of a file without its directives, ending in a line end and, where need be, a delimiter."""
    drop = {directive.line for directive in file_directives(file.text)}
    text = "\n".join(line for number, line in enumerate(file.text.split("\n"), 1) if number not in drop).strip("\n")
    statements = file.statements()
    last = statements[-1] if statements else None
    if last and last.copy_data is None and not last.text.endswith(";") and text.endswith(last.text):
        text += ";"
    return f"{text}\n"
