"""A run is interrupted at every moment; the next one finishes: the same schema, the same rows, no statement twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from telamon.apply import Options, apply
from tests.faults.cluster import Cluster
from tests.faults.conftest import FULL, Tell
from tests.faults.proxy import Proxy
from tests.faults.scene import DATABASE, Scene
from tests.moments import Countdown, Deed, at_each_send, ends, kill

Interrupt = Callable[[int], bool]
MODES = ("file", "all", "none")


@pytest.fixture(scope="module", params=MODES)
def scene(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Scene:
    """A directory to apply in one of the transaction modes."""
    return Scene.make(cluster, tmp_path_factory.mktemp("scene") / "migrations", request.param)


def interrupted(scene: Scene, moment: int, deed: Deed, work: Callable[[Countdown], None], *, lives: bool) -> bool:
    """Applies in a process of its own, to which something happens at a moment; returns whether it came to that."""
    reached = scene.path.parent / "reached"
    reached.unlink(missing_ok=True)
    scene.cluster.create(DATABASE)
    code = ends(lambda: work(Countdown(moment, deed, reached)))
    if reached.exists():
        assert code in ((0, 1) if lives else (-9,)), "neither done, nor an error of ours"
        return True
    assert code == 0
    return False


def by_send(scene: Scene) -> Callable[[Countdown], None]:
    """A run in which a moment passes before and after all that is sent."""

    def work(countdown: Countdown) -> None:
        at_each_send(countdown)
        apply(scene.url, scene.path, Options(tx_mode=scene.mode))  # type: ignore[arg-type]

    return work


def by_message(scene: Scene, proxy: list[Proxy]) -> Callable[[Countdown], None]:
    """A run through a proxy, in which a moment passes after every message of the protocol."""

    def work(countdown: Countdown) -> None:
        folder = scene.path.parent
        proxy.append(Proxy(folder, scene.cluster.root))
        proxy[0].start(countdown)
        url = scene.cluster.url(DATABASE, folder)
        apply(url, scene.path, Options(tx_mode=scene.mode))  # type: ignore[arg-type]

    return work


def moments(interrupt: Interrupt, step: int, full: int = 1) -> Iterator[int]:
    """Interrupts at every `step`-th moment, or at every `full`-th if all are wanted, until a run is over before."""
    moment = 1
    while interrupt(moment):
        yield moment
        moment += full if FULL else step


def test_killed_at_every_send(scene: Scene, tell: Tell) -> None:
    survived = 0
    step = 6 if scene.mode == "none" else 2  # the others send their statements together
    for _ in moments(lambda n: interrupted(scene, n, kill, by_send(scene), lives=False), step):
        scene.check_truth()
        scene.finish()
        scene.check_end()
        survived += 1
    assert survived >= 2
    tell("faults survived: client killed (kill -9)", survived)


def test_server_crashes_at_every_send(scene: Scene, tell: Tell) -> None:
    survived = 0
    cluster = scene.cluster
    for moment in moments(lambda n: interrupted(scene, n, cluster.crash, by_send(scene), lives=True), 17):
        if moment % 2:
            cluster.start()
            scene.check_truth()
        else:
            cluster.start(wait=False)  # the next run waits until it is up
        scene.finish()
        scene.check_end()
        survived += 1
    assert survived >= 1
    tell("faults survived: server stopped (pg_ctl stop -m immediate)", survived)


@pytest.mark.parametrize("how", ["cut", "kill"])
def test_at_every_message(scene: Scene, how: str, tell: Tell) -> None:
    proxy: list[Proxy] = []
    survived = 0

    def deed() -> None:
        if how == "kill":
            kill()
        proxy[0].cut()

    every = 5 if how == "kill" else 1  # to the server the two are much alike
    for _ in moments(lambda n: interrupted(scene, n, deed, by_message(scene, proxy), lives=how == "cut"), 149, every):
        scene.check_truth()
        scene.finish()
        scene.check_end()
        survived += 1
    assert survived >= 2
    name = "connection cut" if how == "cut" else "client killed (kill -9)"
    tell(f"faults survived: {name}", survived)
