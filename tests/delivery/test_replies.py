"""Replies as real servers word them, and what each must mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.replies import RULES, STATES, Outcome, Stage, classify, enhanced_status

CASES: list[tuple[int, str, Stage, str, bool]] = [
    (250, "2.0.0 Ok: queued as 4FxYz", "final", "sent", False),
    (250, "OK", "final", "sent", False),
    (251, "User not local; will forward", "final", "sent", False),
    # the address is dead
    (550, "5.1.1 The email account that you tried to reach does not exist.", "rcpt", "permanent", True),
    (550, "5.1.2 Bad destination domain", "rcpt", "permanent", True),
    (556, "5.1.10 Recipient address has null MX", "rcpt", "permanent", True),
    (550, "5.2.1 The email account that you tried to reach is disabled.", "rcpt", "permanent", True),
    (550, "No such user here", "rcpt", "permanent", True),
    (550, "Requested action not taken: mailbox unavailable; user unknown", "rcpt", "permanent", True),
    (554, "delivery error: dd This user doesn't have a yahoo.com account", "final", "permanent", True),
    (550, "5.4.1 Recipient address rejected: Access denied", "rcpt", "permanent", True),
    (553, "Invalid recipient a@b", "rcpt", "permanent", True),
    # refused, but the address may be fine
    (552, "5.2.2 The recipient's inbox is out of storage space", "rcpt", "permanent", False),
    (552, "5.2.3 Message length exceeds administrative limit", "rcpt", "permanent", False),
    (550, "5.7.1 Our system has detected that this message is likely unsolicited mail", "final", "permanent", False),
    (554, "5.7.1 Service unavailable; client host blocked using zen", "rcpt", "permanent", False),
    (554, "Transaction failed", "final", "permanent", False),
    (550, "5.4.4 Host or domain name not found", "rcpt", "permanent", False),
    # later
    (450, "4.2.0 Greylisted, see http://postgrey.example", "rcpt", "transient", False),
    (451, "4.7.1 Greylisting in action, please come back later", "rcpt", "transient", False),
    (452, "4.2.2 Mailbox full", "rcpt", "transient", False),
    (450, "4.2.1 The user you are trying to contact is receiving mail at a rate that", "rcpt", "transient", False),
    (451, "Requested action aborted: local error in processing", "final", "transient", False),
    (421, "4.3.2 System not accepting network messages", "mail", "transient", False),
    (454, "4.7.0 Temporary authentication failure", "auth", "transient", False),
    (550, "5.5.3 Too many recipients", "rcpt", "transient", False),
    # slow down
    (421, "Service closing transmission channel", "mail", "throttled", False),
    (421, "4.7.0 Try again later, closing connection. (EHLO)", "hello", "throttled", False),
    (421, "4.7.28 Our system has detected an unusual rate of unsolicited mail", "final", "throttled", False),
    (451, "4.7.650 The mail server has been temporarily rate limited", "connect", "throttled", False),
    (451, "4.7.500 Server busy. Please try again later", "rcpt", "throttled", False),
    (421, "4.7.0 [TSS04] Messages temporarily deferred due to unexpected volume", "mail", "throttled", False),
    (452, "4.5.3 Try again", "rcpt", "throttled", False),
    (454, "4.7.0 Throttling failure: Maximum sending rate exceeded.", "final", "throttled", False),
    (450, "Too many messages, slow down", "rcpt", "throttled", False),
    # our fault
    (535, "5.7.8 Authentication credentials invalid", "auth", "fault", False),
    (530, "5.7.0 Must issue a STARTTLS command first", "mail", "fault", False),
    (530, "5.7.0 Authentication Required", "mail", "fault", False),
    (554, "5.7.1 <a@b.example>: Relay access denied", "rcpt", "fault", False),
    (550, "5.7.11 Encryption required for requested authentication mechanism", "rcpt", "fault", False),
    (550, "5.7.23 SPF validation failed", "rcpt", "fault", False),
    (502, "Command not implemented", "data", "fault", False),
    (550, "relay not permitted", "rcpt", "fault", False),
    (553, "5.7.1 <news@x.example>: Sender address rejected: not owned by user joe", "rcpt", "fault", False),
    (550, "5.7.1 sender rejected", "mail", "fault", False),
    (550, "5.1.8 Sender address has no DNS", "mail", "fault", False),
    (550, "5.7.26 Unauthenticated email from x.example is not accepted due to domain's DMARC policy", "final", "fault", False),
    (550, "5.7.515 Access denied, sending domain does not meet the required authentication level", "final", "fault", False),
    (550, "5.7.1 rejected: SPF check failed", "rcpt", "fault", False),
    (552, "5.3.4 Message too big for system", "mail", "fault", False),
    (552, "5.3.4 Message too big for system", "final", "fault", False),
    (501, "Syntax error in parameters", "mail", "fault", False),
    (503, "5.5.1 Bad sequence of commands", "data", "fault", False),
    # nonsense
    (0, "", "rcpt", "transient", False),
    (354, "go on", "final", "transient", False),
    (999, "what", "rcpt", "transient", False),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "stage", "verdict", "suppress"), CASES)
def test_known_replies(code: int, text: str, stage: Stage, verdict: str, suppress: bool) -> None:
    outcome = classify(code, text, stage, relay="mx.example")
    assert (outcome.verdict, outcome.suppress) == (verdict, suppress)
    assert outcome.relay == "mx.example"
    assert outcome.code == code


def test_the_reply_code_wins_over_a_status_of_another_class() -> None:
    outcome = classify(450, "5.1.1 try later", "rcpt")
    assert (outcome.verdict, outcome.status, outcome.suppress) == ("transient", "", False)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1 no", "5.1.1"),
        ("550 5.7.1 no", "5.7.1"),
        ("(#5.1.1)", "5.1.1"),
        ("host 10.5.1.1 said no", ""),
        ("version 5.1", ""),
        ("421-4.7.0 wait", "4.7.0"),
    ],
)
def test_enhanced_status(text: str, status: str) -> None:
    assert enhanced_status(text) == status


def test_every_verdict_is_shown_as_a_state() -> None:
    assert {rule.verdict for rule in RULES} < set(STATES)
    assert Outcome("uncertain").state == "uncertain"


def test_every_rule_but_the_fallbacks_is_reached_by_a_known_reply() -> None:
    reached = {classify_rule(code, text, stage) for code, text, stage, *_ in CASES}
    missed = [rule for rule in RULES if rule.source not in reached]
    assert [rule.source for rule in missed] == []


def classify_rule(code: int, text: str, stage: Stage) -> str | None:
    from publisher.delivery import replies

    status = enhanced_status(text)
    rule = replies._rule(code, status if status[:1] == str(code)[0] else "", text, stage)
    return rule and rule.source


@given(st.integers(0, 999), st.text(max_size=200))
def test_only_a_5yz_reply_suppresses_and_only_2yz_counts_as_sent(code: int, text: str) -> None:
    stages: tuple[Stage, ...] = ("mail", "rcpt", "data", "final")
    for stage in stages:
        outcome = classify(code, text, stage)
        assert outcome.suppress <= (500 <= code < 600)
        assert (outcome.verdict == "sent") == (200 <= code < 300 and stage == "final")


def test_rules_are_valid_expressions() -> None:
    for rule in RULES:
        re.compile(rule.text)
        assert rule.source
