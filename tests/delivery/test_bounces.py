"""Reports in the shapes in which mail servers send them; all names are invented."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery import mailboxes, verp
from publisher.delivery.bounces import BounceReport, read
from publisher.errors import DeliveryError

SECRET = b"a secret of thirty-two octets..."
KEY = (41, 1234)
BOUNCE_TO = verp.sender("bounces@courier.example", KEY, SECRET)
MESSAGE_ID = verp.token("message-id", KEY, SECRET) + "@courier.example"


def dsn(
    *, action: str = "failed", status: str = "5.1.1", diagnostic: str = "", to: str = BOUNCE_TO
) -> bytes:
    """As Postfix writes it."""
    diagnostic_line = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"""\
Return-Path: <>
Date: Mon, 23 Nov 2026 06:01:00 +0000 (UTC)
From: MAILER-DAEMON@mx.reader.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.reader.example. I'm sorry.

--b1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.reader.example
Arrival-Date: Mon, 23 Nov 2026 06:00:00 +0000 (UTC)

Final-Recipient: rfc822; ann@reader.example
Original-Recipient: rfc822;ann@reader.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx2.reader.example
{diagnostic_line}
--b1
Content-Type: text/rfc822-headers

From: Riverbend Courier <news@courier.example>
Message-ID: <{MESSAGE_ID}>
Subject: Monday

--b1--
""".encode()


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "code"),
    [
        ("5.1.1", "550 5.1.1 <ann@reader.example>: user unknown", "hard", "5.1.1"),
        ("5.1.1", "", "hard", "5.1.1"),
        ("5.0.0", "550 No such user here", "hard", "5.0.0"),
        ("5.0.0", "550-5.1.1 does not exist", "hard", "5.1.1"),
        ("5.2.1", "550 5.2.1 mailbox disabled", "hard", "5.2.1"),
        ("5.2.2", "552 5.2.2 mailbox full", "soft", "5.2.2"),
        ("5.7.1", "554 5.7.1 looks like spam", "soft", "5.7.1"),
        ("4.4.7", "", "soft", "4.4.7"),
        ("4.4.1", "connect to mx.reader.example[192.0.2.1]:25: timed out", "soft", "4.4.1"),
        ("5.7.26", "550 5.7.26 fails our DMARC policy", "ignored", "5.7.26"),
    ],
)
def test_delivery_status(status: str, diagnostic: str, kind: str, code: str) -> None:
    (report,) = read(dsn(status=status, diagnostic=diagnostic), SECRET)
    assert (report.kind, report.code) == (kind, code)
    assert report.key == KEY
    assert report.recipient == "ann@reader.example"


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_other_actions_are_ignored(action: str) -> None:
    (report,) = read(dsn(action=action, status="4.4.1"), SECRET)
    assert (report.kind, report.because) == ("ignored", f"delivery status: {action}")


def test_the_quoted_message_id_names_the_delivery_too() -> None:
    (report,) = read(dsn(to="postmaster@courier.example"), SECRET)
    assert report.key == KEY


def test_a_report_that_we_did_not_sign_has_no_key() -> None:
    forged = BOUNCE_TO.replace("bounces+29-", "bounces+2a-")
    assert forged != BOUNCE_TO
    octets = dsn(to=forged).replace(MESSAGE_ID.encode(), b"x@courier.example")
    (report,) = read(octets, SECRET)
    assert (report.kind, report.key, report.recipient) == ("hard", None, "ann@reader.example")


def test_several_recipients_give_several_reports() -> None:
    second = b"\n\nFinal-Recipient: rfc822; bob@reader.example\nAction: delayed\nStatus: 4.4.1\n\n--b1\nContent-Type: text/rfc"
    octets = dsn().replace(b"\n--b1\nContent-Type: text/rfc", second)
    assert [(each.recipient, each.kind) for each in read(octets, SECRET)] == [
        ("ann@reader.example", "hard"),
        ("bob@reader.example", "ignored"),
    ]


QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@old.example
To: {BOUNCE_TO}
Subject: failure notice

Hi. This is the qmail-send program at old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ann@reader.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{BOUNCE_TO}>
Subject: Monday
"""

EXIM = f"""\
Return-path: <>
X-Failed-Recipients: ann@reader.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: {BOUNCE_TO}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@reader.example
    SMTP error from remote mail server after RCPT TO:<ann@reader.example>:
    host mx.reader.example [192.0.2.7]: 550 5.1.1 unknown user

------ This is a copy of the message, including all the headers. ------

Subject: Monday
"""


@pytest.mark.parametrize("text", [QMAIL, EXIM])
def test_bounces_in_their_own_words(text: str) -> None:
    (report,) = read(text.encode(), SECRET)
    assert (report.kind, report.code, report.key) == ("hard", "5.1.1", KEY)
    assert report.recipient == "ann@reader.example"


def test_a_wild_bounce_about_a_full_mailbox_is_soft() -> None:
    text = QMAIL.replace("Sorry, no mailbox here by that name. (#5.1.1)", "Quota used up. (#5.2.2)")
    (report,) = read(text.encode(), SECRET)
    assert (report.kind, report.code) == ("soft", "5.2.2")


