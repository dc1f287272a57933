"""The whole way with real servers: schema, migrations, roles, PgBouncer, seeds, a service with traffic, and back.

    python e2e.py [--seconds 3] [--clients 4] [--wait 0.005]

Works on a copy of this folder and leaves nothing behind. `telamon` and `pgbouncer` must be installed. Every step
is printed with the time that it took; at the end stands what the clients of the service saw. The exit code is 0 if no
request failed and every step did what it should.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import psycopg

HERE = Path(__file__).parent
PEOPLE = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")
SECONDS = 120
POOLER = """\
[databases]
* = host={host} port={port} user=app_user
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
logfile = {folder}/pgbouncer.log
"""


class Broken(Exception):
    """A step did not do what it should."""


@dataclass
class Place:
    """A copy of the example, and the environment of what runs there."""

    folder: Path
    environment: dict[str, str]
    begun: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.begun:6.1f} s  {text}", flush=True)

    def run(self, *command: str, code: int = 0) -> str:
        """Runs a program to its end; what it prints.

        Raises:
            Broken: it ended with another code.
        """
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if done.returncode != code:
            raise Broken(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def telamon(self, *arguments: str, code: int = 0) -> str:
        """Runs telamon; what it prints."""
        begun = time.monotonic()
        said = self.run("telamon", *arguments, code=code)
        shown = " ".join("URL" if "://" in each else each for each in arguments)
        self.say(f"telamon {shown} ({time.monotonic() - begun:.1f} s)")
        return said


@dataclass
class Traffic:
    """Clients of the service, each of which asks without end."""

    port: int
    wait: float
    stop: threading.Event = field(default_factory=threading.Event)
    answers: list[tuple[float, float, int]] = field(default_factory=list)
    phases: list[tuple[str, float]] = field(default_factory=list)

    def client(self, person: str) -> None:
        """Adds contacts and quotes, and looks at them."""
        ask = Client(self.port, person)
        account = ask("POST", "/accounts", {"name": f"Company of {person[-1]}"}, self.answers)["id"]
        number = 0
        while not self.stop.is_set():
            number += 1
            name = {"family_name": f"Number {number}", "email": f"n{number}@example.org"}
            ask("POST", f"/accounts/{account}/contacts", name, self.answers)
            ask("GET", f"/accounts/{account}/contacts", None, self.answers)
            ask("POST", f"/accounts/{account}/quotes", {"title": f"Offer {number}"}, self.answers)
            ask("GET", "/accounts", None, self.answers)
            self.stop.wait(self.wait)

    def phase(self, name: str) -> None:
        """What happens from now on."""
        self.phases.append((name, time.monotonic()))

    def report(self) -> list[str]:
        """One line a phase: requests, failures, the slowest request, and the longest time without any answer."""
        lines = [f"{'':28} requests  failed  slowest  longest pause"]
        ends = [*(begin for _, begin in self.phases[1:]), time.monotonic()]
        for (name, begin), end in zip(self.phases, ends, strict=True):
            own = sorted(answer for answer in self.answers if begin <= answer[0] < end)
            failed = sum(status >= 400 for _, _, status in own)
            slowest = max((took for _, took, _ in own), default=0.0)
            times = [begin, *(at for at, _, _ in own), end]
            pause = max(after - before for before, after in pairwise(times))
            lines.append(f"{name:28} {len(own):8}  {failed:6}  {slowest * 1e3:4.0f} ms  {pause * 1e3:10.0f} ms")
        return lines

    @property
    def failed(self) -> int:
        return sum(status >= 400 for _, _, status in self.answers)


class Client:
    """A person at the service, on one connection that is kept."""

    def __init__(self, port: int, person: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"X-User": person, "Content-Type": "application/json"}

    def __call__(
        self, method: str, path: str, body: dict[str, str] | None, answers: list[tuple[float, float, int]] | None = None
    ) -> dict[str, str]:
        begun = time.monotonic()
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
        response = self.connection.getresponse()
        content = json.loads(response.read())
        if answers is not None:
            answers.append((time.monotonic(), time.monotonic() - begun, response.status))
        return {"status": str(response.status), **(content if isinstance(content, dict) else {"rows": content})}


@contextmanager
def copied() -> Iterator[Place]:
    """A copy of the example with a cache, and so a dev server, of its own."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="tle2e", dir=memory))
    folder.chmod(0o711)  # run by root, the servers run as another account that must pass
    ignored = shutil.ignore_patterns("drizzle", "__pycache__")
    place = Place(folder / "crm", {**os.environ, "TELAMON_CACHE": str(folder / "cache"), "NO_COLOR": "1"})
    shutil.copytree(HERE, place.folder, ignore=ignored)
    try:
        yield place
    finally:
        subprocess.run(
            ("telamon", "dev", "stop", "--purge"), env=place.environment, capture_output=True, timeout=60, check=False
        )
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: Sequence[str], **given: object) -> Iterator[subprocess.Popen[str]]:
    """A program that is stopped at the end."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **given) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def pooler(place: Place, database: dict[str, str]) -> Iterator[str]:
    """PgBouncer, pooling transactions; the URL of the application through it, who can be nobody but app_user."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise Broken("pgbouncer is not installed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        listen = probe.getsockname()[1]
    owner = os.stat(database["host"]).st_uid
    folder = place.folder.parent / "pgbouncer"
    folder.mkdir()
    config = folder / "pgbouncer.ini"
    config.write_text(POOLER.format(folder=folder, listen=listen, host=database["host"], port=database["port"]))
    if os.geteuid() == 0:
        os.chown(folder, owner, -1)
    account = {"user": owner} if os.geteuid() == 0 else {}  # it refuses to run as root
    with running((program, str(config)), **account):
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", listen)).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise Broken("pgbouncer does not start") from None
                time.sleep(0.05)
        place.say("PgBouncer: transactions, 4 connections, app_user only")
        yield f"postgres://app_user@127.0.0.1:{listen}/{database['dbname']}"


