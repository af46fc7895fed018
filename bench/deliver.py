"""Throughput beside others: the same message, sink and connections for every sender.

    python -m bench.deliver [--messages 20000] [--connections 64] [--rounds 3] [--million]

postfix's `smtp-source` into postfix's `smtp-sink` on loopback is the limit. Ours is `publisher`'s own
delivery with every outcome committed, unsigned and signed; beside it Nodemailer's pool (npm) and a
plain smtplib loop. Senders take turns, and the best of each counts, because other load on the machine
only ever slows. With --million, a mailing to a million recipients is measured for memory instead.
The last line sums up; exit 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bench.riverpost import PAPER, SECRET
from publisher import mime, slots
from publisher.delivery import dkim
from publisher.delivery.replies import Outcome
from publisher.delivery.transport import Envelope
from publisher.mailing import office
from publisher.mailing.office import Office
from publisher.mailing.sender import Watch
from publisher.mime import Prepared
from publisher.store import importing, mailings, reports
from publisher.store.mailings import Variant

UNSIGNED_TARGET = 0.5  # of smtp-source's rate
SIGNED_TARGET = 0.8  # of the signatures that the cores left by the sink can make
MEMORY_MB = 150.0
FREEZE_SECONDS = 20.0
TOML = (
    PAPER
    + """
[delivery.per_domain]
connections = 1000

[[delivery.relays]]
host = "127.0.0.1"
port = {port}
tls = "none"
connections = {connections}
"""
)
DKIM = '\n[[delivery.dkim]]\nselector = "bench"\nkey_file = "bench.pem"\n'
NODEMAILER = """
const nodemailer = require("nodemailer");
const [port, connections, count, file] = process.argv.slice(2);
const raw = require("fs").readFileSync(file);
const pool = nodemailer.createTransport({host: "127.0.0.1", port: +port, pool: true, secure: false,
  ignoreTLS: true, maxConnections: +connections, maxMessages: Infinity});
(async () => {
  const begun = process.hrtime.bigint();
  const all = [];
  for (let n = 0; n < +count; n++)
    all.push(pool.sendMail({envelope: {from: "news@riverpost.example", to: `reader${n}@town.example`}, raw}));
  await Promise.all(all);
  console.log(Number(process.hrtime.bigint() - begun) / 1e9);
  pool.close();
})();
"""


@dataclass(frozen=True, slots=True)
class Bench:
    port: int
    messages: int
    connections: int
    folder: Path

    @property
    def sample(self) -> bytes:
        values = dict.fromkeys(slots.ALL, "x" * 60) | {slots.RECIPIENT: "reader@town.example"}
        return prepared().fill(values)


def prepared() -> Prepared:
    """20 KB of multipart/alternative with the headers and slots of a newsletter."""
    fields = (
        ("From", "The River Post <news@riverpost.example>"),
        ("To", slots.RECIPIENT),
        ("Subject", "The bridge opens"),
        ("Date", "Mon, 23 Nov 2026 06:00:00 +0000"),
        ("Message-ID", f"<{slots.MESSAGE_ID}@riverpost.example>"),
        ("List-Id", "<newsletter.riverpost.example>"),
        ("List-Unsubscribe", f"<https://riverpost.example/unsubscribe/{slots.TOKEN}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    link = f"https://riverpost.example/unsubscribe/{slots.TOKEN}"
    text = "At six in the morning, with a brass band, the bridge was opened.\n" * 60
    html = "<p>At six in the morning, with a brass band, the bridge was opened.</p>\n" * 200
    return mime.prepare(
        headers=fields,
        text=f"{text}\n{link}\n",
        html=f'<html><body>{html}<a href="{link}">Unsubscribe</a></body></html>\n',
    )


@contextmanager
def sink() -> Iterator[int]:
    """The port of postfix's smtp-sink, which takes everything and keeps nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([_postfix("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"]) as process:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        try:
            yield port
        finally:
            process.kill()


