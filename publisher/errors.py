"""Every error that this package raises on purpose.

PublisherError
├── ConfigError       publisher.toml or the command line asks for something impossible
├── EditionError      an edition file cannot be read as it stands
├── LedgerError       publisher.lock cannot be read or does not fit the editions
├── TemplateError     a template is missing or broken
├── BuildRefused      the checks found errors: nothing was written
├── StoreError        the subscribers' database refused, or holds something impossible
└── DeliveryError     a mailing cannot go on

Each says where, what, and what to do. Only `cli/` turns them into text and an exit code.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.model import Finding


class PublisherError(Exception):
    """Base of the tree.

    `where` names a file, key or address; `line` and `column` count from 1; `hint` says what to do.
    """

    def __init__(
        self,
        where: str | Path = "",
        *,
        problem: str,
        hint: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.where = str(where)
        self.problem = problem
        self.hint = hint
        self.line = line
        self.column = column
        super().__init__(self.describe())

    def __reduce__(self) -> tuple[object, ...]:
        """Errors come back from other processes whole, keyword-only arguments and all."""
        return (_again, (type(self), self.args, self.__dict__))

    @property
    def place(self) -> str:
        """`file:line:column`, as far as it is known."""
        parts = [self.where, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(part for part in parts if part)

    def describe(self) -> str:
        """One line: place, problem, and after a dash what to do."""
        text = f"{self.place}: {self.problem}" if self.place else self.problem
        return f"{text} - {self.hint}" if self.hint else text


def _again(
    kind: type[PublisherError], args: tuple[object, ...], state: dict[str, object]
) -> PublisherError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(PublisherError):
    pass


class EditionError(PublisherError):
    """`also` holds what is wrong with further files of the same edition."""

    also: tuple[EditionError, ...] = ()


class LedgerError(PublisherError):
    pass


class TemplateError(PublisherError):
    pass


class BuildRefused(PublisherError):
    """The checks found errors; `findings` holds all of them, warnings too."""

    def __init__(self, findings: tuple[Finding, ...], *, problem: str, hint: str) -> None:
        self.findings = findings
        super().__init__(problem=problem, hint=hint)


class StoreError(PublisherError):
    pass


class DeliveryError(PublisherError):
    pass
