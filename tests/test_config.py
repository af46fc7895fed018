"""publisher.toml: what is decoded, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher import config
from publisher.errors import ConfigError
from tests import samples


def error(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        config.loads(text)
    return caught.value


def test_defaults_and_values() -> None:
    publication = samples.publication()
    assert publication.home == "https://courier.example/"
    assert publication.domain == "courier.example"
    assert publication.zone.key == "Asia/Shanghai"
    assert publication.feeds.limit == 50
    assert publication.publish_time.hour == 6


def test_home_ends_in_one_slash() -> None:
    for base in ("https://a.example", "https://a.example/", "https://a.example/paper"):
        text = samples.TOML.replace("https://courier.example/", base)
        assert config.loads(text).home == base.rstrip("/") + "/"


def test_an_unknown_key_names_its_line_and_the_likely_one() -> None:
    text = samples.TOML.replace("postal_address", "postal_adress", 1)
    wrong = error(text)
    assert wrong.line == text.splitlines().index('postal_adress = "1 Quay Street, Riverbend"') + 1
    assert "sender.postal_adress" in wrong.problem
    assert "postal_address" in wrong.hint


def test_a_wrong_type_names_the_key_and_both_types() -> None:
    wrong = error(samples.TOML + 'limit = "many"\n')
    assert wrong.problem == "feeds.limit: expected int, got str"
    assert wrong.line == len(samples.TOML.splitlines()) + 1


def test_a_missing_key_is_named() -> None:
    wrong = error(samples.TOML.replace('title = "Riverbend Courier 河湾报"\n', ""))
    assert wrong.problem == "title: this key is missing"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"Asia/Shanghai"', '"Asia/Shangri-La"', "time_zone"),
        ('"courier.example,2026"', '"courier.example"', "authority"),
        ('"https://courier.example/"', '"courier.example"', "base_url"),
        ('language = "en"', 'language = "English!"', "language"),
        ("courier.example/", "[::1", "base_url"),
        ("courier.example/", "courier.example:abc/", "base_url"),
        ("courier.example/", "courier.example:99999/", "base_url"),
        ("courier.example/", "editor:word@courier.example/", "base_url"),
        ("courier.example/", "courier.example/a/../b/", "base_url"),
        ("courier.example/", "courier.example/%zz/", "base_url"),
        ("https://courier.example/", 'https://courier.example/\\"', "base_url"),
        ("https://courier.example/", "https://河湾.example/", "base_url"),
        ("https://courier.example/", "https://courier.example/?a=b", "base_url"),
    ],
)
def test_a_bad_value_names_its_key(old: str, new: str, key: str) -> None:
    wrong = error(samples.TOML.replace(old, new))
    assert wrong.problem.startswith(key)
    assert wrong.line is not None
    assert wrong.hint


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("Riverbend Courier 河湾报", "A\\u0007B", "title"),
        ('name = "Riverbend Courier"', 'name = "A\\nBcc: x@y.example"', "sender.name"),
        ("1 Quay Street", "1 Quay\\u0000Street", "sender.postal_address"),
        ("https://hub.example/", "https://hub.example/\\r", "feeds.hub"),
    ],
)
def test_a_control_character_is_refused(old: str, new: str, key: str) -> None:
    wrong = error(samples.TOML.replace(old, new, 1))
    assert wrong.problem.startswith(f"{key}: ")
    assert wrong.line is not None
    assert wrong.hint


def test_an_international_host_is_named_as_it_must_be_written() -> None:
    wrong = error(samples.TOML.replace("https://courier.example/", "https://河湾.example/"))
    assert "xn--" in wrong.problem


def test_nobody_has_to_read_a_pattern() -> None:
    wrong = error(samples.TOML.replace("https://courier.example/", "courier.example"))
    assert wrong.problem == "base_url: is not written like https://example.org/"
    wrong = error(samples.TOML + '[sections."../news"]\ntitle = "News"\n')
    assert wrong.problem == (
        "sections: a name in it holds more than lower-case letters, digits and hyphens"
    )


def test_an_address_may_have_several_lines() -> None:
    text = samples.TOML.replace("1 Quay Street, Riverbend", "1 Quay Street\\nRiverbend")
    assert config.loads(text).sender.postal_address == "1 Quay Street\nRiverbend"


def test_text_that_is_no_toml(tmp_path: Path) -> None:
    assert "not valid TOML" in error("title = [").problem
    path = tmp_path / "publisher.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(path)
    with pytest.raises(ConfigError, match="publisher init"):
        config.load(tmp_path / "absent.toml")


def test_keys_lists_nested_tables() -> None:
    assert {"title", "feeds.limit", "sections.SLUG.match", "sender.postal_address"} <= set(
        config.keys()
    )


def with_authors(folder: Path, file: str, extra: str = "") -> config.Publication:
    text = f'{samples.TOML}\n[reading]\nauthors_file = "{file}"\n{extra}'
    (folder / "publisher.toml").write_text(text, encoding="utf-8")
    return config.load(folder / "publisher.toml")


def test_authors_come_from_a_file_and_the_table_wins(tmp_path: Path) -> None:
    names = '{"anna": "Anna Reed", "ben": {"name": "Ben Ford", "page": "https://b.example"}}'
    (tmp_path / "people.json").write_text(names, encoding="utf-8")
    read = with_authors(tmp_path, "people.json", 'authors = { ben = "Benjamin Ford" }\n')
    assert read.reading.authors == {"anna": "Anna Reed", "ben": "Benjamin Ford"}


@pytest.mark.parametrize(
    ("file", "body", "problem"),
    [
        ("../people.json", "{}", "outside"),
        ("/etc/passwd", "{}", "outside"),
        ("missing.json", None, "No such file"),
        ("people.json", "[1]", "no names by id"),
        ("people.json", '{"ben": "B", "anna": 3}', "no name for 'anna'"),
        ("people.json", '{"anna": {"nom": "Anna"}}', "no name for 'anna'"),
        ("people.json", '{"anna": {"name": ["Anna"]}}', "no name for 'anna'"),
        ("people.json", '{"anna": null}', "no name for 'anna'"),
        ("people.json", "{", "truncated"),
        ("people.json", "[" * 100_000, "cannot be read"),
    ],
)
def test_a_bad_file_of_authors_is_named(
    tmp_path: Path, file: str, body: str | None, problem: str
) -> None:
    folder = tmp_path / "weekly"
    folder.mkdir()
    (tmp_path / "people.json").write_text("{}", encoding="utf-8")
    if body is not None and "/" not in file:
        (folder / file).write_text(body, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        with_authors(folder, file)
    assert caught.value.where == file
    assert problem in caught.value.problem
    assert caught.value.hint


def test_a_link_out_of_the_folder_is_no_file_of_authors(tmp_path: Path) -> None:
    folder = tmp_path / "weekly"
    folder.mkdir()
    (tmp_path / "people.json").write_text("{}", encoding="utf-8")
    (folder / "people.json").symlink_to(tmp_path / "people.json")
    with pytest.raises(ConfigError, match="outside"):
        with_authors(folder, "people.json")
