"""Templates, words and written-out dates: the only module that imports jinja2 and babel.

A template or word list is looked up in the publication's own `templates/` first, then in ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from publisher.errors import TemplateError
from publisher.model import Struct
from publisher.settings import shipped_templates

_HINT = "mend it, or delete it if it is yours: the one that is shipped takes its place"


class Compiled(jinja2.BytecodeCache):
    """Compiled templates by name and version of Jinja; it compiles anew what has another source.

    `learnt` says that there are more than at the beginning, or than when they were last asked for.
    """

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._known = dict(known)
        self.learnt = False

    def memory(self) -> dict[str, bytes]:
        """All that is known, for another process or a later build."""
        self.learnt = False
        return self._known

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._known.get(f"{jinja2.__version__} {bucket.key}")
        if code:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[f"{jinja2.__version__} {bucket.key}"] = bucket.bytecode_to_string()
        self.learnt = True


class Templates(Struct, frozen=True):
    """Where templates are looked up, first hit wins; `environment` reads and compiles each once."""

    folders: tuple[Path, ...]
    environment: jinja2.Environment
    compiled: Compiled

    def render(self, name: str, **context: Any) -> str:
        """Render `name` (`site/edition.html`). Raises TemplateError with file and line."""
        try:
            return self.environment.get_template(name).render(**context)
        except jinja2.TemplateSyntaxError as error:
            where, problem = error.filename or name, error.message or "syntax error"
            raise TemplateError(where, line=error.lineno, problem=problem, hint=_HINT) from None
        except jinja2.TemplateNotFound as error:
            raise TemplateError(name, problem=f"there is no template {error.name}") from None
        except UnicodeDecodeError as error:
            raise TemplateError(name, problem=f"a template is not UTF-8: {error}") from None
        except Exception as error:
            place = _place_in_template(error)
            if place is None and not isinstance(error, jinja2.TemplateError):
                raise
            # A template is a small program, and may raise whatever Python can.
            where, line = place or (name, None)
            known = isinstance(error, jinja2.TemplateError)
            problem = str(error) if known else f"{type(error).__name__}: {error}"
            raise TemplateError(where, line=line, problem=problem, hint=_HINT) from None

    def read(self, name: str) -> str:
        """The text of a file beside the templates (a stylesheet), unrendered."""
        for folder in self.folders:
            if (folder / name).is_file():
                return _text(folder / name)
        raise TemplateError(name, problem="there is no such file in templates/")

    def words(self, language: str) -> Mapping[str, str]:
        """The interface's words in `language`, falling back tag by tag to English (RFC 4647 lookup)."""
        found: dict[str, str] = {}
        for tag in reversed([*_fallbacks(language), "en"]):
            for folder in reversed(self.folders):
                path = folder / "words" / f"{tag}.toml"
                if path.is_file():
                    found |= _word_file(path)
        return found


def load(overrides: Path | None, known: Mapping[str, bytes] | None = None) -> Templates:
    """Templates with a publication's own folder (may be absent) before the shipped one.

    `known` is the memory of other templates' `compiled`: it spares compiling them again.
    """
    compiled = Compiled(known or {})
    folders = tuple(
        folder for folder in (overrides, shipped_templates()) if folder and folder.is_dir()
    )
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=jinja2.select_autoescape(["html", "xml"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # one build sees one state of its templates, and asks the disk once
        bytecode_cache=compiled,
    )
    environment.filters["long_date"] = long_date
    return Templates(folders, environment, compiled)


@lru_cache(maxsize=4096)
def long_date(day: date, language: str) -> str:
    """`day` written out, with its weekday: "2026年11月23日星期一", "Monday, 23 November 2026"."""
    from babel.dates import format_date

    return str(format_date(day, "full", locale=_locale(language)))


@lru_cache(maxsize=4096)
def long_month(day: date, language: str) -> str:
    """The month of `day` with its year: "2026年11月", "November 2026"."""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMMM", day, locale=_locale(language)))


def _locale(language: str) -> str:
    from babel import Locale, UnknownLocaleError

    for tag in _fallbacks(language):
        # Plain English means the world's, where the day stands before the month.
        name = {"en": "en_GB"}.get(tag, tag.replace("-", "_"))
        try:
            Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
        return name
    return "en_GB"


# Which script a Chinese tag without one means (CLDR likely subtags).
_SCRIPTS = {"zh": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-MO": "zh-Hant"}


def _fallbacks(language: str) -> list[str]:
    """`language` and ever plainer tags: zh-Hant-TW, zh-Hant, zh; zh-TW, zh-Hant, zh, zh-Hans."""
    parts = language.split("-")
    plainer = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return [found for tag in plainer for found in (tag, _SCRIPTS.get(tag)) if found]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(path, problem=f"is not UTF-8: {error}") from None


@lru_cache(maxsize=64)
def _word_file(path: Path) -> dict[str, str]:
    try:
        return {key: str(word) for key, word in tomllib.loads(path.read_text("utf-8")).items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(path, problem=f"is not valid TOML: {error}") from None


def _place_in_template(error: Exception) -> tuple[str, int] | None:
    """File and line of the innermost template that was at work; None where none was."""
    trace = error.__traceback__
    place = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith((".html", ".txt", ".xml", ".css")):
            place = file, trace.tb_lineno
        trace = trace.tb_next
    return place
