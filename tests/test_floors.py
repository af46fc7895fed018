"""Imports go down the floors only, and each library has one owner (docs/architecture.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "publisher"

FLOORS = {
    **dict.fromkeys(("errors", "model", "slots", "__init__"), 0),
    **dict.fromkeys(("config", "text", "decode", "frontmatter", "sanitise", "tags", "xml"), 1),
    **dict.fromkeys(
        ("urls", "sections", "output", "ledger", "mime", "headers", "files", "parallel"), 1
    ),
    **dict.fromkeys(("ledger_file", "ledger_match", "addresses", "tokens", "authors"), 1),
    **dict.fromkeys(("config_reading", "manifest", "titles", "yaml_block"), 1),
    **dict.fromkeys(("cards", "cache", "fragments", "tree", "settings", "standing"), 1),
    **dict.fromkeys(("readers", "generators", "checks", "store", "delivery"), 2),
    **dict.fromkeys(("publish", "reading", "rendering", "deliver", "importing", "mailing"), 3),
    **dict.fromkeys(("cli", "web", "preview", "__main__"), 4),
}
OWNERS = {
    "feedgen": {"generators/feeds.py", "generators/feedgen_extension.py"},
    "premailer": {"generators/inline.py"},
    "jinja2": {"generators/templates.py"},
    "babel": {"generators/templates.py"},
    "nh3": {"sanitise.py"},
    "pyromark": {"readers/markdown"},
    "yaml": {"yaml_block.py"},
    "PIL": {"readers/pictures.py"},
    "msgspec": {
        "model.py",
        "config.py",
        "config_reading.py",
        "cards.py",
        "cache.py",
        "fragments.py",
        "settings.py",
        "standing.py",
        "authors.py",
        "generators/jsonfeed.py",
        "generators/structured.py",
        "readers/json_edition",
    },
    "feedparser": {"readers/feed.py"},
    "mammoth": {"readers/docx"},
    "pdfplumber": {"readers/pdf"},
    "pdfminer": {"readers/pdf"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "email_validator": {"addresses.py"},
    "smtplib": {"delivery"},
    "click": {"cli"},
    "rich": {"cli"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Absolute names of everything that `path` imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def unit(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def allowed(path: Path, owners: set[str]) -> bool:
    relative = path.relative_to(PACKAGE).as_posix()
    return any(relative == owner or relative.startswith(owner + "/") for owner in owners)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imports(path):
        if not name.startswith("publisher.") or unit(name) not in FLOORS:
            continue
        other = unit(name)
        assert FLOORS[other] <= FLOORS[own], f"{path} (floor {FLOORS[own]}) imports {name}"
        if FLOORS[other] == 2 == FLOORS[own]:
            assert other == own, f"{path} imports its sibling {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_owner(path: Path) -> None:
    for name in imports(path):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or allowed(path, owners), f"{path} imports {name}"


def test_every_module_has_a_floor() -> None:
    units = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()}
    assert units <= set(FLOORS), units - set(FLOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 500
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 40, f"{path}:{node.lineno} {node.name} has {length} lines"
