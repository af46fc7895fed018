"""An SMTP reply, or a bounce's status, becomes an Outcome: a table, with the source of each rule.

The first rule that fits decides. A reply's enhanced status code (RFC 3463, registry: RFC 5248) is
believed before its basic code (RFC 5321 section 4.2), known wording before either where servers
use one code for unlike things. Suppression is for answers about the *address* only: a refusal of
our content or reputation says nothing about the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["sent", "permanent", "transient", "throttled", "fault", "uncertain"]
State = Literal["sent", "refused", "deferred", "uncertain"]
Stage = Literal["connect", "hello", "tls", "auth", "mail", "rcpt", "data", "final"]

STATES: dict[Verdict, State] = {
    "sent": "sent",
    "permanent": "refused",
    "transient": "deferred",
    "throttled": "deferred",
    "fault": "deferred",
    "uncertain": "uncertain",
}
MAX_TEXT = 500  # characters of a reply that are kept


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt to deliver one message.

    `permanent`: don't try again. `transient`: try later. `throttled`: later, and slow this domain
    down. `fault`: ours (account, authentication, configuration): stop and tell the editor; the
    recipient is untouched. `uncertain`: the message was handed over whole and no answer came.
    `code` is 0 and `status` empty where no reply was read; `suppress` is true where the address
    itself is dead. `relay` names who answered. `unreached`: the server, not the message, failed, and
    the message was certainly not delivered, so that another server may take it at once.
    """

    verdict: Verdict
    code: int = 0
    status: str = ""
    text: str = ""
    suppress: bool = False
    relay: str = ""
    unreached: bool = False

    @property
    def state(self) -> State:
        """The word that the editor sees."""
        return STATES[self.verdict]


@dataclass(frozen=True, slots=True)
class Rule:
    """`code`, `status` and `text` are regular expressions over a reply's parts; all given must fit.

    `stages` empty means any.
    """

    verdict: Verdict
    source: str
    code: str = ""
    status: str = ""
    text: str = ""
    stages: tuple[Stage, ...] = ()
    suppress: bool = False


_NO_SUCH_USER = (
    r"(user|recipient|mailbox|address|account|alias)\b.{0,60}"
    r"(unknown|not found|does(n't| not) exist|invalid|disabled|inactive|no longer|suspended|rejected: user)"
    r"|(unknown|no such|invalid|nonexistent|non-existent) (local )?(user|recipient|mailbox|address|account|alias)"
    r"|doesn't have an? .{0,40}account|no mailbox (here )?by that name|not our customer"
)
_RATE = (
    r"rate|too (many|much|fast)|throttl|slow down|limit exceeded|exceeded .{0,30}(limit|quota)|try.{0,20}less"
    r"|unusual|unexpected volume|user complaints|temporarily (rate|deferred)|concurrent|TSS\d\d|RP-00[1-9]"
)
_AUTHENTICITY = r"(dmarc|dkim|spf|domainkeys)\b.{0,80}(fail|not pass|reject|required|unauth|invalid|missing)|unauthenticated (email|mail|sender)"

# Stages at which a refusal cannot be about the recipient: none has been named yet.
_OURS: tuple[Stage, ...] = ("hello", "tls", "auth", "mail")

