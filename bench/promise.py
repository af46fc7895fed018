"""The promise, tried: the sender is killed again and again, and the mail that arrived is counted.

    python -m bench.promise [--messages 5000] [--kills 20] [--postgresql | --url postgresql://...]

`publisher send` runs as it is, in a process of its own, against a recording SMTP server in another,
and gets SIGKILL at moments drawn by chance. Prints a table; exit 1 where somebody was missed, or more
arrived twice than connections were in use at the kills.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.riverpost import PAPER, SECRET

ROOT = Path(__file__).resolve().parents[1]
EDITION = "2026-11-23"
CONNECTIONS = 4
TOML = (
    PAPER
    + """
[[delivery.relays]]
host = "127.0.0.1"
port = {port}
tls = "none"
connections = {connections}

[store]
{store}
"""
)
ISSUE = "## News\n\n### The bridge opens\n\nAt six in the morning, with a brass band.\n"


@dataclass(frozen=True, slots=True)
class Trial:
    """What arrived. `twice` counts every copy after a recipient's first, `strange` those of them
    whose Message-ID was another."""

    messages: int
    connections: int
    kills: int
    missed: int
    twice: int
    strange: int
    doubted: int
    state: str
    seconds: float

    @property
    def bound(self) -> int:
        return self.kills * self.connections

    @property
    def kept(self) -> bool:
        return (
            self.missed == 0
            and self.strange == 0
            and self.twice <= self.bound
            and self.twice <= self.doubted
            and self.state == "finished"
        )


def trial(
    folder: Path,
    *,
    messages: int,
    kills: int,
    connections: int = CONNECTIONS,
    url: str = "",
    seed: int = 7,
) -> Trial:
    """Send to `messages` people and kill the sender `kills` times, at even distances and by chance."""
    log = folder / "arrived"
    log.touch()
    environ = {**os.environ, "PUBLISHER_SECRET": SECRET, "PUBLISHER_STORE": url}
    begun = time.perf_counter()
    with recorder(log) as port:
        _publication(folder, port, url, connections)
        people = _people(folder, messages, environ)
        done = _send_and_kill(folder, log, environ, messages, kills, Random(seed))
        seen = json.loads(_run(folder, environ, "mailings", "show", "1", "--json"))
    arrived = [line.split() for line in log.read_text("utf-8").splitlines()]
    copies = Counter(who for who, *_ in arrived)
    identities = {(who, id) for who, id, _ in arrived}
    return Trial(
        messages=messages,
        connections=connections,
        kills=done,
        missed=len(people - copies.keys()),
        twice=len(arrived) - len(copies),
        strange=len(identities) - len(copies),
        doubted=seen["counts"]["doubted"],
        state=seen["state"],
        seconds=time.perf_counter() - begun,
    )


@contextmanager
def recorder(log: Path, *, delay_ms: float = 1.0) -> Iterator[int]:
    """The port of a recording server that writes to `log`."""
    command = [sys.executable, "-m", "bench.recorder", str(log), "--delay-ms", str(delay_ms)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stdin
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.kill()


def _publication(folder: Path, port: int, url: str, connections: int) -> None:
    store = 'url_env = "PUBLISHER_STORE"' if url else ""
    text = TOML.format(port=port, connections=connections, store=store)
    (folder / "publisher.toml").write_text(text, encoding="utf-8")
    (folder / "editions").mkdir()
    (folder / "editions" / f"{EDITION}.md").write_text(ISSUE, encoding="utf-8")


def _people(folder: Path, count: int, environ: Mapping[str, str]) -> set[str]:
    """Their addresses; they are imported, and the edition is built."""
    people = [f"reader{n}@town{n % 40}.example" for n in range(count)]
    (folder / "people.csv").write_text("\n".join(["email", *people]), encoding="utf-8")
    _run(folder, environ, "subscribers", "import", "people.csv", "-q")
    _run(folder, environ, "build", "-q")
    return set(people)


def _run(folder: Path, environ: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "publisher", *words],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


def _send_and_kill(
    folder: Path, log: Path, environ: Mapping[str, str], messages: int, kills: int, random: Random
) -> int:
    """Run `publisher send` until it ends by itself; how often it was killed before."""
    killed = 0
    step = messages // (kills + 1)
    while True:
        with (folder / "said").open("ab") as said:
            child = subprocess.Popen(
                [sys.executable, "-m", "publisher", "send", EDITION],
                cwd=folder,
                env=environ,
                stderr=said,
            )
        goal = step * (killed + 1) if killed < kills else messages * 2
        if killed < kills and _reached(child, log, goal):
            time.sleep(random.random() / 50)
            child.send_signal(signal.SIGKILL)
        ended = child.wait(600)
        killed += ended == -signal.SIGKILL
        assert ended in (0, -signal.SIGKILL), (folder / "said").read_text("utf-8")
        if ended == 0:
            return killed


def _reached(child: subprocess.Popen[bytes], log: Path, goal: int) -> bool:
    """Whether `goal` messages arrived before the child ended."""
    while child.poll() is None:
        if log.read_bytes().count(b"\n") >= goal:
            return True
        time.sleep(0.005)
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--url", default="", help="of an empty PostgreSQL database; else SQLite")
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if arguments.postgresql:
            from tests.store import postgres

            if postgres.programs() is None:
                print("skipped: PostgreSQL's server is not installed (apt install postgresql)")
                return 0
            arguments.url = stack.enter_context(postgres.server())
        done = trial(
            Path(folder),
            messages=arguments.messages,
            kills=arguments.kills,
            connections=arguments.connections,
            url=arguments.url,
            seed=arguments.seed,
        )
    return _print(done, arguments.kills, "PostgreSQL" if arguments.url else "SQLite")


def _print(done: Trial, kills: int, store: str) -> int:
    rows = (
        ("messages", done.messages, ""),
        ("kills (SIGKILL)", done.kills, f"of {kills}"),
        ("missed", done.missed, "target: 0"),
        (
            "arrived twice",
            done.twice,
            f"at most {done.bound}: {done.connections} connections a kill",
        ),
        ("with another Message-ID", done.strange, "target: 0"),
        ("named as doubtful", done.doubted, "at least those that arrived twice"),
    )
    for name, value, note in rows:
        print(f"{name:<26} {value:>8,}  {note}")
    print(f"{'seconds':<26} {done.seconds:>8.1f}")
    kept = done.kept and done.kills == kills
    print(
        f"{'kept' if kept else 'BROKEN'}: {store}, {done.kills} kills, missed {done.missed}, "
        f"twice {done.twice} of {done.bound} allowed"
    )
    return int(not kept)


if __name__ == "__main__":
    raise SystemExit(main())
