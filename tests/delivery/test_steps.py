"""Work in steps: taken forward alone or with others, it reads, waits and fails as if it blocked."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from publisher.delivery.steps import Call, Ended, Loop, Ready, Steps, blocking, run


@pytest.fixture
def loop() -> Iterator[Loop[str]]:
    made: Loop[str] = Loop()
    yield made
    made.close()


def until_all_ended(loop: Loop[str], seconds: float = 5.0) -> dict[str, Ended[str]]:
    found: dict[str, Ended[str]] = {}
    deadline = time.monotonic() + seconds
    while loop.busy and time.monotonic() < deadline:
        found |= {one.owner: one for one in loop.turn(0.05)}
    return found | {one.owner: one for one in loop.turn(0)}


def together(steps: Callable[[], Steps[object]]) -> object:
    """As `run`, by a Loop."""
    loop: Loop[str] = Loop()
    loop.begin("it", steps())
    ended = until_all_ended(loop)["it"]
    loop.close()
    if ended.error:
        raise ended.error
    return ended.value


def alone(steps: Callable[[], Steps[object]]) -> object:
    return run(steps())


def reading(sock: socket.socket, seconds: float = 5.0) -> Steps[bytes]:
    """What comes in within `seconds`."""
    yield Ready(sock.fileno(), select.POLLIN, time.monotonic() + seconds)
    try:
        return sock.recv(100)
    except BlockingIOError:
        return b"nothing"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("drive", [alone, together])
def test_what_blocks_gives_its_result_or_its_error(drive: Callable[..., object]) -> None:
    def steps() -> Steps[str]:
        first = yield Call(lambda: 6 * 7)
        try:
            yield Call(lambda: 1 / 0)
        except ZeroDivisionError as error:
            return f"{first}, then {error}"
        return "not reached"

    assert drive(steps) == "42, then division by zero"
    assert drive(lambda: blocking(lambda: "done")) == "done"
    with pytest.raises(ZeroDivisionError):
        drive(lambda: blocking(lambda: 1 / 0))


@pytest.mark.parametrize("drive", [alone, together])
def test_who_waits_is_resumed_by_the_event_or_the_deadline(
    drive: Callable[..., object], pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    assert drive(lambda: reading(ours, 0.15)) == b"nothing"
    threading.Timer(0.05, theirs.sendall, [b"hello"]).start()
    assert drive(lambda: reading(ours)) == b"hello"


def test_nobody_waits_for_somebody_else(loop: Loop[str]) -> None:
    pairs = {str(number): socket.socketpair() for number in range(50)}
    for name, (ours, _) in pairs.items():
        ours.setblocking(False)
        loop.begin(name, reading(ours))
    loop.begin("slow", blocking(lambda: time.sleep(0.3)))
    for name, (_, theirs) in reversed(pairs.items()):
        theirs.sendall(name.encode())
        assert [(one.owner, one.value) for one in loop.turn(1)] == [(name, name.encode())]
    assert until_all_ended(loop).keys() == {"slow"}
    for ours, theirs in pairs.values():
        ours.close()
        theirs.close()


def test_calls_that_block_run_side_by_side(loop: Loop[str]) -> None:
    barrier = threading.Barrier(8, timeout=5)
    for number in range(8):
        loop.begin(str(number), blocking(barrier.wait))
    ended = until_all_ended(loop)
    assert sorted(one.value for one in ended.values()) == list(range(8))
    for number in range(8):  # their threads are used again
        loop.begin(str(number), blocking(threading.get_ident))
    assert len({one.value for one in until_all_ended(loop).values()}) <= 8


def test_a_defect_is_its_owners_alone(
    loop: Loop[str], pair: tuple[socket.socket, socket.socket]
) -> None:
    def broken() -> Steps[None]:
        raise RuntimeError("a defect")
        yield

    ours, theirs = pair
    loop.begin("well", reading(ours))
    loop.begin("broken", broken())
    theirs.sendall(b"x")
    ended = until_all_ended(loop)
    assert isinstance(ended["broken"].error, RuntimeError)
    assert (ended["well"].value, ended["well"].error) == (b"x", None)


def test_closing_breaks_off_who_waits(pair: tuple[socket.socket, socket.socket]) -> None:
    left: list[str] = []

    def waiting() -> Steps[None]:
        try:
            yield from reading(pair[0])
        finally:
            left.append("tidied up")

    loop: Loop[str] = Loop()
    loop.begin("it", waiting())
    loop.close()
    assert left == ["tidied up"]
    assert not loop.busy
