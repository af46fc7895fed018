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


def test_a_stylesheet_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_bytes(b"\xff")
    with pytest.raises(TemplateError, match=r"own\.css: is not UTF-8"):
        load(tmp_path).read("own.css")
