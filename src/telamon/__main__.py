"""`python -m telamon`."""

from telamon.cli import main

main(prog_name="telamon")
