"""Links that pass through somebody's counter on their way: `?target=https://...`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape
from urllib.parse import unquote

_HREF = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)')
_WEB = re.compile(r"https?://[^/\s]", re.IGNORECASE)


def unwrap(address: str, parameters: Sequence[str]) -> str:
    """The address that one of the query `parameters` of `address` holds, else `address`.

    A value that is not percent-encoded goes on to the end, since nothing says where it ends.
    """
    for name in parameters:
        match = _parameter(name).search(address)
        if match is None:
            continue
        value = match[1]
        inner = value if _WEB.match(value) else unquote(value.partition("&")[0].partition("#")[0])
        if _WEB.match(inner):
            return inner
    return address


def unwrap_html(html: str, parameters: Sequence[str]) -> str:
    """Sanitised `html` with all its links unwrapped."""
    return _HREF.sub(lambda link: link[1] + escape(unwrap(unescape(link[2]), parameters)), html)


@lru_cache(maxsize=16)
def _parameter(name: str) -> re.Pattern[str]:
    return re.compile(rf"[?&]{re.escape(name)}=(.+)", re.DOTALL)
