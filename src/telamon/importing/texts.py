"""Reading the files of other tools."""

from __future__ import annotations

from telamon.errors import CheckError


def read(path: str) -> str:
    """A file as text, with LF line ends and without a byte order mark.

    Raises:
        CheckError: it is not UTF-8.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        return content.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise CheckError(
            "A migration is not UTF-8", where=f"{path} (byte {error.start})", do="Save it as UTF-8 text."
        ) from None
