"""What becomes of templates that a publication has broken: words that name the file, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import TemplateError
from publisher.generators.templates import load


@pytest.mark.parametrize(
    ("source", "line", "problem"),
    [
        (b"<p>\n{% for x in %}", 2, "Expected an expression"),
        (b"<p>\n\n{{ nope.nope }}", 3, "'nope' is undefined"),
        (b"{{ 1 / 0 }}", 1, "ZeroDivisionError: division by zero"),
        (b"\n{{ 'a' + 1 }}", 2, "TypeError"),
        (b"{% include 'gone.html' %}", None, "there is no template gone.html"),
        (b"{% include '../publisher.toml' %}", None, "there is no template"),
        (b"caf\xe9", None, "not UTF-8"),
    ],
)
def test_a_broken_template_is_named(
    tmp_path: Path, source: bytes, line: int | None, problem: str
) -> None:
    (tmp_path / "own.html").write_bytes(source)
    with pytest.raises(TemplateError) as caught:
        load(tmp_path).render("own.html")
    assert caught.value.line == line
    assert "own.html" in caught.value.where
    assert problem in caught.value.problem


def test_the_template_that_is_broken_is_named_and_not_the_one_that_uses_it(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text("\n\n{{ nope.nope }}", encoding="utf-8")
    (tmp_path / "own.html").write_text("{% extends 'base.html' %}", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        load(tmp_path).render("own.html")
    assert (Path(caught.value.where).name, caught.value.line) == ("base.html", 3)
    assert "delete it" in caught.value.hint


def test_a_stylesheet_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_bytes(b"\xff")
    with pytest.raises(TemplateError, match=r"own\.css: is not UTF-8"):
        load(tmp_path).read("own.css")


def test_templates_are_compiled_once_for_all_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.html"
    own.write_text("{{ 1 + 1 }}")
    first = load(tmp_path)
    assert (first.render("own.html"), first.compiled.learnt) == ("2", True)
    known = first.compiled.memory()
    assert not first.compiled.learnt
    again = load(tmp_path, known)
    monkeypatch.setattr(type(again.environment), "compile", None)
    assert (again.render("own.html"), again.compiled.learnt) == ("2", False)
    monkeypatch.undo()
    own.write_text("{{ 1 + 2 }}")
    assert load(tmp_path, known).render("own.html") == "3"
    assert load(tmp_path, dict.fromkeys(known, b"broken")).render("own.html") == "3"


def test_an_error_in_a_compiled_template_is_named_as_before(tmp_path: Path) -> None:
    (tmp_path / "own.html").write_text("\n{{ missing.name }}")
    first = load(tmp_path)
    for templates in (first, load(tmp_path, first.compiled.memory())):
        with pytest.raises(TemplateError, match=r"own\.html:2"):
            templates.render("own.html")
