"""`publisher init`: a publication that builds at once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from publisher import config, files
from publisher.cli import options
from publisher.cli.console import say
from publisher.errors import ConfigError

STARTER = "starter"


@click.command("init", short_help="Make a new publication in a folder.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", help="The publication's title; else made from the folder's name.")
@click.option("--language", default="en", show_default=True, help="Its language: en, zh-Hans, ...")
@click.option("--base-url", default="https://example.org/", show_default=True, help="Its address.")
def command(folder: Path, title: str | None, language: str, base_url: str) -> None:
    """Make a new publication in FOLDER, with two sample editions to replace; what is there already stays.

    \b
    Example:
      publisher init my-paper && cd my-paper && publisher build
    """
    if (folder / config.FILE_NAME).exists():
        raise ConfigError(
            folder / config.FILE_NAME,
            problem="there is a publication here already",
            hint="choose another folder",
        )
    words = {
        "{{title}}": title or folder.resolve().name.replace("-", " ").replace("_", " ").title(),
        "{{language}}": language,
        "{{base_url}}": base_url,
        "{{authority}}": f"{urlsplit(base_url).hostname or 'example.org'},{options.now().year}",
    }
    made = _starter()
    made[config.FILE_NAME] = _filled(made[config.FILE_NAME], words)
    # The new publisher.toml is judged before anything is written, and written last: a publication
    # begins to be one when all of it is there.
    config.loads(made[config.FILE_NAME].decode("utf-8"))
    for name in sorted(made, key=lambda name: name == config.FILE_NAME):
        if os.path.lexists(folder / name):
            say(f"left as it is: {folder / name}")
            continue
        files.write_if_changed(folder / name, made[name])
        click.echo(folder / name)
    say(f"next: cd {folder} && publisher build")


def _starter() -> dict[str, bytes]:
    """The starter's files by their path in the new folder, in order."""
    from publisher.settings import shipped_templates

    root = shipped_templates() / STARTER
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def _filled(body: bytes, words: dict[str, str]) -> bytes:
    """The TOML `body` with `words` in its strings, escaped as JSON and TOML both have it."""
    for marker, word in words.items():
        escaped = json.dumps(word, ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")
        body = body.replace(marker.encode(), escaped.encode("utf-8"))
    return body
