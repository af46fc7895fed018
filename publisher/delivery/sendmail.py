"""Delivery through a local mail program that speaks as `sendmail` does: Postfix, Exim, msmtp."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from publisher.delivery.replies import Outcome, Verdict
from publisher.delivery.transport import Envelope, path_of
from publisher.errors import DeliveryError

TIMEOUT_SECONDS = 300.0

# sysexits.h, as sendmail's manual names them. Not listed means our fault.
EXITS: dict[int, tuple[Verdict, bool, str]] = {
    0: ("sent", False, ""),
    65: ("permanent", False, "the message was refused (EX_DATAERR)"),
    67: ("permanent", True, "no such user (EX_NOUSER)"),
    68: ("permanent", True, "no such host (EX_NOHOST)"),
    69: ("transient", False, "a service is unavailable (EX_UNAVAILABLE)"),
    71: ("transient", False, "the system refused (EX_OSERR)"),
    74: ("transient", False, "reading or writing failed (EX_IOERR)"),
    75: ("transient", False, "try later (EX_TEMPFAIL)"),
}


class SendmailTransport:
    """A Transport that starts `command` for each message, with `-f SENDER -- RECIPIENT` behind it."""

    def __init__(self, command: Sequence[str], *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._command = tuple(command)
        self._timeout_seconds = timeout_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def send(self, envelope: Envelope) -> Outcome:
        try:
            addresses = ["-f", path_of(envelope.sender) if envelope.sender else "<>", "--"]
            addresses.append(path_of(envelope.recipient))
        except DeliveryError as error:
            return Outcome("permanent", status="5.1.3", text=error.describe())
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the editor's own command, no shell
                [*self._command, *addresses], stdin=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            text = f"cannot run {self._command[0]}: {error.strerror or error}"
            return Outcome("fault", text=text, relay=self._command[0], unreached=True)
        return self._finish(self._process, envelope.message)

    def _finish(self, process: subprocess.Popen[bytes], message: bytes) -> Outcome:
        """Local programs take the local line end, and make it CR LF again on the way out."""
        relay = self._command[0]
        try:
            _, errors = process.communicate(
                message.replace(b"\r\n", b"\n"), timeout=self._timeout_seconds
            )
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Outcome("uncertain", text="took the message and never ended", relay=relay)
        finally:
            self._process = None
        if process.returncode < 0:
            text = f"was ended by signal {-process.returncode}"
            return Outcome("uncertain", text=text, relay=relay)
        verdict, suppress, text = EXITS.get(process.returncode, ("fault", False, ""))
        said = errors.decode("utf-8", "replace").strip()
        text = " - ".join(part for part in (text, said) if part) or f"exit {process.returncode}"
        return Outcome(
            verdict, text="" if verdict == "sent" else text[:500], suppress=suppress, relay=relay
        )

    def abort(self) -> None:
        process = self._process
        if process:
            process.kill()

    def close(self) -> None:
        """Nothing stays open."""
