"""What tells formats apart whose files end alike: each test looks at a file's bytes.

The bytes are as in the file but without NULs, so that UTF-16 looks like ASCII. Every test takes time
linear in them: possessive repeats (`*+`), and nothing nested that could match in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Sniff = Callable[[bytes], bool]

# What may stand before the root element (XML 1.0 section 2.8); a byte order mark first.
_PROLOG = (
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"
    rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)*+"
)


def xml_root(*names: str) -> Sniff:
    """XML whose outermost element has one of these names, whatever its prefix."""
    root = rb"<(?:[\w.-]+:)?(?:" + _any_of(names) + rb")(?=[\s/>])"
    return _sniff(re.compile(_PROLOG + root, re.DOTALL).match)


def json_keys(*names: str) -> Sniff:
    """JSON with one of these keys, at any depth."""
    return _sniff(re.compile(rb'"(?:' + _any_of(names) + rb')"\s*:').search)


def contains(*words: str) -> Sniff:
    """Any of these words, in ASCII; case is ignored."""
    return _sniff(re.compile(_any_of(words), re.IGNORECASE).search)


def _any_of(words: tuple[str, ...]) -> bytes:
    return b"|".join(re.escape(word.encode("ascii")) for word in words)


def _sniff(find: Callable[[bytes], object]) -> Sniff:
    return lambda source: find(source) is not None
