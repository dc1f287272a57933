"""A target with a small shop in it, and a folder of seeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from telamon.dev import Database, Dev
from tests.commands import Place, Ran, place, server
from tests.scaffold.test_start import url_of

__all__ = ["place", "server"]

SHOP = """
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('open', 'paid', 'sent');
CREATE DOMAIN shop.percent AS numeric CHECK (VALUE BETWEEN 0 AND 100);
-- Named so that the order of names is not that of foreign keys.
CREATE TABLE countries (code char(2) PRIMARY KEY, name varchar(20) NOT NULL);
CREATE TABLE addresses (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  country char(2) NOT NULL REFERENCES countries,
  town text,
  UNIQUE (country, town)
);
CREATE TABLE accounts (
  id serial PRIMARY KEY,
  email text NOT NULL UNIQUE,
  address bigint REFERENCES addresses,
  boss integer REFERENCES accounts,
  tags text[],
  extra jsonb,
  created date NOT NULL DEFAULT '2020-01-01',
  initial text GENERATED ALWAYS AS (substr(email, 1, 1)) STORED
);
CREATE TABLE shop.orders (
  number integer PRIMARY KEY,
  account integer NOT NULL REFERENCES accounts,
  state shop.state NOT NULL DEFAULT 'open',
  discount shop.percent,
  total numeric(10, 2) NOT NULL CHECK (total >= 0),
  size text CHECK (size IN ('S', 'M', 'L'))
);
CREATE TABLE keyless (x int);
"""


@dataclass(frozen=True)
class Shop:
    """A target.

    Args:
        place: the folder of the project.
        connection: to the target.
    """

    place: Place
    database: Database
    connection: psycopg.Connection[Any]

    @property
    def url(self) -> str:
        """Its URL."""
        return url_of(self.database)

    def seed(self, *arguments: str) -> Ran:
        """Runs `telamon seed`."""
        return self.place.run("seed", *arguments, "--url", self.url)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query.encode()).fetchall()


@pytest.fixture
def shop(place: Place, server: Dev) -> Iterator[Shop]:
    """The shop, without rows."""
    with server.create() as database, database.connect() as connection:
        connection.execute(SHOP.encode())
        yield Shop(place, database, connection)
