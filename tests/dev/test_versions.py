"""`embedded/16`: a dev server of a version that the user names."""

from __future__ import annotations

import pytest

from telamon.dev import open_dev
from telamon.dev.binaries import find
from telamon.errors import TelamonError, UsageError


def test_the_version_that_is_named() -> None:
    """A version that is here is taken; one that is not is an error that names the ways out."""
    major = find().major
    with open_dev(f"embedded/{major}") as dev:
        assert dev.version_num // 10000 == major
    with pytest.raises(TelamonError, match="no server of PostgreSQL 99") as caught, open_dev("embedded/99"):
        pass
    assert "TELAMON_POSTGRES" in caught.value.do and f"the newest one here is {major}" in caught.value.where


@pytest.mark.parametrize("spec", ["embedded/", "embedded/x", "embeded"])
def test_a_misspelt_server(spec: str) -> None:
    """What is no server is a usage error."""
    with pytest.raises(UsageError, match="cannot be understood"), open_dev(spec):
        pass
