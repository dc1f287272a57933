"""Any program that prints SQL."""

from __future__ import annotations

import shlex
from pathlib import Path

from telamon.errors import TelamonError, UsageError
from telamon.sources.programs import relay, run
from telamon.sources.types import SqlSource, SqlText


def open_program(rest: str, base: Path) -> SqlSource:
    """Returns the schema that a program prints on stdout.

    It runs without a shell, in the folder of the configuration. What it says on stderr is shown.

    Args:
        rest: the program and its arguments, quoted as for a shell.
        base: the folder in which it runs.

    Raises:
        UsageError: there is no program, or a quote is not closed.
        TelamonError: it does not start, fails, takes too long, or prints nothing.
    """
    label = f"exec://{rest}"
    try:
        command = shlex.split(rest)
    except ValueError as error:
        raise UsageError("The command is not quoted as for a shell", where=label, why=str(error)) from error
    if not command:
        raise UsageError("exec:// names no program", where=label, do="Write exec://program argument ...")
    name = command[0]
    printed = run(command, base, label=label, name=name)
    if printed.code:
        ended = f"was ended by signal {-printed.code}" if printed.code < 0 else f"ended with {printed.code}"
        raise TelamonError(
            f"{name} {ended}", where=label, why=printed.last_words, do=f"It was run in {base}: run it there by hand."
        )
    if not printed.out.strip():
        raise TelamonError(
            f"{name} printed nothing",
            where=label,
            why=printed.last_words,
            do="It has to print the schema as SQL on stdout.",
        )
    relay(printed.err)
    return SqlSource((SqlText(printed.out, f"output of {name}"),), ordered=True, label=label)
