from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from publisher import addresses
from publisher.errors import StoreError
from publisher.store import outbox, privacy, subscribers, suppressions, tables, workers
from publisher.store.database import Store
from publisher.store.outbox import Outcome
from publisher.store.subscribers import CONFIRM_WITHIN, Consent, Preferences, Subscriber
from tests.store.people import CONSENT, NOW, SECRET, add, later, leave, mailing, state_of

ANN = addresses.parse("Ann@rowers.example")


def sign_up(store: Store, consent: Consent = CONSENT, **preferences: object) -> Subscriber:
    with store.writing() as connection:
        return subscribers.sign_up(connection, ANN, Preferences(**preferences), consent)  # type: ignore[arg-type]


def confirm(store: Store, person: Subscriber, now: object = NOW) -> bool:
    with store.writing() as connection:
        return subscribers.confirm(
            connection,
            person.id,
            signup=person.signup,
            now=now,
            secret=SECRET,  # type: ignore[arg-type]
        )


def suppressed(store: Store) -> str | None:
    hashed = suppressions.digest(ANN.key, SECRET)
    with store.reading() as connection:
        return suppressions.reasons(connection, [hashed]).get(hashed)


def test_double_opt_in(store: Store) -> None:
    person = sign_up(store, name="Ann", sections=("sport", "news"), fields={"boat": "Heron"})
    assert person.state == "unconfirmed"
    assert person.preferences.sections == ("news", "sport")
    assert confirm(store, person)
    with store.reading() as connection:
        found = subscribers.find(connection, addresses.parse("ANN@ROWERS.example"))
    assert found is not None
    assert (found.state, found.consent_source) == ("active", "confirmation link")
    assert found.preferences.fields == {"boat": "Heron"}


def test_only_the_last_confirmation_link_works_and_not_for_ever(store: Store) -> None:
    first = sign_up(store)
    second = sign_up(store)
    assert not confirm(store, first)
    assert not confirm(store, second, NOW + CONFIRM_WITHIN + timedelta(seconds=1))
    assert state_of(store, first.id) == "unconfirmed"
    assert confirm(store, second)


def test_an_old_confirmation_link_does_not_bring_back_who_left(store: Store) -> None:
    person = sign_up(store)
    assert confirm(store, person)
    with store.writing() as connection:
        assert leave(connection, person.id)
    assert not confirm(store, person)
    assert state_of(store, person.id) == "unsubscribed"


@pytest.mark.parametrize("state", ["unsubscribed", "bounced", "complained"])
def test_who_left_stays_out_until_they_confirm_themselves(store: Store, state: str) -> None:
    with store.writing() as connection:
        id = add(connection, ANN.text, name="Ann")
        leave(connection, id, state)
    assert suppressed(store) == state
    with pytest.raises(StoreError, match="suppressed"), store.writing() as connection:
        add(connection, "ann@ROWERS.example")
    person = sign_up(store, name="A stranger")
    assert (person.state, person.preferences.name) == (state, "Ann")
    assert confirm(store, person)
    assert (state_of(store, id), suppressed(store)) == ("active", None)


def test_a_suppressed_address_is_not_added(store: Store) -> None:
    with store.writing() as connection:
        suppressions.add(
            connection, ANN, reason="listed", source="our old system", now=NOW, secret=SECRET
        )
    with pytest.raises(StoreError, match="suppressed"), store.writing() as connection:
        add(connection, ANN.text)
    assert confirm(store, sign_up(store))
    assert suppressed(store) is None


def test_a_complaint_outweighs_and_stays(store: Store) -> None:
    with store.writing() as connection:
        id = add(connection, ANN.text)
        assert leave(connection, id, "unsubscribed")
        assert not leave(connection, id, "bounced")
        assert leave(connection, id, "complained")
        assert not leave(connection, id, "unsubscribed")
        assert not leave(connection, 4711)
    assert state_of(store, id) == "complained"
    assert suppressed(store) == "unsubscribed"


