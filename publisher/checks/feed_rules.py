"""The findings that a feed can give: code, severity, meaning and what to do, in one table."""

from __future__ import annotations

from publisher.model import Finding, Place, Severity, Struct


class Rule(Struct, frozen=True):
    severity: Severity
    meaning: str
    hint: str


RULES: dict[str, Rule] = {
    "feed-byte-order-mark": Rule(
        "error", "the document begins with a byte order mark", "write it as UTF-8 without one"
    ),
    "feed-not-utf8": Rule("error", "the document is not UTF-8", "write it as UTF-8"),
    "feed-not-well-formed": Rule(
        "error", "the document is not well-formed XML or JSON", "no reader will accept it"
    ),
    "feed-doctype": Rule(
        "error", "the document declares a DOCTYPE or entities", "readers refuse them: leave it out"
    ),
    "feed-unknown-format": Rule(
        "error", "the document is neither RSS 2.0, Atom 1.0 nor JSON Feed 1.1", "check its root"
    ),
    "feed-missing-element": Rule(
        "error", "something that the format requires is absent or empty", "fill it"
    ),
    "feed-bad-value": Rule(
        "error", "a value has not the type or form that the format asks for", "see the format"
    ),
    "feed-misplaced-metadata": Rule(
        "warning", "metadata of the feed stands behind an entry", "put it before the first one"
    ),
    "feed-no-entries": Rule("warning", "the feed holds no entry", "leave the feed out"),
    "feed-missing-self": Rule(
        "error", "the feed does not name its own address", 'add a link with rel="self"'
    ),
    "feed-self-mismatch": Rule(
        "error",
        "the feed's address for itself is not where it stands",
        "readers move to that address: make both equal",
    ),
    "feed-duplicate-link": Rule(
        "error", "two links differ in nothing but their address", "keep one per rel and type"
    ),
    "feed-missing-language": Rule(
        "warning", "the feed does not say its language", "set language in publisher.toml"
    ),
    "feed-bad-language": Rule(
        "error", "a language is not a BCP 47 tag", 'write it as "en", "zh-Hans" or the like'
    ),
    "feed-bad-date": Rule(
        "error",
        "a date has not the form that the format asks for",
        "RSS takes RFC 822, Atom and JSON Feed take RFC 3339, all with a zone",
    ),
    "feed-updated-before-published": Rule(
        "error", "an entry was updated before it was published", "correct one in publisher.lock"
    ),
    "feed-updated-not-latest": Rule(
        "error",
        "the feed's own date is not that of its latest change",
        "it must be the latest updated of the entries, never the clock",
    ),
    "feed-entry-order": Rule(
        "warning", "an entry stands before a newer one", "put the newest first"
    ),
    "feed-duplicate-id": Rule(
        "error", "two entries have one id", "readers show only one: give each its own"
    ),
    "feed-id-not-uri": Rule("error", "an id is not an absolute URI", "use a tag URI (RFC 4151)"),
    "feed-permalink-guid": Rule(
        "error", "a guid claims to be a permalink", 'say isPermaLink="false"'
    ),
    "feed-relative-address": Rule(
        "error", "an address has no site in it", "readers cannot resolve it: make it absolute"
    ),
    "feed-unsafe-html": Rule(
        "error", "content holds what readers strip or refuse", "leave it out, or link to it"
    ),
    "feed-lazy-image": Rule(
        "error", "an image has no real address in src", "put the address from data-src there"
    ),
    "feed-empty-summary": Rule(
        "error", "an entry has no description or summary", "give the item a summary or a body"
    ),
    "feed-empty-content": Rule("warning", "an entry has no content", "give the item a body"),
    "feed-markup-in-text": Rule(
        "warning", "a plain-text field seems to be escaped twice", "escape it once"
    ),
    "feed-invisible-characters": Rule(
        "warning", "text holds zero-width or bidirectional controls", "remove them at the source"
    ),
    "feed-illegal-characters": Rule(
        "error", "text holds characters that XML forbids", "remove them at the source"
    ),
    "feed-missing-author": Rule(
        "error", "an entry has no author", "give it one, or the feed a fallback"
    ),
    "feed-bad-enclosure": Rule(
        "error",
        "an enclosure lacks its address, true length or media type",
        "players need all three: length in bytes, not 0",
    ),
    "feed-several-enclosures": Rule(
        "warning", "an RSS item has more than one enclosure", "players take only one: keep one"
    ),
}


def finding(code: str, file: str, line: int | None, detail: str) -> Finding:
    """The finding `code`, at `line` of the artifact `file`; `detail` says what was seen."""
    rule = RULES[code]
    return Finding(rule.severity, code, Place(file, line), f"{rule.meaning}: {detail}", rule.hint)
