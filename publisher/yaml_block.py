"""Front matter in YAML: keys, values and lines as written. The only module that knows PyYAML.

It is imported where a file has such a block: most editions of an archive have none.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from publisher.errors import EditionError
from publisher.text import squeeze


def entries(block: str, name: str) -> Iterator[tuple[str, str, int]]:
    """Key, value and line of each entry of `block`, which begins at line 2 of the file `name`.

    Tables come under dotted keys, lists joined by commas. Raises EditionError for what is no YAML,
    no table, nests too deep, or holds an alias.
    """
    return _entries(_compose(block, name), name)


class _Loader(yaml.BaseLoader):
    """YAML without aliases: they can blow a few lines up to gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=mark)
        return super().compose_node(parent, index)


def _compose(block: str, name: str) -> yaml.Node | None:
    try:
        return yaml.compose(block, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise EditionError(
            name,
            line=mark.line + 2 if mark else 1,  # the mark counts from 0, behind the `---` line
            column=mark.column + 1 if mark else None,
            problem=f"the front matter is not valid YAML: {_reason(error)}",
            hint='put quotes around a value that holds ": " or begins with # [ { @ * & !',
        ) from None
    except RecursionError:
        raise EditionError(
            name, line=1, problem="the front matter is nested too deep", hint="use plain values"
        ) from None


def _reason(error: yaml.YAMLError) -> str:
    return squeeze(
        getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    )


def _entries(node: yaml.Node | None, name: str) -> Iterator[tuple[str, str, int]]:
    """Key, value and line of each entry, tables under dotted keys."""
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        raise EditionError(
            name, line=2, problem="the front matter is no list of keys", hint="write: title: ..."
        )
    for key, value in node.value:
        line = key.start_mark.line + 2
        if isinstance(value, yaml.MappingNode):
            for inner, text, inner_line in _entries(value, name):
                yield f"{_text(key)}.{inner}", text, inner_line
        else:
            yield _text(key), _text(value), line


def _text(node: yaml.Node) -> str:
    """A scalar as written; the members of a list or table joined by commas."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.MappingNode):
        return ", ".join(_text(value) for _, value in node.value)
    return ", ".join(map(_text, node.value))
