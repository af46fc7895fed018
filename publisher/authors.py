"""Names of people whom an archive only knows by an id, from a file of the publication."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from publisher.errors import ConfigError

_SHAPE = 'write JSON such as {"anna": "Anna Reed"} or {"anna": {"name": "Anna Reed"}}'


def load(folder: Path, name: str) -> dict[str, str]:
    """The JSON file `name` in `folder`: `{"id": "Name"}` or `{"id": {"name": "Name", ...}}`.

    Raises ConfigError for a file that is not there, leads out of `folder`, or holds something else.
    """
    file = folder / name
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(
                name,
                problem="this file of authors lies outside the publication's folder",
                hint="copy it beside publisher.toml",
            )
        people = msgspec.json.decode(file.read_bytes())
    except (OSError, RuntimeError, UnicodeDecodeError, msgspec.DecodeError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise _unfit(name, f"cannot be read: {reason}") from None
    if not isinstance(people, dict):
        raise _unfit(name, "holds no names by id")
    return {key: _name(key, who, name) for key, who in people.items()}


def _name(key: str, who: object, file: str) -> str:
    """The name that the entry `key` gives: itself, or what it calls so beside other things."""
    name = who.get("name") if isinstance(who, Mapping) else who
    if not isinstance(name, str):
        raise _unfit(file, f"has no name for {key!r}: neither text nor an object with a `name`")
    return name


def _unfit(file: str, problem: str) -> ConfigError:
    return ConfigError(
        file,
        problem=f"this file of authors {problem}",
        hint=f"{_SHAPE}; [reading] authors_file names the file",
    )