RULES: tuple[Rule, ...] = (
    Rule("sent", "RFC 5321 4.2.1: 2yz, to the final dot and nothing before", code="2..", stages=("final",)),
    # Access to the relay, before anything is said of a message.
    Rule("fault", "RFC 4954 6: authentication failed, required or too weak", code="53[0-9]|523"),
    Rule("fault", "RFC 4954 6, RFC 5248", status=r"5\.7\.([89]|1[1-5])"),
    Rule("transient", "RFC 4954 6: temporary authentication failure", code="454", stages=("auth",)),
    Rule("fault", "Postfix, Exim, Exchange: not our relay", code="5..", text=r"relay(ing)? (access )?(denied|not (allowed|permitted)|prohibited)|not permitted to relay|unable to relay|(we do|do) not relay"),
    Rule("fault", "RFC 5248: the sender's address is bad", status=r"5\.1\.[78]"),
    Rule("fault", "Postfix reject_sender_login_mismatch, Exchange SendAsDenied", code="5..", text=r"sender address rejected|sender .{0,40}not (owned|allowed|authorized|authorised|permitted|verified)|not (owned|authorized|authorised|permitted|allowed|verified) .{0,40}sender|sendasdenied"),
    # Authenticity: SPF, DKIM, DMARC.
    Rule("fault", "RFC 7372: SPF or DKIM failed", status=r"5\.7\.2[0-7]"),
    Rule("fault", "Gmail, Outlook: bulk senders must authenticate", status=r"5\.7\.(29|30|32|509|515)"),
    Rule("fault", "Gmail, Outlook, Yahoo: wording", code="5..", text=_AUTHENTICITY),
    # Greylisting wears 4.7.x too; it is about a first meeting, not about rate.
    Rule("transient", "Postgrey, RFC 6647", code="4..", text=r"gr[ae]y-?list|postgrey"),
    Rule("transient", "Gmail 4.2.1: one mailbox gets too much, the domain doesn't", code="4..", status=r"4\.2\.[0-9]+"),
    Rule("throttled", "Gmail 4.7.28, Yahoo TSS04, Outlook RP-001: wording", code="4..", text=_RATE),
    Rule("throttled", "Gmail 421-4.7.0, Outlook 4.7.500-699", code="421", status=r"4\.7\.[0-9]+"),
    Rule("throttled", "Outlook 4.7.500-699: server busy", status=r"4\.7\.[56]\d\d"),
    Rule("throttled", "RFC 5248: too many recipients or connections", status=r"4\.5\.3"),
    Rule("transient", "RFC 3463: system not accepting mail, bad connection", code="421", status=r"4\.[34]\.[0-9]+"),
    Rule("throttled", "RFC 5321 3.8: the server shuts the channel", code="421"),
    Rule("transient", "RFC 5321 4.2.1: 4yz", code="4.."),
    # 5yz from here.
    Rule("fault", "RFC 5321 4.2.1: refused before a recipient was named", code="5..", stages=_OURS),
    Rule("fault", "RFC 5248: larger than the relay takes", status=r"5\.3\.4"),
    Rule("fault", "RFC 3463 3.6: protocol errors", status=r"5\.5\.[0-24-9]", stages=("rcpt", "data")),
    Rule("fault", "RFC 5321 4.2.2: syntax and sequence errors", code="50[0-4]", stages=("rcpt", "data")),
    Rule("transient", "RFC 5321 4.5.3.1.10: 552 once meant too many recipients", code="5..", status=r"5\.5\.3"),
    Rule("permanent", "RFC 3463 3.2, RFC 7505: no such mailbox or domain", status=r"5\.1\.([0-36]|10)", suppress=True),
    Rule("permanent", "RFC 3463 3.3: mailbox disabled", status=r"5\.2\.1", suppress=True),
    Rule("permanent", "RFC 3463 3.3: mailbox full, or its own limits", status=r"5\.2\.[0-9]+"),
    Rule("permanent", "Exchange 5.4.1: no such recipient here", status=r"5\.4\.1", text=r"recipient address rejected", suppress=True),
    Rule("permanent", "RFC 3463 3.8: policy; says nothing of the address", status=r"5\.7\.[0-9]+"),
    Rule("permanent", "wording of servers that give 5.0.0, 5.5.0 or no status", code="55[0134]", text=_NO_SUCH_USER, suppress=True, stages=("rcpt", "final")),
    Rule("permanent", "RFC 5321 4.2.1: 5yz", code="5.."),
)  # fmt: skip

_STATUS = re.compile(r"(?:^|[\s(#]|\b[245]\d\d-)([245]\.\d{1,3}\.\d{1,3})(?=$|[\s):;,-])")


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    code: re.Pattern[str]
    status: re.Pattern[str]
    text: re.Pattern[str]


_COMPILED = tuple(
    _Compiled(
        rule,
        re.compile(rule.code or r"\d+"),
        re.compile(rule.status or r".*"),
        re.compile(rule.text, re.IGNORECASE | re.DOTALL),
    )
    for rule in RULES
)


def classify(code: int, text: str, stage: Stage, *, relay: str = "") -> Outcome:
    """What a reply with basic `code` and `text` (lines joined by a space) means at `stage`.

    A code outside 200-599 is no SMTP reply and counts as transient.
    """
    status = enhanced_status(text)
    if status and status[0] != str(code)[0]:
        status = ""  # RFC 3463 section 2: the class must agree with the reply's first digit
    rule = _rule(code, status, text, stage)
    verdict = rule.verdict if rule else "transient"
    return Outcome(
        verdict, code, status, text[:MAX_TEXT], suppress=bool(rule and rule.suppress), relay=relay
    )


def _rule(code: int, status: str, text: str, stage: Stage) -> Rule | None:
    for each in _COMPILED:
        rule = each.rule
        if (
            (not rule.stages or stage in rule.stages)
            and each.code.fullmatch(str(code))
            and each.status.fullmatch(status)
            and each.text.search(text)
        ):
            return rule
    return None


def enhanced_status(text: str) -> str:
    """The first `class.subject.detail` (RFC 3463 section 2) in `text`, or nothing."""
    found = _STATUS.search(text)
    return found[1] if found else ""
