"""A hunt for faults: random DDL on real schemas, then from old to new and back by the engine, judged by pg_dump.

`make hunt` runs it; `python -m tests.property.hunt --help` says how. Each find is made as small as it can be; a find
becomes a case in `tests/cases` before it is mended.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from psycopg import sql

from telamon.catalog.facts import Catalog
from telamon.catalog.read import read_catalog
from telamon.dev import Database
from telamon.diff import diff
from telamon.errors import TelamonError
from telamon.kinds.base import Refusal
from telamon.kinds.base import Server as KindServer
from telamon.plan import Plan, make_plan
from telamon.prove import Failed, execute, prove
from telamon.scope import Scope
from tests import judge
from tests.property.edits import ROLES, edit, succeeds
from tests.server import Server, shared

Direction = Literal["forward", "backward"]
DIRECTIONS: tuple[Direction, Direction] = ("forward", "backward")
SIZES = (1, 2, 3, 5, 8, 14)
"""How many edits an example may have."""


@dataclass(frozen=True, slots=True)
class Find:
    """A fault.

    Args:
        sort: of what sort it is, in one word: `failed`, `residue`, `completed`, `differs`, `unsteady`, `error`.
        said: what went wrong.
        plan: the SQL that was planned, as far as that went.
    """

    sort: str
    said: str
    plan: str = ""


class Hunt:
    """Examples on one server, one base schema at a time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        server.once([f"CREATE ROLE {role}" for role in ROLES])
        self.kinds = KindServer(server.maintenance.info.server_version)

    def load(self, folder: Path) -> str:
        """Makes the database `base` from `new.sql` of a folder; returns what went wrong."""
        roles = folder / "roles.sql"
        for line in roles.read_text().split(";") if roles.exists() else ():
            succeeds(self.server.maintenance, line)
        self.server.create("base")
        return self.server.psql("base", (folder / "new.sql").read_text())

    def clone(self, name: str, copy: str) -> None:
        """Copies a database, in the place of an older copy."""
        self.server.drop(copy)
        strategy = sql.SQL(" STRATEGY file_copy" if self.server.major >= 15 else "")
        names = sql.Identifier(copy), sql.Identifier(name)
        self.server.maintain(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names) + strategy)

    def read(self, name: str) -> Catalog:
        """Reads a database."""
        with self.server.connect(name) as connection:
            return read_catalog(connection)

    def edit(self, random: Random, number: int) -> list[str]:
        """Makes the database `edited` from `base` by random statements; returns those that succeeded."""
        self.clone("base", "edited")
        with self.server.connect("edited") as connection:
            return edit(connection, random, number)

    def redo(self, statements: list[str]) -> None:
        """Makes the database `edited` from `base` by given statements, as far as they still succeed."""
        self.clone("base", "edited")
        with self.server.connect("edited") as connection:
            for statement in statements:
                succeeds(connection, statement)

    def go(self, direction: Direction, *, with_rows: bool = False) -> Find | None:
        """Plans from `base` to `edited` or back, executes and judges.

        Raises:
            Refusal: only a person can say what is meant.
        """
        start, goal = ("base", "edited") if direction == "forward" else ("edited", "base")
        old, new = self.read(start), self.read(goal)
        plan: Plan | None = None
        try:
            plan = make_plan(old, new, self.kinds)
            text = plan.sql()
            if text != make_plan(old, new, self.kinds).sql():
                return Find("unsteady", "a second plan is another one", text)
            if with_rows:
                prove(plan, old, new, lambda: self.copy(start), Scope(), self.kinds)
            return self.judged(plan, start, goal, new)
        except Refusal:
            raise
        except TelamonError as error:
            return Find("error", str(error), plan.sql() if plan else "")

    def judged(self, plan: Plan, start: str, goal: str, new: Catalog) -> Find | None:
        """Executes a plan on a copy without rows and looks at what came out."""
        self.clone(start, "work")
        with self.server.connect("work") as connection:
            try:
                execute(plan, connection, transactional=False)
            except Failed as failure:
                return Find("failed", f"{failure}\n{failure.statement}", plan.sql())
            reached = read_catalog(connection)
        if left := diff(reached, new):
            sort = "completed" if self.completes(reached, new) else "residue"
            return Find(sort, f"+{left.added[:4]} -{left.removed[:4]} ~{left.altered[:4]}", plan.sql())
        differences, _ = judge.compare(*(judge.entries(self.server.dump(name)) for name in ("work", goal)))
        return Find("differs", "\n".join(differences)[:2000], plan.sql()) if differences else None

    def completes(self, reached: Catalog, new: Catalog) -> bool:
        """Whether a second plan does what the first left undone, as the proof lets it."""
        with self.server.connect("work") as connection:
            try:
                execute(make_plan(reached, new, self.kinds), connection, transactional=False)
            except (Failed, TelamonError):
                return False
            return not diff(read_catalog(connection), new)

    def copy(self, name: str) -> Database:
        """A copy for the proof."""
        self.clone(name, "proof")
        return Database("proof", self.server.url("proof"), self)

    def drop(self, database: Database, *, wait: bool = True) -> None:
        """Drops a copy that the proof is done with."""
        self.server.drop(database.name)

    def again(self, statements: list[str], direction: Direction, sort: str) -> Find | None:
        """Whether statements lead to a find of that sort."""
        self.redo(statements)
        try:
            find = self.go(direction, with_rows=sort == "error")
        except Refusal:
            return None
        return find if find is not None and find.sort == sort else None


