"""Where returned mail is fetched: a Maildir, an IMAP folder, or a pipe from the mail server.

Each letter is marked as seen only by `done`, once what it says is committed: after a crash it is read
again, and the store counts the same report once.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from publisher.delivery.bounces import MAX_OCTETS
from publisher.errors import DeliveryError

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Letter:
    """`name` says where it stands, for messages to the editor."""

    name: str
    octets: bytes = field(repr=False)
    done: Callable[[], None] = field(repr=False)


def from_stream(stream: BinaryIO) -> Iterator[Letter]:
    """The one message that a mail server pipes in."""
    octets = stream.read(MAX_OCTETS)
    if octets.strip():
        yield Letter("standard input", octets, lambda: None)


def from_maildir(folder: Path) -> Iterator[Letter]:
    """What is new, in order of name; `done` moves it to `cur/`, marked as seen (flag S)."""
    if not (folder / "new").is_dir():
        raise DeliveryError(
            folder,
            problem="is no Maildir: it has no folder 'new'",
            hint="see delivery.bounces.maildir",
        )
    (folder / "cur").mkdir(exist_ok=True)
    for path in sorted((folder / "new").iterdir()):
        if path.is_file() and not path.name.startswith("."):
            yield Letter(path.name, _start_of(path), lambda path=path: _seen(folder, path))  # type: ignore[misc]


def _start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_OCTETS)


def _seen(folder: Path, path: Path) -> None:
    path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,S")


def from_imap(connect: Callable[[], imaplib.IMAP4], folder: str) -> Iterator[Letter]:
    """Unseen messages of `folder`, by UID; `done` sets the flag Seen. `connect` gives a connection
    that is logged in. Raises DeliveryError where the server refuses."""
    try:
        box = connect()
    except (OSError, imaplib.IMAP4.error) as error:
        raise DeliveryError("IMAP", problem=f"no way in: {error}") from None
    try:
        _asked(box.select(f'"{folder}"'), f"folder {folder}")
        found = _asked(box.uid("SEARCH", "UNSEEN"), "search")
        for uid in (found[0] or b"").split():
            octets = _body(
                _asked(box.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{MAX_OCTETS}>)"), "fetch")
            )
            if octets is not None:
                yield Letter(f"{folder}/{uid.decode()}", octets, _marker(box, uid.decode()))
    except (OSError, imaplib.IMAP4.error) as error:
        raise DeliveryError("IMAP", problem=f"the server went away: {error}") from None
    finally:
        _log_out(box)


def log_in(host: str, port: int, user: str, password: str) -> imaplib.IMAP4:
    """An IMAP connection under TLS, its certificate verified."""
    context = ssl.create_default_context()
    box = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    box.login(user, password)
    return box


def _marker(box: imaplib.IMAP4, uid: str) -> Callable[[], None]:
    def done() -> None:
        _asked(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"), "store")

    return done


def _asked(answer: tuple[str, Any], what: str) -> Any:
    status, data = answer
    if status != "OK":
        raise DeliveryError("IMAP", problem=f"{what} was refused: {data!r}"[:200])
    return data


def _body(data: list[Any]) -> bytes | None:
    """imaplib gives a literal as a pair: what announces it, and its octets."""
    return next((item[1] for item in data if isinstance(item, tuple)), None)


def _log_out(box: imaplib.IMAP4) -> None:
    try:
        box.logout()
    except (OSError, imaplib.IMAP4.error):
        return  # it is gone, which is what was wanted
