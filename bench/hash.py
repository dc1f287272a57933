"""Hashing 1,000 files of 10 KiB against sha256sum, start-up apart (bar P8)."""

from __future__ import annotations

from measure import ROUNDS, Line, bench, in_turn, show

FILES = 1000
TEXT = "".join(f"INSERT INTO ledger (id, note) VALUES ({n}, 'entry number {n}');\n" for n in range(200))[: 10 * 1024]


def main() -> None:
    """Prints the ratio."""
    with bench() as here:
        migrations = here.folder / "migrations"
        migrations.mkdir()
        for number in range(FILES):
            (migrations / f"{20260101000000 + number}_step.sql").write_text(f"-- {number}\n{TEXT}")
        names = [str(path) for path in sorted(migrations.glob("*.sql"))]
        took = in_turn(
            {
                "sha256sum": lambda: here.run("sha256sum", *names),
                "nothing": lambda: here.run("sha256sum", names[0]),
                "version": lambda: here.telamon("--version"),
                "hash": lambda: here.telamon("migrate", "hash"),
            }
        )
        peer, nothing, start, whole = took.values()
        less = "migrate hash : sha256sum, each less its start-up"
        show(
            f"{FILES} files of {len(TEXT) // 1024} KiB, the least of {ROUNDS} rounds in turn",
            [
                Line("P8", less, whole.wall - start.wall, peer.wall - nothing.wall, 2),
                Line("P8", f"{less}, CPU", whole.cpu - start.cpu, peer.cpu - nothing.cpu, 2),
                Line("", "migrate hash, all of it", whole.wall, peer.wall, None),
            ],
        )


if __name__ == "__main__":
    main()