def _postfix(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages per second, and milliseconds of CPU for each, those of other processes included."""

    rate: float
    cpu_ms: float = 0.0


def paced(messages: int, work: Callable[[], object]) -> Pace:
    """How fast `work` deals with so many messages."""
    begun, cpu = time.perf_counter(), _cpu_seconds()
    work()
    took = time.perf_counter() - begun
    return Pace(messages / took, 1000 * (_cpu_seconds() - cpu) / messages)


def _cpu_seconds() -> float:
    """Of this process, and of all that it started and that have ended."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


# The senders


def smtp_source(bench: Bench) -> Pace:
    (bench.folder / "message").write_bytes(bench.sample.replace(b"\r\n", b"\n"))
    command = [_postfix("smtp-source"), "-d", "-s", str(bench.connections)]
    command += ["-m", str(bench.messages), "-F", str(bench.folder / "message")]
    command += ["-f", "news@riverpost.example", "-t", "reader@town.example"]
    command.append(f"127.0.0.1:{bench.port}")
    return paced(bench.messages, lambda: subprocess.run(command, check=True))


def ours(bench: Bench, *, signed: bool) -> Pace:
    """Every recipient claimed, marked, sent and recorded in SQLite; processes as `send` starts them."""
    from publisher import deliver  # here, because a helping process imports this module anew

    with tempfile.TemporaryDirectory(dir=bench.folder) as name:
        folder = Path(name)
        text = TOML.format(port=bench.port, connections=bench.connections)
        (folder / "publisher.toml").write_text(text + DKIM * signed, encoding="utf-8")
        (folder / "bench.pem").write_bytes(dkim.new_key("rsa"))
        with office.opened(folder, {"PUBLISHER_SECRET": SECRET}) as opened:
            id = mailing_to(opened, bench.messages)
            watch = Watch(clock=lambda: datetime.now(UTC))
            jobs = os.cpu_count() or 1
            pace = paced(
                bench.messages,
                lambda: deliver.carry_on(opened, id, watch, random=Random(1), jobs=jobs),
            )
            with opened.store.reading() as connection:
                assert reports.progress(connection, id).sent == bench.messages
    return pace


def mailing_to(opened: Office, people: int) -> int:
    """A frozen mailing of the prepared message."""
    source = opened.folder / "people.csv"
    with source.open("w", encoding="utf-8") as stream:
        stream.write("email\n")
        stream.writelines(f"reader{n}@town{n % 500}.example\n" for n in range(people))
    now = datetime.now(UTC)
    consent = importing.default_consent(source, now)
    importing.run(opened.store, importing.Job(source, consent, opened.secret))
    with opened.store.writing() as connection:
        id = mailings.create(connection, edition="bench", subject="", at=now, now=now).id
        copy = Variant("all", prepared().dump(), tuple(mailings.choices(connection)))
        assert mailings.freeze(connection, id, [copy], now=now) == people
    return id


def smtplib_loop(bench: Bench) -> Pace:
    """One thread for each connection; nothing is written down."""
    share = bench.messages // bench.connections // 4  # a quarter is enough to know its rate
    message = bench.sample

    def work() -> None:
        with smtplib.SMTP("127.0.0.1", bench.port) as server:
            for _ in range(share):
                server.sendmail("news@riverpost.example", ["reader@town.example"], message)

    def work_together() -> None:
        threads = [threading.Thread(target=work) for _ in range(bench.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return paced(share * bench.connections, work_together)


def nodemailer(bench: Bench) -> Pace:
    """Its own pool, without the start of node; it signs nothing and writes nothing down."""
    home = bench.folder / "nodemailer"
    if not home.exists():
        home.mkdir()
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "nodemailer@6"]
        subprocess.run(command, cwd=home, check=True, capture_output=True, timeout=180)
        (home / "run.js").write_text(NODEMAILER, encoding="utf-8")
        (home / "message").write_bytes(bench.sample)
    count = bench.messages // 4
    words = [bench.port, bench.connections, count, home / "message"]
    command = ["node", "run.js", *map(str, words)]
    said: list[bytes] = []
    pace = paced(count, lambda: said.append(subprocess.check_output(command, cwd=home)))
    return Pace(count / float(said[0]), pace.cpu_ms)


def signing_rate(_: Bench) -> Pace:
    """RSA-2048 signatures per second by openssl, on the cores that the sink leaves: all but one."""
    cores = max(1, (os.cpu_count() or 1) - 1)
    command = ["openssl", "speed", "-seconds", "2", "-multi", str(cores), "rsa2048"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"^rsa\s+2048 bits\s+\S+\s+\S+\s+([\d.]+)", done.stdout, re.MULTILINE)
    assert found, done.stdout
    return Pace(float(found[1]))


SENDERS: dict[str, Callable[[Bench], Pace]] = {
    "smtp-source (the limit)": smtp_source,
    "ours, unsigned": lambda bench: ours(bench, signed=False),
    "ours, DKIM RSA-2048": lambda bench: ours(bench, signed=True),
    "openssl speed rsa2048": signing_rate,
    "smtplib loop": smtplib_loop,
    "Nodemailer pool": nodemailer,
}


def compare(messages: int, connections: int, rounds: int) -> int:
    best: dict[str, Pace] = {}
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        bench = Bench(port, messages, connections, Path(folder))
        for _ in range(rounds):
            for name, sender in SENDERS.items():
                try:
                    pace = sender(bench)
                    best[name] = max(best.get(name, pace), pace, key=lambda one: one.rate)
                except (OSError, subprocess.SubprocessError) as error:
                    print(f"{name}: skipped, {error}", file=sys.stderr)
    limit = best["smtp-source (the limit)"].rate
    print(f"{messages:,} messages of {len(bench.sample):,} octets, {connections} connections")
    for name, pace in best.items():
        cpu = f"  {pace.cpu_ms:.2f} ms of CPU each" if pace.cpu_ms else ""
        print(f"{name:<26} {pace.rate:>8,.0f}/s  {pace.rate / limit:>5.2f} of smtp-source{cpu}")
    unsigned = best["ours, unsigned"].rate / limit
    signed = best["ours, DKIM RSA-2048"].rate / best["openssl speed rsa2048"].rate
    missed = unsigned < UNSIGNED_TARGET or signed < SIGNED_TARGET
    print(
        f"{'missed' if missed else 'met'}: unsigned {unsigned:.2f} of smtp-source (target "
        f"{UNSIGNED_TARGET}), signed {signed:.2f} of openssl on all cores but one (target {SIGNED_TARGET})"
    )
    return int(missed)


# A million recipients


class Nowhere:
    """A Transport that takes everything at once."""

    def send(self, envelope: Envelope) -> Outcome:
        return Outcome("sent", 250, "2.0.0", relay="nowhere")

    def abort(self) -> None:
        """Nothing is ever under way."""

    def close(self) -> None:
        """Nothing is open."""


def million(people: int) -> int:
    from publisher import deliver
    from publisher.delivery import setup
    from publisher.delivery.crew import Route

    setup.routes = lambda *_: (Route(name="nowhere", open=Nowhere, connections=100),)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "publisher.toml").write_text(TOML.format(port=1, connections=1), encoding="utf-8")
        with office.opened(folder, {"PUBLISHER_SECRET": SECRET}) as opened:
            begun = time.perf_counter()
            id = mailing_to(opened, people)
            prepared_in, begun = time.perf_counter() - begun, time.perf_counter()
            watch = Watch(clock=lambda: datetime.now(UTC))
            done = deliver.carry_on(opened, id, watch, random=Random(1))
            took = time.perf_counter() - begun
            with opened.store.reading() as connection:
                assert reports.progress(connection, id).sent == people, done
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{people:,} imported and frozen in {prepared_in:.0f} s, sent in {took:.0f} s")
    missed = peak > MEMORY_MB
    print(f"{'missed' if missed else 'met'}: peak {peak:.0f} MB (target {MEMORY_MB:.0f})")
    return int(missed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--people", type=int, default=1_000_000, help="with --million")
    arguments = parser.parse_args()
    if arguments.million:
        return million(arguments.people)
    return compare(arguments.messages, arguments.connections, arguments.rounds)


if __name__ == "__main__":
    raise SystemExit(main())
