"""What newsletters print around their text: a link to the web version, how to unsubscribe, who sends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.readers.markdown.parse import Node
from publisher.readers.markdown.render import text

_LEAVE = re.compile(
    r"unsubscribe|\bopt[ -]?out\b|no longer (?:wish|want) to (?:receive|get)"
    r"|(?:manage|update|change|edit) (?:your |my )?(?:email |mail )?(?:subscription|preferences|settings)"
    r"|退订|退訂|取消订阅|取消訂閱|abbestellen|abmelden|désabonner|darse de baja",
    re.IGNORECASE,
)
_ONLINE = re.compile(
    r"\b(?:view|read|open|see)\b.{0,40}\b(?:browser|online|on the web)\b|\bweb version\b"
    r"|在浏览器|网页版|im Browser|dans (?:votre|le) navigateur",
    re.IGNORECASE,
)
_IMPRINT = re.compile(
    r"©|\bcopyright\b|all rights reserved|you(?:'|’)?(?:re| are) (?:receiving|getting) this"
    r"|you (?:get|receive) this|(?:was|is) sent to|mailing address|address book|privacy policy"
    r"|forward(?:ed)? (?:this|to)|powered by|版权所有|您收到此|您收到这封",
    re.IGNORECASE,
)
_OPENING = 4  # blocks among which the link to the web version stands
_LONG = 600  # characters: no block of furniture has more
_AFTER = 1500  # characters that may follow the way out: an address, the small print


def without_closing(blocks: Sequence[Node]) -> tuple[list[Node], tuple[str, ...]]:
    """`blocks` without what is printed around every issue, and the words of that.

    From the block that offers to unsubscribe on, in the second half, all goes that is short; before
    it, lines of the imprint; among the first blocks, the link to the web version.
    """
    words = [text([block]) for block in blocks]
    end = _end(blocks, words)
    opening = [
        at
        for at in range(min(_OPENING, end))
        if _says(_ONLINE, words[at]) or _says(_LEAVE, words[at])
    ]
    kept = [block for at, block in enumerate(blocks[:end]) if at not in opening]
    left_out = [words[at] for at in opening] + words[end:]
    return kept, tuple(filter(None, left_out))


def _end(blocks: Sequence[Node], words: Sequence[str]) -> int:
    """The index behind the last block of content."""
    after = 0
    end = len(blocks)
    for at in range(len(blocks) - 1, len(blocks) // 2 - 1, -1):
        if after > _AFTER:
            break
        if _says(_LEAVE, words[at]):
            end = at
        after += len(words[at])
    if end == len(blocks):
        return end
    while end > 1 and (blocks[end - 1].kind == "Rule" or _says(_IMPRINT, words[end - 1])):
        end -= 1
    return end


def _says(what: re.Pattern[str], line: str) -> bool:
    return len(line) <= _LONG and bool(what.search(line))
