"""Names of people whom an archive only knows by an id, from a file of the publication."""

from __future__ import annotations

from pathlib import Path

import msgspec

from publisher.errors import ConfigError


class _Person(msgspec.Struct, frozen=True):
    """An entry that says more of someone than the name."""

    name: str


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
        people = msgspec.json.decode(file.read_bytes(), type=dict[str, str | _Person])
    except (OSError, RuntimeError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise ConfigError(
            name,
            problem=f"this file of authors cannot be read: {_reason(error)}",
            hint='write JSON such as {"id": "Name"}; [reading] authors_file names the file',
        ) from None
    return {key: who if isinstance(who, str) else who.name for key, who in people.items()}


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
