"""The command line: parse, call, print. Exit 0 fine, 1 findings or failure, 2 usage.

Results go to stdout, words for people to stderr. Commands are imported when they are called, so that
`publisher --help` starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from publisher import __version__
from publisher.errors import PublisherError

COMMANDS = {
    "init": "Make a new publication in a folder.",
    "new": "Start a new edition file.",
    "parse": "Show how an edition file is read, and how surely.",
    "check": "Report what would embarrass you once published.",
    "build": "Turn the editions into feeds, pages and email.",
}


class Commands(click.Group):
    """A group whose commands live in modules of the same name and are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"publisher.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}{_nearest(args[0])}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PublisherError as error:
            from publisher.cli.console import show_error

            show_error(error)
            ctx.exit(1)


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: publisher init my-paper && cd my-paper && publisher build",
)
@click.version_option(__version__, prog_name="publisher")
def main() -> None:
    """Turn edition files into feeds, a web archive and email."""
