"""Hashing 1,000 files of 10 KiB against sha256sum, start-up apart (bar P8)."""

from __future__ import annotations

from measure import TELAMON, Line, bench, best, show

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
        peer = best(lambda: here.run("sha256sum", *names)).wall
        start = best(lambda: here.run(TELAMON, "--version")).wall
        whole = best(lambda: here.run(TELAMON, "migrate", "hash")).wall
        show(
            f"{FILES} files of {len(TEXT) // 1024} KiB",
            [
                Line("P8", "migrate hash, less telamon --version", whole - start, peer, 2),
                Line("", "migrate hash, all of it", whole, peer, None),
            ],
        )


if __name__ == "__main__":
    main()
