"""An edition's header fields: what bulk mail must carry, in any script, and nothing from data breaks them."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import pytest

from publisher import config, mime, slots
from publisher.config import Publication
from publisher.headers import headers_for
from publisher.model import Edition, replace
from tests import samples


def fields(publication: Publication, edition: Edition, subject: str = "渡口新桥") -> dict[str, str]:
    headers = headers_for(edition, publication, subject=subject, date=samples.MORNING)
    raw = mime.prepare(headers=headers, text="x", html=None).fill(
        {slots.TOKEN: "t", slots.MESSAGE_ID: "m", slots.RECIPIENT: "reader@mail.example"}
    )
    message = message_from_bytes(raw, policy=SMTP)
    assert len(message.keys()) == len(set(message.keys()))
    assert not message.defects
    return {name: str(value) for name, value in message.items()}


def test_every_field_of_a_bulk_message(publication: Publication, edition: Edition) -> None:
    found = fields(publication, edition)
    assert found["From"] == "Riverbend Courier <news@courier.example>"
    assert found["To"] == "reader@mail.example"
    assert found["Subject"] == "渡口新桥"
    assert found["Date"] == "Sun, 22 Nov 2026 22:00:00 +0000"
    assert found["Message-ID"] == "<m@courier.example>"
    assert found["List-Unsubscribe"] == (
        "<https://courier.example/unsubscribe/t>,"
        " <mailto:news@courier.example?subject=unsubscribe%20t>"
    )
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["List-Id"] == "Riverbend Courier 河湾报 <newsletter.courier.example>"
    assert found["Archived-At"] == "<https://courier.example/editions/2026-11-23/>"
    assert found["Feedback-ID"] == "2026-11-23:edition:newsletter:courier-example"
    assert found["Content-Language"] == "en"
    assert "Reply-To" not in found


def test_a_reply_address_of_its_own(edition: Edition) -> None:
    toml = samples.TOML.replace("[sender]", '[sender]\nreply_to = "desk@courier.example"')
    assert fields(config.loads(toml), edition)["Reply-To"] == "desk@courier.example"


@pytest.mark.parametrize(
    "title", ["Two\nlines", "A\r\nBcc: x@y.example", "Null\0", "Para\u2029graph"]
)
def test_line_breaks_in_titles_become_spaces(
    publication: Publication, edition: Edition, title: str
) -> None:
    found = fields(publication, replace(edition, title=title), subject=title)
    assert "Bcc" not in found
    assert len(found["Subject"].splitlines()) == 1


def test_an_edition_named_in_any_script_has_a_feedback_id_in_ascii(
    publication: Publication, edition: Edition
) -> None:
    found = fields(publication, replace(edition, id="2026-11-23-晚报"))
    assert found["Feedback-ID"].startswith("2026-11-23-%E6%99%9A%E6%8A%A5:edition:newsletter:")
