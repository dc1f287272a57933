"""One migration file: its name, its directives, its parts, its statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telamon.directory.directives import (
    Directive,
    file_directives,
    is_archive,
    leading_directives,
    own_directives,
    sum_ignored,
)
from telamon.errors import CheckError, TelamonError, UsageError

if TYPE_CHECKING:
    from telamon.directory.archive import Check, Part
    from telamon.statements import Statement

SUFFIX = ".sql"


def version_and_description(name: str) -> tuple[str, str]:
    """Splits a file name: the version is the text before the first `_`, the description what follows it."""
    version, _, description = name.removesuffix(SUFFIX).partition("_")
    return version, description


def file_name(version: str, description: str = "") -> str:
    """The name of a new migration file.

    Raises:
        UsageError: the description cannot be part of a file name that every tool and system takes.
    """
    odd = sorted({char for char in description if not (char.isalnum() or char in "_-.")})
    name = f"{version}_{description}{SUFFIX}" if description else f"{version}{SUFFIX}"
    if odd:
        cleaned = "".join(char if char.isalnum() or char in "_-" else "_" for char in description).strip("_")
        raise UsageError(
            f"a migration cannot be named {description!r}",
            why=f"A name is made of letters, digits, `_`, `-` and `.`, not of {' '.join(map(repr, odd))}.",
            do=f"Name it `{cleaned}`, for instance." if cleaned else "",
        )
    if len(name.encode()) > 255:
        raise UsageError("the name of the migration is too long", why="A file name takes at most 255 bytes.")
    return name


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """A file of the migration directory.

    Args:
        name: without directory.
        path: as errors show it.
        content: as it is on disk.
    """

    name: str
    path: str
    content: bytes

    @property
    def version(self) -> str:
        """What stands before the first `_` of the name."""
        return version_and_description(self.name)[0]

    @property
    def description(self) -> str:
        """What stands after the first `_` of the name."""
        return version_and_description(self.name)[1]

    @property
    def ignored(self) -> bool:
        """Whether the sum file leaves it out (`atlas:sum ignore`); such a file is never executed."""
        return sum_ignored(self.content)

    @property
    def text(self) -> str:
        """The content as text, without a byte order mark.

        Raises:
            CheckError: it is not UTF-8, or contains a NUL byte, which PostgreSQL takes nowhere.
        """
        nul = self.content.find(b"\0")
        if nul >= 0:
            raise self._unreadable("a NUL byte", nul)
        try:
            return self.content.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            byte = f"the byte 0x{self.content[error.start]:02x}, which is not UTF-8"
            raise self._unreadable(byte, error.start) from None

    @property
    def directives(self) -> tuple[Directive, ...]:
        """The file directives; of an archive those above its first part and at the head of its migration."""
        text = self.text
        if not is_archive(text):
            return file_directives(text)
        parts = (file_directives(part.text, part.line) for part in self.parts if part.name == "migration.sql")
        return leading_directives(text) + next(parts)

    def arguments(self, name: str) -> list[str]:
        """The arguments of every file directive of that name, "" for one without."""
        return [directive.argument for directive in self.directives if directive.name == name]

    @property
    def checkpoint(self) -> bool:
        """Whether a new database may start here (`atlas:checkpoint [tag]`)."""
        return bool(self.arguments("checkpoint"))

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts to which `telamon:context` leaves the file: `-- telamon:context staging, demo`; () for all.

        Raises:
            CheckError: the directive names none.
        """
        if b"telamon:context" not in self.content:
            return ()
        found: list[str] = []
        for directive in own_directives(self.text):
            if directive.name == "context":
                names = [name.strip() for name in directive.argument.split(",") if name.strip()]
                if not names:
                    raise CheckError(
                        "`telamon:context` names no context",
                        where=f"{self.path}:{directive.line}",
                        do="Write `-- telamon:context staging`; several are separated by commas.",
                    )
                found += names
        return tuple(found)

    @property
    def tx_mode(self) -> str | None:
        """What `atlas:txmode` asks for: `none` or `file`; None without the directive.

        Raises:
            CheckError: another mode, or more than one.
        """
        modes = [directive for directive in self.directives if directive.name == "txmode"]
        if not modes:
            return None
        where = f"{self.path}:{modes[-1].line}"
        if len(modes) > 1:
            raise CheckError("more than one `atlas:txmode` in a file", where=where, do="Keep one of them.")
        mode = modes[0].argument
        if mode not in ("none", "file"):
            why = "`all` spans files and is only for the command line." if mode == "all" else ""
            do = "Write `-- atlas:txmode none` or `-- atlas:txmode file`."
            raise CheckError(f"`atlas:txmode {mode}` is not allowed in a file", where=where, why=why, do=do)
        return mode

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of an archive, or of any other file the text as its only part, `migration.sql`.

        Raises:
            CheckError: a part that is unknown, given twice or missing.
        """
        from telamon.directory.archive import read_parts

        return read_parts(self.text, self.path)

    def statements(self) -> list[Statement]:
        """The statements of the migration proper, in order.

        Raises:
            CheckError: the text cannot be read, or asks for other files by `atlas:import`.
            TelamonError: it cannot be split.
        """
        for directive in self.directives:
            if directive.name == "import":
                raise CheckError(
                    "`atlas:import` is not allowed in a migration",
                    where=f"{self.path}:{directive.line}",
                    why="The sum file could not seal what is imported. It is for schema files.",
                    do="Put the statements into the migration itself.",
                )
        from telamon.scan import split

        text = self.text
        if not is_archive(text):
            return split(text, self.path)
        return next(part.statements(self.path) for part in self.parts if part.name == "migration.sql")

    def checks(self) -> tuple[Check, ...]:
        """The pre-migration checks of an archive."""
        if not is_archive(self.text):
            return ()
        return tuple(part.check(self.path) for part in self.parts if part.name.startswith("checks"))

    def down(self) -> list[Statement] | None:
        """The hand-written way back of an archive, None if it has none."""
        if not is_archive(self.text):
            return None
        return next((part.statements(self.path) for part in self.parts if part.name == "down.sql"), None)

    def check(self) -> None:
        """Reads all there is to read in the file.

        Raises:
            CheckError: text, directives, parts or statements are wrong; with file and line.
        """
        _ = self.tx_mode, self.contexts
        try:
            self.statements(), self.checks(), self.down()
        except TelamonError as error:
            raise CheckError(error.what, where=error.where, why=error.why, do=error.do) from None

    def warnings(self) -> tuple[str, ...]:
        """What is allowed but seldom meant: CRLF line ends, a byte order mark."""
        found = []
        if b"\r\n" in self.content:
            found.append(f"{self.path}: has CRLF line ends; Atlas honours no file directives in it")
        if self.content.startswith(b"\xef\xbb\xbf"):
            found.append(f"{self.path}: begins with a byte order mark, which Atlas sends to the server as SQL")
        return tuple(found)

    def _unreadable(self, what: str, at: int) -> CheckError:
        line = self.content.count(b"\n", 0, at) + 1
        return CheckError(
            f"{self.name} contains {what}",
            where=f"{self.path}:{line} (byte {at})",
            do="Save the file as UTF-8 text; if it was never applied, run `telamon migrate hash` then.",
        )
