"""`publisher dkim-key`: a pair of signing keys, and what to publish about them."""

from __future__ import annotations

import os
from pathlib import Path

import click

from publisher import config
from publisher.cli import options
from publisher.cli.console import say
from publisher.delivery import dkim, setup
from publisher.errors import ConfigError

ALGORITHMS = ("rsa", "ed25519")


@click.command("dkim-key", short_help="Make the keys that sign your mail.")
@click.argument("selector", default="publisher")
@click.option("--domain", help="Whose mail they sign; else the sender's domain.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("keys"),
    show_default=True,
    help="The folder that they go to, in the publication's.",
)
@options.folder
def command(selector: str, domain: str | None, out: Path, folder: Path) -> None:
    """Make an RSA and an Ed25519 key, and print the DNS records to publish.

    The private keys are files that only you may read; keep them out of version control. A new
    SELECTOR replaces old keys without a gap: publish, wait a day, then change publisher.toml.

    \b
    Example:
      publisher dkim-key
      publisher dkim-key spring2027
    """
    publication = config.load(folder / config.FILE_NAME)
    signs = domain or setup.domain_of_sender(publication)
    names = {kind: f"{selector}-{kind}" for kind in ALGORITHMS}
    for name in names.values():
        if (folder / out / f"{name}.pem").exists():
            raise ConfigError(
                folder / out / f"{name}.pem",
                problem="this key is there already",
                hint="give another selector, as: publisher dkim-key spring2027",
            )
    (folder / out).mkdir(parents=True, exist_ok=True)
    for kind, name in names.items():
        pem = dkim.new_key(kind)
        path = folder / out / f"{name}.pem"
        _write_private(path, pem)
        key = dkim.load_key(pem, domain=signs, selector=name, where=str(path))
        click.echo(dkim.zone_line(key.record_name, key.record))
    say("publish these records, then add to publisher.toml:")
    for name in names.values():
        say(f'\n[[delivery.dkim]]\nselector = "{name}"\nkey_file = "{(out / name).as_posix()}.pem"')
        if domain:
            say(f'domain = "{domain}"')


def _write_private(path: Path, pem: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigError(path, problem=f"cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(pem)