def fewest(statements: list[str], faulty: Callable[[list[str]], bool]) -> list[str]:
    """The statements that a fault needs: each is left out once."""
    for statement in list(statements):
        fewer = [other for other in statements if other is not statement]
        if faulty(fewer):
            statements = fewer
    return statements


def hunt(folders: Sequence[Path], first: int, seconds: float, most: int = sys.maxsize) -> Counter[str]:
    """Hunts for a time; prints the finds and returns how many examples ended how.

    Args:
        folders: each with a `new.sql`, and `roles.sql` if need be.
        first: the seed of the first example; the others follow.
        most: how many examples at most.
    """
    pack, ends, deadline = Hunt(shared()), Counter[str](), time.monotonic() + seconds
    for seed in range(first, first + most):
        if time.monotonic() > deadline:
            break
        random = Random(seed)
        folder = random.choice(folders)
        if pack.load(folder):
            ends["unloadable"] += 1
            continue
        statements = pack.edit(random, random.choice(SIZES))
        for direction in DIRECTIONS if statements else ():
            try:
                find = pack.go(direction, with_rows=seed % 4 == 0)
            except Refusal:
                ends["refused"] += 1
                continue
            ends[find.sort if find else "right"] += 1
            if find is not None:
                show(pack, find, direction, statements, f"seed {seed}, {folder}")
                pack.redo(statements)
    return ends


def show(pack: Hunt, find: Find, direction: Direction, statements: list[str], where: str) -> None:
    """Prints a find with the fewest statements that lead to it."""
    needed = fewest(statements, lambda some: pack.again(some, direction, find.sort) is not None)
    said = (pack.again(needed, direction, find.sort) or find).said
    print(
        f"=== {find.sort} {direction}, {where}", *(f"{statement};" for statement in needed), f"--> {said}\n", sep="\n"
    )
    sys.stdout.flush()


def main() -> int:
    """Hunts as the command line says; 1 if there was a find."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders in which new.sql files lie, at any depth")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=600.0)
    arguments = parser.parse_args()
    folders = sorted(file.parent for folder in arguments.folders for file in folder.glob("**/new.sql"))
    print(f"{len(folders)} schemas, from seed {arguments.seed} on", flush=True)
    ends = hunt(folders, arguments.seed, arguments.seconds)
    print(", ".join(f"{number} {end}" for end, number in sorted(ends.items())))
    return 0 if set(ends) <= {"right", "refused", "unloadable"} else 1


if __name__ == "__main__":
    sys.exit(main())
