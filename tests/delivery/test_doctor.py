"""Doctor and set-up, on invented configurations and an invented DNS."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher import config
from publisher.delivery import setup
from publisher.delivery.dkim import new_key
from publisher.delivery.doctor import CODES, examine
from publisher.delivery.limits import Limit
from publisher.delivery.maildir import MaildirTransport
from publisher.delivery.resolver import NoResolver
from publisher.delivery.sendmail import SendmailTransport
from publisher.delivery.smtp import SmtpTransport
from publisher.errors import ConfigError
from tests import samples

SECRET = {"PUBLISHER_SECRET": "0123456789abcdef0123456789abcdef", "RELAY_PASSWORD": "pw"}
GOOD = """
[delivery]
bounce_address = "bounces@courier.example"

[[delivery.relays]]
host = "mail.relay.example"
user = "courier"
password_env = "RELAY_PASSWORD"
per_second = 5.0

[[delivery.dkim]]
selector = "k1"
key_file = "k1.pem"

[delivery.domains."gmail.com"]
per_second = 2.0
connections = 1
"""


class Zone:
    def __init__(self, txt: dict[str, list[str]], mx: dict[str, list[str]] | None = None) -> None:
        self._txt = txt
        self._mx = {"courier.example": ["mx.courier.example"]} if mx is None else mx

    def txt(self, name: str) -> tuple[str, ...]:
        return tuple(self._txt.get(name, ()))

    def mx(self, name: str) -> tuple[str, ...]:
        return tuple(self._mx.get(name, ()))


class Silence:
    def txt(self, name: str) -> tuple[str, ...]:
        raise NoResolver("timed out")

    mx = txt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("publication")
    (made / "k1.pem").write_bytes(new_key("rsa"))
    return made


@pytest.fixture
def zone(folder: Path) -> dict[str, list[str]]:
    (key,) = setup.signing_keys(samples.publication(GOOD), folder, SECRET)
    return {
        "k1._domainkey.courier.example": [key.record],
        "courier.example": ["v=spf1 include:_spf.relay.example -all", "something else"],
        "_spf.relay.example": ["v=spf1 ip4:192.0.2.0/24 -all"],
        "_dmarc.courier.example": ["v=DMARC1; p=quarantine"],
    }


def codes(
    folder: Path, toml: str, dns: object = None, environ: dict[str, str] = SECRET
) -> list[str]:
    found = examine(samples.publication(toml), folder, environ, dns)  # type: ignore[arg-type]
    for finding in found:
        assert finding.severity == CODES[finding.code]
        assert finding.message
    return [finding.code for finding in found]


def test_all_is_well(folder: Path, zone: dict[str, list[str]]) -> None:
    assert codes(folder, GOOD, Zone(zone)) == []


def test_a_silent_resolver_is_said_politely(folder: Path) -> None:
    assert codes(folder, GOOD, Silence()) == ["dns-silent"]


@pytest.mark.parametrize(
    ("name", "records", "code"),
    [
        ("k1._domainkey.courier.example", [], "dkim-record-missing"),
        ("k1._domainkey.courier.example", ["v=DKIM1; p=AAAA"], "dkim-record-differs"),
        ("courier.example", [], "spf-missing"),
        ("courier.example", ["v=spf1 -all", "v=spf1 ~all"], "spf-invalid"),
        ("courier.example", ["v=spf1 +all"], "spf-open"),
        ("courier.example", ["v=spf1 " + "a:x.example " * 11 + "-all"], "spf-invalid"),
        ("courier.example", ["v=spf1 include:courier.example -all"], "spf-invalid"),
        ("_dmarc.courier.example", [], "dmarc-missing"),
        ("_dmarc.courier.example", ["v=DMARC1; p=maybe"], "dmarc-invalid"),
        ("_dmarc.courier.example", ["v=DMARC1; p=none"], "dmarc-watches-only"),
    ],
)
def test_what_the_dns_lacks(
    folder: Path, zone: dict[str, list[str]], name: str, records: list[str], code: str
) -> None:
    assert codes(folder, GOOD, Zone({**zone, name: records})) == [code]


def test_a_key_in_test_mode(folder: Path, zone: dict[str, list[str]]) -> None:
    name = "k1._domainkey.courier.example"
    testing = {**zone, name: [zone[name][0] + "; t=y:s"]}
    assert codes(folder, GOOD, Zone(testing)) == ["dkim-record-testing"]


def test_a_domain_above_may_have_the_dmarc_record(folder: Path, zone: dict[str, list[str]]) -> None:
    toml = GOOD.replace("bounces@courier", "bounces@mail.courier")
    names = {"mail.courier.example": ["v=spf1 mx -all"]}
    mx = {"mail.courier.example": ["mx.courier.example"]}
    assert codes(folder, toml, Zone({**zone, **names}, mx)) == []


def test_bounces_elsewhere_and_nowhere(folder: Path, zone: dict[str, list[str]]) -> None:
    toml = GOOD.replace("bounces@courier.example", "bounces@other.example")
    elsewhere = Zone({**zone, "other.example": ["v=spf1 mx -all"]}, {})
    assert codes(folder, toml, elsewhere) == ["spf-unaligned", "bounces-no-mx"]


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("", ["delivery-setting", "delivery-no-bounces", "delivery-unsigned"]),
        (GOOD.replace("k1.pem", "no.pem"), ["delivery-setting"]),
        (GOOD.replace("RELAY_PASSWORD", "NOT_SET"), ["delivery-setting"]),
        (GOOD.replace('user = "courier"', 'tls = "none"'), ["delivery-in-clear"]),
        (GOOD.replace('"k1"', '"k1"\ndomain = "other.example"'), ["dkim-unaligned"]),
        (GOOD.replace("bounces@", "bounces+x@"), ["delivery-setting"]),
        (GOOD.replace("per_second = 5.0", 'ca_file = "none.pem"'), ["delivery-setting"]),
    ],
)
def test_what_the_configuration_lacks(folder: Path, toml: str, expected: list[str]) -> None:
    assert codes(folder, toml) == expected


def test_a_secret_must_be_there_and_long(folder: Path) -> None:
    assert codes(folder, GOOD, environ={**SECRET, "PUBLISHER_SECRET": "short"}) == [
        "delivery-setting"
    ]
    delivery = samples.publication(GOOD).delivery
    assert setup.secret(delivery, SECRET) == SECRET["PUBLISHER_SECRET"].encode()


def test_routes_follow_the_transport(folder: Path, tmp_path: Path) -> None:
    (relay,) = setup.routes(samples.publication(GOOD), folder, SECRET)
    assert (relay.name, relay.connections) == ("mail.relay.example:587", 4)
    assert isinstance(relay.open(), SmtpTransport)
    for transport, made in (("file", MaildirTransport), ("sendmail", SendmailTransport)):
        toml = f'[delivery]\ntransport = "{transport}"\n'
        (route,) = setup.routes(samples.publication(toml), tmp_path, {})
        assert isinstance(route.open(), made)
    with pytest.raises(ConfigError, match="relay"):
        setup.routes(samples.publication(), tmp_path, {})


def test_limits_come_from_the_configuration() -> None:
    domains, relays = setup.gates(samples.publication(GOOD).delivery)
    assert domains["gmail.com"].limit == Limit(2.0, 1)
    assert domains["other.example"].limit == Limit(0.0, config.DomainLimit().connections)
    assert relays["mail.relay.example:587"].limit == Limit(5.0)
