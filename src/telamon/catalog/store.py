"""What was found out once, under a key, so that it is not found out again. Nothing heavy is imported.

The files are the user's own, in the user's cache; a version of the code that reads catalogs otherwise uses other names.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from pathlib import Path
from typing import Any

from telamon.collector import paused
from telamon.version import __version__

KEPT = 64
"""Files in the folder; the oldest go first."""


def _folder() -> Path:
    from telamon.dev.places import cache_directory

    return cache_directory() / "catalogs"


def _code() -> str:
    """Changes whenever the code that makes facts does."""
    here = Path(__file__).parent
    entries = [entry for folder in (here, here.parent / "kinds") for entry in os.scandir(folder)]
    state = [(entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in entries]
    return repr((__version__, sorted(state)))


def key_of(*parts: str) -> str:
    """A file name for what the parts say together."""
    return hashlib.sha256("\0".join((_code(), *parts)).encode()).hexdigest()


def load_value(key: str, kind: str = "value") -> Any:
    """What was saved under `key` by `save_value`, None if there is nothing or it cannot be read."""
    try:
        with open(_folder() / f"{key}.{kind}", "rb") as file, paused():
            return pickle.load(file)
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        return None  # a cache that is gone or broken is only slower


def save_value(key: str, value: Any, kind: str = "value") -> None:
    """Saves plain values; a cache that cannot be written is only slower."""
    _write(f"{key}.{kind}", pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def is_noted(key: str) -> bool:
    """Whether `note` was called with this key."""
    return (_folder() / f"{key}.note").exists()


def note(key: str) -> None:
    """Remembers that something holds."""
    _write(f"{key}.note", b"")


def _write(name: str, content: bytes) -> None:
    try:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, folder / name)
        entries = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime_ns)
        for entry in entries[:-KEPT]:
            os.unlink(entry.path)
    except OSError:
        return
