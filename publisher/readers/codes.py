"""What readers find on their way; docs/reference.md lists it with the codes of the checks."""

from __future__ import annotations

CODES = {
    "control-character": "control characters stood in a file and were left out",
    "bidi-control": "characters that reorder the text around them were left out",
    "invisible-character": "zero-width characters without a meaning were left out",
    "date-mismatch": "a file's name, its front matter or the list of dates give different dates",
    "odd-title": "an edition's title has another form than [reading] title_pattern",
    "empty-section": "nothing stands under a heading",
    "dead-link": "an address that is neither http(s), mailto, tel nor relative was left out",
    "markup-left-out": "a tag of a story's HTML has more attributes than parsers bear, so only its words are kept",
    "broken-image": "a local picture is not there, is no picture, or is a drawing that runs scripts",
    "unreadable-page": "a newspaper page cannot be read with any confidence",
    "held-story": "a newsroom's file says that its story is not to be published",
    "embargoed-story": "a newsroom's file says when its story may appear",
    "unresolved-reference": "a package names an item that its file does not hold",
    "content-left-out": "a story's text stands elsewhere (nothing is fetched), or in a form that is not read",
    "media-left-out": "a picture or recording without an address was left out",
    "unread-date": "an item's own date cannot be read, or lies after its edition's",
    "empty-item": "an item of a JSON edition holds nothing to show",
    "active-content": "macros, controls or embedded objects of a manuscript were left out",
    "external-reference": "what a manuscript would fetch from elsewhere was left out",
    "attachment-left-out": "a file that came with a mail message is no part of its text",
    "malformed-feed": "a feed is not well-formed XML, and was read as far as it could be",
    "malformed-message": "a mail message breaks the rules of mail, and was read as far as it could be",
    "derived-title": "a story or photo has no headline, so feeds call it by its first words",
}
