"""`[delivery]` and `[store]` in publisher.toml: defaults, and errors that name key and line."""

from __future__ import annotations

import pytest

from publisher import config
from publisher.errors import ConfigError
from tests import samples

TWO_RELAYS = """
[[delivery.relays]]
host = "one.example"

[[delivery.relays]]
host = "two.example"
weight = 3
"""


def test_defaults_are_there_without_a_word() -> None:
    publication = samples.publication()
    assert publication.delivery.transport == "smtp"
    assert publication.delivery.retry_hours == 48
    assert publication.store.path == "publisher.db"


def test_relays_keep_their_order() -> None:
    relays = samples.publication(TWO_RELAYS).delivery.relays
    assert [(relay.host, relay.weight, relay.tls) for relay in relays] == [
        ("one.example", 1, "starttls"),
        ("two.example", 3, "starttls"),
    ]


def test_an_unknown_key_in_the_second_relay_is_found_on_its_line() -> None:
    text = samples.TOML + TWO_RELAYS.replace("weight", "wieght")
    with pytest.raises(ConfigError) as caught:
        config.loads(text)
    assert caught.value.line == text[: text.index("wieght")].count("\n") + 1
    assert "delivery.relays[1].wieght" in caught.value.problem
    assert "weight" in caught.value.hint


def test_keys_name_tables_in_arrays_and_by_name() -> None:
    assert {"delivery.relays.host", "delivery.domains.NAME.per_second", "store.path"} <= set(
        config.keys()
    )
