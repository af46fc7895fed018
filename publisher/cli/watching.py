"""Looking on while a mailing is sent: progress with rate and time left, and Ctrl-C that loses nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

from publisher.cli import options
from publisher.cli.console import say
from publisher.mailing.sender import Watch
from publisher.store.reports import Progress

Show = Callable[[Progress], None]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def watching(quiet: bool) -> Iterator[Watch]:
    """A Watch for one run. The first Ctrl-C (or SIGTERM, or the terminal closed) lets what is under way end, the second does
    not wait for it."""
    # Not a threading.Event: its lock may be held by the very code that a signal interrupts.
    signals: list[int] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        signals.append(number)
        if len(signals) > 1:
            raise KeyboardInterrupt
        # Not through the terminal's own buffers: a signal may strike while they are in use.
        os.write(2, b"\nstopping: what is under way may end (again to break it off)\n")

    # One that is ignored stays so: nohup asks for that.
    heeded = [one for one in SIGNALS if signal.getsignal(one) != signal.SIG_IGN]
    before = {one: signal.signal(one, on_signal) for one in heeded}
    shown = nullcontext(lambda _: None) if quiet or not sys.stderr.isatty() else _bar()
    try:
        with shown as show:
            yield Watch(
                clock=options.clock,
                stop=lambda: bool(signals),
                tell=(lambda _: None) if quiet else say,
                progress=show,
            )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("sending"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None, rate="", words="")

        def show(seen: Progress) -> None:
            speed = bars.tasks[0].speed
            bars.update(
                task,
                total=seen.total,
                completed=seen.total - seen.queued - seen.in_flight,
                rate=f"{speed:,.0f}/s" if speed else "",
                words=in_words(seen, leave_out=("sent", "queued", "in_flight")),
            )

        yield show


def in_words(seen: Progress, *, leave_out: tuple[str, ...] = ()) -> str:
    """`1,204 sent, 3 refused`: the states that anybody is in."""
    names = ("sent", "refused", "deferred", "uncertain", "queued", "in_flight", "cancelled")
    counts = ((name, getattr(seen, name)) for name in names if name not in leave_out)
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts if count)
