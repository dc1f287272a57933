"""Printing for people: everything that is not data goes to stderr."""

from __future__ import annotations

import sys

import click

from telamon.errors import TelamonError


def note(text: str) -> None:
    """Prints one line for the person who runs the command."""
    click.echo(text, err=True)


def show_error(error: TelamonError) -> None:
    """Prints an error: what, where, why, what to do."""
    click.secho(f"Error: {error.what}", fg="red", err=True, bold=True)
    for part in (error.where, error.why):
        for line in part.splitlines():
            note(f"  {line}")
    if error.do:
        note("")
        for line in error.do.splitlines():
            note(f"{line}")


def show_interrupt(state: str) -> None:
    """Prints, after Ctrl-C, what state it leaves things in: on a line after the `^C` that a terminal shows."""
    note("\n" * sys.stderr.isatty() + f"Interrupted: {state}")


def terminal() -> tuple[bool, int]:
    """Whether stdout may be coloured, and its columns; 0 where it is no terminal."""
    import os
    import shutil

    shown = sys.stdout.isatty()
    return shown and not os.environ.get("NO_COLOR"), shutil.get_terminal_size().columns if shown else 0


def interactive() -> bool:
    """Whether a person can be asked: stdin and stderr are terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def offer_attributes(path: str, files: int) -> None:
    """With the first migration of a directory, the line that keeps git from changing line ends."""
    import os

    if files or os.path.exists(f"{path}/.gitattributes"):
        return
    note(f"Line ends are part of the sum: put `*.sql text eol=lf` into {path}/.gitattributes, and git keeps them.")