def test_another_secret_is_refused(store: Store) -> None:
    with store.writing() as connection:
        suppressions.check_secret(connection, SECRET)
        suppressions.check_secret(connection, SECRET)
        with pytest.raises(StoreError, match="not the secret"):
            suppressions.check_secret(connection, b"another")


def test_preferences_and_history(store: Store) -> None:
    with store.writing() as connection:
        id = add(connection, ANN.text)
        wishes = Preferences(
            cadence="weekly", format="text", language="zh-Hans", sections=("news",)
        )
        subscribers.prefer(connection, id, wishes, later(days=1))
        person = subscribers.get(connection, id)
        assert person is not None and person.preferences == wishes
        found = privacy.record(connection, person, SECRET)
    assert [entry["kind"] for entry in found["history"]] == ["added", "changed-preferences"]
    assert found["history"][0]["detail"] == "paper form at the fair"


def test_a_record_is_whole_and_plain_json(store: Store) -> None:
    id = _ann_with_a_refusal(store)
    with store.reading() as connection:
        person = subscribers.get(connection, id)
        assert person is not None
        found = json.loads(json.dumps(privacy.record(connection, person, SECRET)))
    assert found["subscriber"]["address"] == "Ann@rowers.example"
    assert found["subscriber"]["created"] == "2026-11-23T06:00:00+00:00"
    assert found["suppressed"] == "bounced"
    assert found["deliveries"][0]["edition"] == "2026-11-23"
    assert found["deliveries"][0]["reply"] == "no ann@rowers.example here"


def test_erasing_leaves_no_trace_but_the_suppression(store: Store) -> None:
    id = _ann_with_a_refusal(store)
    with store.writing() as connection:
        person = subscribers.get(connection, id)
        assert person is not None
        privacy.erase(connection, person, now=later(days=2), secret=SECRET)
        privacy.erase(connection, person, now=later(days=3), secret=SECRET)
    with store.reading() as connection:
        dump = [
            str(tuple(row)).lower()
            for table in tables.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    assert not [row for row in dump if "ann" in row or "rowers" in row or "heron" in row]
    assert (state_of(store, id), suppressed(store)) == ("erased", "bounced")
    with pytest.raises(StoreError, match="suppressed"), store.writing() as connection:
        add(connection, ANN.text)
    again = sign_up(store)  # of their own will
    assert again.id != id
    assert confirm(store, again)


def _ann_with_a_refusal(store: Store) -> int:
    """Ann, active and mailed, whose server refused and named her in its reply."""
    with store.writing() as connection:
        id = add(connection, ANN.text, name="Ann", fields={"boat": "Heron"})
        subscribers.prefer(connection, id, Preferences(name="Ann", fields={"boat": "Heron"}), NOW)
    mailing_id = mailing(store)
    with workers.working(store, mailing_id, lambda: NOW) as worker, store.writing() as connection:
        outbox.claim(connection, worker, limit=10, now=NOW)
        outbox.start(connection, worker, [id], now=NOW)
        refusal = Outcome(
            subscriber=id, state="refused", code=550, enhanced="5.1.1", relay="main",
            reply="no ann@rowers.example here", suppress="bounced",
        )  # fmt: skip
        outbox.record(connection, worker, [refusal], now=NOW, secret=SECRET)
    return id


def test_listing_and_counts(store: Store) -> None:
    with store.writing() as connection:
        ids = [add(connection, f"rower{n}@rowers.example") for n in range(5)]
        leave(connection, ids[1])
        assert [p.id for p in subscribers.listing(connection, state="active", limit=2)] == [
            ids[0],
            ids[2],
        ]
        assert [p.id for p in subscribers.listing(connection, after=ids[3])] == [ids[4]]
        assert subscribers.counts(connection) == {
            "unconfirmed": 0, "active": 4, "unsubscribed": 1, "bounced": 0, "complained": 0, "erased": 0,
        }  # fmt: skip
        assert [s.reason for s in suppressions.listing(connection)] == ["unsubscribed"]
        with pytest.raises(StoreError, match="nobody has subscribed"):
            subscribers.require(connection, addresses.parse("zoe@rowers.example"))