@contextmanager
def service(place: Place, url: str) -> Iterator[int]:
    """The API; its port."""
    given = {"cwd": place.folder, "env": {**place.environment, "DATABASE_URL": url}}
    with running((sys.executable, "service/api.py"), **given) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        if Client(port, PEOPLE[0])("GET", "/health", None)["status"] != "200":
            raise Broken("The service does not reach the database")
        place.say("the service answers")
        yield port


@contextmanager
def traffic(port: int, clients: int, wait: float) -> Iterator[Traffic]:
    """Clients that ask until the end."""
    found = Traffic(port, wait)
    threads = [threading.Thread(target=found.client, args=(PEOPLE[n % len(PEOPLE)],)) for n in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        found.stop.set()
        for thread in threads:
            thread.join()


def target(place: Place) -> dict[str, str]:
    """An empty database with its roles; where it is."""
    url = urlsplit(place.telamon("dev", "url").splitlines()[0])
    found = {"dbname": url.path.strip("/"), "user": url.username or "", **dict(parse_qsl(url.query))}
    administrator = " ".join(f"{name}={value}" for name, value in found.items())
    with psycopg.connect(administrator, autocommit=True) as session:
        session.execute((place.folder / "roles.sql").read_bytes())
    place.say("roles: schema_admin, migration_user, app_user and those of other programs")
    return found


def story(place: Place, given: argparse.Namespace, stack: ExitStack) -> Traffic:
    """All of it; the traffic that there was."""
    database = target(place)
    migrator = f"postgres://migration_user@/{database['dbname']}?host={database['host']}&port={database['port']}"
    place.environment["DATABASE_URL"] = migrator
    (place.folder / "telamon.toml").open("a").write('\n[env.e2e]\nurl = "${DATABASE_URL}"\nrole = "schema_admin"\n')
    env = ("--env", "e2e")

    if not given.brief:
        place.telamon("migrate", "diff", "--check", *env)
        place.telamon("migrate", "validate", *env)
    place.telamon("migrate", "apply", *env)
    pooled = stack.enter_context(pooler(place, database))
    place.telamon("migrate", "apply", "--env", "e2e", "--url", pooled, code=1)  # not through a pooler of transactions
    place.telamon("seed", "apply", *env)
    place.telamon("seed", "apply", "--env", "local", "--url", migrator)
    port = stack.enter_context(service(place, pooled))
    refused(port)

    flow = stack.enter_context(traffic(port, given.clients, given.wait))
    flow.phase("before")
    time.sleep(given.seconds)
    flow.phase("writing the migration")
    place.run("git", "apply", "demo.patch")
    place.telamon("migrate", "diff", "add_phone", *env)
    place.telamon("migrate", "lint", "--latest", "1", *env)
    flow.phase("adding a column, an index")
    place.telamon("migrate", "apply", *env)
    flow.phase("with the column")
    if not phones(database):
        raise Broken("The column is not there")
    time.sleep(given.seconds)
    flow.phase("rolling it back")
    place.telamon("migrate", "down", "--auto-approve", "--allow-destructive", *env)
    flow.phase("after")
    if phones(database):
        raise Broken("The column is still there")
    time.sleep(given.seconds)
    return flow


def phones(database: dict[str, str]) -> bool:
    """Whether contacts have telephone numbers."""
    with psycopg.connect(" ".join(f"{name}={value}" for name, value in database.items())) as session:
        query = "SELECT FROM pg_attribute WHERE attrelid = 'crm.contacts'::regclass AND attname = 'phone'"
        return session.execute(query).fetchone() is not None


def refused(port: int) -> None:
    """A person sees nobody else's accounts, and a wrong value is refused."""
    ada, ben = (Client(port, person) for person in PEOPLE)
    account = ada("POST", "/accounts", {"name": "Ada's own"})
    if account["status"] != "201" or "Ada's own" in str(ben("GET", "/accounts", None)["rows"]):
        raise Broken(f"Row security does not hold: {account}")
    if (wrong := ada("POST", "/accounts", {"name": ""})["status"]) != "400":
        raise Broken(f"A name without letters gave {wrong}")


def main() -> int:
    """Runs it, and prints what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each quiet phase lasts")
    parser.add_argument("--clients", type=int, default=4, help="of the service")
    parser.add_argument("--wait", type=float, default=0.005, help="seconds between four requests of a client")
    parser.add_argument("--brief", action="store_true", help="leave out what only checks that nothing is to be done")
    given = parser.parse_args()
    with copied() as place:
        try:
            with ExitStack() as stack:
                flow = story(place, given, stack)
                lines, failed = flow.report(), flow.failed
            if not given.brief:
                place.telamon("schema", "drift", "--env", "e2e")
        except Broken as broken:
            print(f"Broken: {broken}", file=sys.stderr)
            return 1
    print("\n".join(["", *lines]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
