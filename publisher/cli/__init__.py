"""The command line: parse, call, print. Exit 0 fine, 1 findings or failure, 2 usage.

Results go to stdout, words for people to stderr. `publisher --help` is answered before click is even
imported (that alone would take twice as long as starting Python); commands are imported on demand.
"""

import atexit
import gc
import sys

COMMANDS = {
    "init": "Make a new publication in a folder.",
    "new": "Start a new edition file.",
    "import": "Make editions of an existing feed or archive.",
    "parse": "Show how an edition file is read, and how surely.",
    "check": "Report what would embarrass you once published.",
    "build": "Turn the editions into feeds, pages and email.",
    "subscribers": "Keep the list of subscribers.",
    "send": "Send an edition to its subscribers.",
    "mailings": "See and steer what is being sent.",
    "bounces": "Take in returned mail and complaints.",
    "db": "Look after the database of subscribers.",
    "dkim-key": "Make the keys that sign your mail.",
    "doctor": "Check all that mail needs to arrive.",
}

_HELP = """\
Usage: publisher [OPTIONS] COMMAND [ARGS]...

  Turn edition files into feeds, a web archive and email, and deliver it.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
{commands}

  Start with: publisher init my-paper && cd my-paper && publisher build
  More on one: publisher build --help
"""


def help_text() -> str:
    """What `publisher --help` prints; click's group prints the same."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items()]
    return _HELP.format(commands="\n".join(lines))


def main() -> None:
    """The entry point of the `publisher` program."""
    if sys.argv[1:] in ([], ["-h"], ["--help"]):
        print(help_text(), end="")
        return
    from publisher.cli.commands import commands

    # What an index holds of 10,000 editions has no cycles; the collector would look for some all the
    # same, again and again, and once more at the end: together a tenth of a small build.
    gc.set_threshold(100_000, 20, 50)
    atexit.register(gc.freeze)
    commands(prog_name="publisher")