def arf(kind: str = "abuse", original: str = "") -> bytes:
    return f"""\
From: <feedback@provider.example>
To: <abuse@courier.example>
Subject: FW: Monday
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

--b2
Content-Type: text/plain

This is an email abuse report.

--b2
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: ProviderFeedback/1.0
Version: 1
Original-Mail-From: <{BOUNCE_TO}>
Original-Rcpt-To: <ann@reader.example>

--b2
Content-Type: message/rfc822

From: Riverbend Courier <news@courier.example>
{original}Message-ID: <{MESSAGE_ID}>
Subject: Monday

Good morning.

--b2--
""".encode()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("abuse", "complaint"),
        ("fraud", "complaint"),
        ("opt-out", "complaint"),
        ("not-spam", "ignored"),
        ("auth-failure", "ignored"),
    ],
)
def test_complaints(kind: str, expected: str) -> None:
    (report,) = read(arf(kind), SECRET)
    assert (report.kind, report.key, report.recipient) == (expected, KEY, "ann@reader.example")


def test_a_complaint_with_all_addresses_blacked_out_is_tied_by_its_message_id() -> None:
    octets = (
        arf().replace(BOUNCE_TO.encode(), b"redacted").replace(b"ann@reader.example", b"redacted")
    )
    assert read(octets, SECRET)[0].key == KEY


def test_a_complaint_in_outlooks_form() -> None:
    octets = arf(original="X-HmXmrOriginalRecipient: ann@outlook.example\n")
    octets = octets.replace(b"message/feedback-report", b"text/plain")
    (report,) = read(octets, SECRET)
    assert (report.kind, report.recipient, report.key) == ("complaint", "ann@outlook.example", KEY)


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-replied\nSubject: Re: Monday",
        "X-Autoreply: yes\nSubject: Re: Monday",
        "Precedence: auto_reply\nSubject: Re: Monday",
        "Subject: Out of office: back in May",
        "Subject: =?utf-8?b?6Ieq5Yqo5Zue5aSN?=: Monday",
    ],
)
def test_automatic_replies_are_ignored(fields: str) -> None:
    octets = f"From: Ann <ann@reader.example>\nTo: {BOUNCE_TO}\n{fields}\n\nI am away.\n".encode()
    (report,) = read(octets, SECRET)
    assert (report.kind, report.because) == ("ignored", "automatic reply")
    assert (report.key, report.recipient) == (KEY, "ann@reader.example")


def test_letters_from_people_are_ignored() -> None:
    (report,) = read(b"From: ann@reader.example\nSubject: hello\n\nI like it.\n", SECRET)
    assert report == BounceReport(
        kind="ignored", because="no report", recipient="ann@reader.example", text="hello"
    )


PARTS = [b"Content-Type: ", b"multipart/report", b"; boundary=b", b"\n--b\n", b"message/delivery-status",
         b"Action: failed\n", b"Final-Recipient: rfc822;", b"\n\n", b"message/feedback-report", b"\xff",
         b"Status: 5.1.1\n", b"message/rfc822", b"Subject: =?x?b?!?=", b"charset=nonsense", b"To: a@b\n",
         b"Content-Transfer-Encoding: base64\n", b"From: \n", b"550 5.1.1 ", b"\0"]  # fmt: skip


@given(
    st.lists(st.one_of(st.sampled_from(PARTS), st.binary(max_size=8)), max_size=25).map(b"".join)
)
@settings(max_examples=400)
def test_any_octets_give_reports_and_none_of_ours(octets: bytes) -> None:
    reports = read(octets, SECRET)
    assert reports
    assert all(report.key is None for report in reports)


@given(st.integers(0, 2500), st.binary(min_size=1, max_size=3))
@settings(max_examples=200)
def test_damaged_reports_are_read_without_a_crash(place: int, damage: bytes) -> None:
    for octets in (dsn(diagnostic="550 5.1.1 no"), arf(), QMAIL.encode()):
        assert read(octets[:place] + damage + octets[place + 1 :], SECRET)


def test_a_charset_that_is_none_is_read_all_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    octets = b"Content-Type: text/plain; charset=a\0b\nTo: \xff\nContent-Transfer-Encoding: x-uue\n\n\xff"
    assert read(octets, SECRET)[0].kind == "ignored"
    assert capfd.readouterr().err == ""


# Where they come from


def test_a_maildir_is_read_and_marked_only_when_done(tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    for name in ("2.host", "1.host"):
        (tmp_path / "new" / name).write_bytes(name.encode())
    letters = list(mailboxes.from_maildir(tmp_path))
    assert [letter.octets for letter in letters] == [b"1.host", b"2.host"]
    letters[0].done()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["2.host"]
    assert [path.name for path in (tmp_path / "cur").iterdir()] == ["1.host:2,S"]


def test_a_folder_that_is_no_maildir_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="Maildir"):
        list(mailboxes.from_maildir(tmp_path))


def test_a_pipe_gives_one_letter() -> None:
    assert [each.octets for each in mailboxes.from_stream(io.BytesIO(b"From: x\n\nhi"))] == [
        b"From: x\n\nhi"
    ]
    assert not list(mailboxes.from_stream(io.BytesIO(b"\n")))
