"""Local pictures of an edition become assets, and know their size: the only module that knows Pillow."""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Mapping
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from publisher import urls
from publisher.errors import EditionError
from publisher.model import Asset, Finding, Image, Place, Struct, field, replace
from publisher.sanitise import IMG_TAG

_SRC = re.compile(r'\ssrc="([^"]*)"')
_SIZE = re.compile(r'\s(width|height)="(\d+)"')
_REMOTE = ("https://", "http://")  # as most of them are; others are taken apart
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]+")
_ROTATED = range(5, 9)  # Exif orientations that lie on their side (Exif 2.3, tag 0x0112)
_ORIENTATION = 0x0112
# What runs when an SVG is opened by itself, at the address of the publication (SVG 2 section 2.3).
_ACTIVE = re.compile(
    rb"<(?:\w+:)?script|<(?:\w+:)?foreignObject|<!ENTITY|\son\w+\s*=|javascript:", re.I
)


class Pictures(Struct):
    """Collects the local pictures of one edition; `root` is the folder that none may leave.

    `inside` holds those that stand inside the edition's own files (`Page.files`), by name.
    """

    edition_id: str
    root: Path
    inside: Mapping[str, bytes] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def in_html(self, html: str, file: Path, place: Place) -> str:
        """`html` with every local `<img>` turned to its asset and given its size."""
        if "<img" not in html:
            return html
        return IMG_TAG.sub(lambda tag: self._tag(tag, file, place), html)

    def image(self, image: Image, file: Path, place: Place) -> Image:
        """The same for an `Image` of `file`; remote ones stay as they are."""
        found = self._find(image.src, file, place)
        if found is None:
            return image
        width, height = _scaled(image.width, image.height, _size(_content(found)))
        return replace(image, src=found.path, width=width, height=height)

    def _tag(self, tag: re.Match[str], file: Path, place: Place) -> str:
        src = _SRC.search(tag[0])
        if src is None:
            return ""
        sizes = {name: int(pixels) for name, pixels in _SIZE.findall(tag[0])}
        image = Image(unescape(src[1]), width=sizes.get("width"), height=sizes.get("height"))
        local = self.image(image, file, place)
        if local is image:
            return tag[0]
        bare = _SIZE.sub("", tag[1]).rstrip().replace(src[0], f' src="{escape(local.src)}"', 1)
        size = f' width="{local.width}" height="{local.height}"' if local.width else ""
        return f"<img{bare}{size}/>"

    def _find(self, src: str, file: Path, place: Place) -> Asset | None:
        """The asset that `src` in `file` means; None for a remote picture and for a broken one."""
        if src in self.inside:
            return self.assets.get(src) or self._from_inside(src, file, place)
        written = _local(src)
        if not written:
            return None
        path = self._path(written, file)
        if path is None:
            raise EditionError(
                place.file,
                line=_line_of(src, file, place).line,
                problem=f"the picture {src!r} lies outside {self.root.name}/",
                hint="copy it beside the edition",
            )
        try:
            usable = path.is_file() and (path.suffix.lower() == ".svg" or _size(path) is not None)
        except (OSError, ValueError):
            usable = False
        if not usable:
            self._report_broken(src, file, place)
            return None
        if path.suffix.lower() == ".svg" and _ACTIVE.search(path.read_bytes()):
            self._report_active(src, file, place)
            return None
        name = self._unlike_others(_safe_name(os.path.relpath(path, self.root)))
        return self.assets.setdefault(name, Asset(urls.asset(self.edition_id, name), path))

    def _from_inside(self, src: str, file: Path, place: Place) -> Asset | None:
        """The asset of a picture that stands in `file` itself."""
        body = self.inside[src]
        if _size(BytesIO(body)) is None:
            message = "a picture in this file is damaged, so that nobody would see it"
            hint = "insert it anew as PNG or JPEG, or take it out"
            self._add(Finding("error", "broken-image", place, message, hint))
            return None
        return self.assets.setdefault(src, Asset(urls.asset(self.edition_id, src), file, body))

    def _unlike_others(self, name: str) -> str:
        """`name`, marked where an asset's differs in case only: not every server can tell them apart."""
        alike = {other.lower() for other in self.assets if other != name}
        return _marked(name, name) if name.lower() in alike else name

    def _path(self, written: str, file: Path) -> Path | None:
        """Where `written` leads from `file`; None where that is outside the root, links included."""
        base = self.root if written.startswith("/") else file.parent
        path = Path(os.path.normpath(base / written.lstrip("/").replace("\0", "")))
        try:
            target = path.resolve()
        except (OSError, RuntimeError):  # a name too long, a link in a circle: no file, then
            target = path
        inside = path.is_relative_to(self.root) and target.is_relative_to(self.root.resolve())
        return path if inside else None

    def _report_broken(self, src: str, file: Path, place: Place) -> None:
        message = f"the picture {src!r} is not there, or is no picture"
        hint = "put the file beside the edition"
        self._add(Finding("error", "broken-image", _line_of(src, file, place), message, hint))

    def _report_active(self, src: str, file: Path, place: Place) -> None:
        message = f"the picture {src!r} holds a script, an entity or a foreign page"
        hint = "export it as a plain SVG, or as PNG"
        self._add(Finding("error", "broken-image", _line_of(src, file, place), message, hint))

    def _add(self, finding: Finding) -> None:
        if finding not in self.findings:
            self.findings.append(finding)


def _local(src: str) -> str:
    """The path in `src`; nothing where that is remote, or no address at all."""
    if src.startswith(_REMOTE):
        return ""
    try:
        parts = urlsplit(src.replace("\\", "/"))
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else unquote(parts.path)


def _line_of(src: str, file: Path, place: Place) -> Place:
    """The line of the story at `place` that names `src`; looked up again, since only errors ask."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    start = place.line or 1
    found = (n for n, line in enumerate(lines[start - 1 :], start) if src in line)
    return Place(place.file, next(found, place.line))


def _scaled(
    width: int | None, height: int | None, size: tuple[int, int] | None
) -> tuple[int | None, int | None]:
    """The sizes given; what is missing in proportion to the picture's own."""
    if size is None or (width and height):
        return width, height
    own_width, own_height = size
    if width:
        return width, max(1, round(width * own_height / own_width))
    if height:
        return max(1, round(height * own_width / own_height)), height
    return size


def _content(asset: Asset) -> Path | BytesIO:
    return asset.source if asset.body is None else BytesIO(asset.body)


def _size(content: Path | BytesIO) -> tuple[int, int] | None:
    """Width and height in pixels as shown, from the file's header; None for what is no picture."""
    from PIL import Image as Pillow

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)
            with Pillow.open(content) as picture:
                width, height = picture.size
                sideways = picture.getexif().get(_ORIENTATION) in _ROTATED
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError):
        return None
    if not width or not height:
        return None
    return (height, width) if sideways else (width, height)


def _safe_name(relative: str) -> str:
    """A path of plain ASCII; one that had to change carries a hash, so that no two become one."""
    relative = relative.replace(os.sep, "/")
    safe = _UNSAFE.sub("-", relative)
    return safe if safe == relative else _marked(safe, relative)


def _marked(safe: str, relative: str) -> str:
    folder, slash, name = safe.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    mark = hashlib.sha256(relative.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    marked = "-".join(part for part in ((stem or suffix).strip("-"), mark) if part)
    return f"{folder}{slash}{marked}{f'.{suffix}' if dot else ''}"
