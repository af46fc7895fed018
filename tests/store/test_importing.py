from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import addresses
from publisher.errors import StoreError
from publisher.store import csvfile, database, exporting, importing, subscribers, suppressions
from publisher.store.csvfile import BadRow, Row
from publisher.store.database import Store
from publisher.store.importing import Job, Report
from publisher.store.subscribers import Preferences, Subscriber
from tests.store.people import CONSENT, NOW, SECRET, add, leave, state_of


def run(store: Store, tmp_path: Path, source: str | bytes, **options: object) -> Report:
    path = tmp_path / "people.csv"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    rejects = options.pop("rejects", None)
    job = Job(path, CONSENT, SECRET, **options)  # type: ignore[arg-type]
    return importing.run(store, job, rejects=rejects)  # type: ignore[arg-type]


def find(store: Store, address: str) -> Subscriber:
    with store.reading() as connection:
        return subscribers.require(connection, addresses.parse(address))


def outcome(report: Report) -> dict[str, int]:
    names = ("rows", "new", "left", "changed", "unchanged", "suppressed", "rejected")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


PEOPLE = """email,Name,sections,format,Language,boat,consent source,consent_time
ann@rowers.example,Ann,news|sport,text,en,Heron,fair,2026-05-03
BOB@rowers.example,"Bob ""the oar"" Quill",,,zh-Hans,,,
cas@rowers.example,,,,,,,
"""


def test_an_import_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    assert outcome(run(store, tmp_path, PEOPLE)) == {"rows": 3, "new": 3}
    ann = find(store, "ann@rowers.example")
    assert (ann.state, ann.consent_source) == ("active", "fair")
    assert (
        ann.consent_time is not None and ann.consent_time.isoformat() == "2026-05-03T00:00:00+00:00"
    )
    assert ann.preferences == Preferences(
        name="Ann",
        sections=("news", "sport"),
        format="text",
        language="en",
        fields={"boat": "Heron"},
    )
    assert find(store, "bob@rowers.example").preferences.name == 'Bob "the oar" Quill'
    assert find(store, "cas@rowers.example").consent_source == CONSENT.source
    assert outcome(run(store, tmp_path, PEOPLE)) == {"rows": 3, "unchanged": 3}


def test_a_dry_run_shows_the_difference_and_makes_none(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path, PEOPLE)
    changed = (
        PEOPLE.replace("Heron", "Otter").replace("Ann,", "Anne,") + "dov@rowers.example,,,,,,,\n"
    )
    report = run(store, tmp_path, changed, dry_run=True)
    assert outcome(report) == {"rows": 4, "changed": 1, "unchanged": 2, "new": 1}
    assert [example.what for example in report.examples] == [
        "name: Ann -> Anne; fields: {'boat': 'Heron'} -> {'boat': 'Otter'}", "new",
    ]  # fmt: skip
    assert find(store, "ann@rowers.example").preferences.name == "Ann"
    assert outcome(run(store, tmp_path, changed)) == outcome(report)
    assert find(store, "ann@rowers.example").preferences.fields == {"boat": "Otter"}


def test_columns_that_the_file_lacks_stay_as_they_are(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path, PEOPLE)
    run(store, tmp_path, "email,club\nann@rowers.example,Eights\n")
    wishes = find(store, "ann@rowers.example").preferences
    assert (wishes.name, wishes.sections) == ("Ann", ("news", "sport"))
    assert wishes.fields == {"boat": "Heron", "club": "Eights"}


@pytest.mark.parametrize("state", ["unsubscribed", "bounced", "complained"])
def test_who_left_stays_out_whatever_is_imported(store: Store, tmp_path: Path, state: str) -> None:
    with store.writing() as connection:
        id = add(connection, "ann@rowers.example", name="Ann")
        leave(connection, id, state)
        listed = addresses.parse("eve@rowers.example")
        suppressions.add(connection, listed, reason="listed", source="", now=NOW, secret=SECRET)
    for row in ("Ann@Rowers.Example,active,Anne", "eve@rowers.example,active,Eve"):
        report = run(store, tmp_path, f"email,state,name\n{row}\n")
        assert outcome(report) == {"rows": 1, "suppressed": 1}
    assert state_of(store, id) == state
    with pytest.raises(StoreError):
        find(store, "eve@rowers.example")


def test_an_unconfirmed_person_is_not_made_active(store: Store, tmp_path: Path) -> None:
    with store.writing() as connection:
        address = addresses.parse("ann@rowers.example")
        subscribers.sign_up(connection, address, Preferences(), CONSENT)
    run(store, tmp_path, "email,state\nann@rowers.example,active\n")
    assert find(store, "ann@rowers.example").state == "unconfirmed"


def test_states_of_an_older_system_are_kept(store: Store, tmp_path: Path) -> None:
    source = "email,status\na@rowers.example,unsubscribed\nb@rowers.example,Complained\nc@rowers.example,\n"
    assert outcome(run(store, tmp_path, source)) == {"rows": 3, "left": 2, "new": 1}
    assert find(store, "b@rowers.example").state == "complained"
    with store.reading() as connection:
        found = [(s.reason, s.source) for s in suppressions.listing(connection)]
    assert sorted(found) == [
        ("complained", "import of people.csv"), ("unsubscribed", "import of people.csv"),
    ]  # fmt: skip
    assert outcome(run(store, tmp_path, source)) == {"rows": 3, "suppressed": 2, "unchanged": 1}


def test_a_file_can_make_people_leave(store: Store, tmp_path: Path) -> None:
    with store.writing() as connection:
        add(connection, "ann@rowers.example")
    source = "email,state\nann@rowers.example,complained\n"
    assert outcome(run(store, tmp_path, source, dry_run=True)) == {"rows": 1, "left": 1}
    assert find(store, "ann@rowers.example").state == "active"
    assert outcome(run(store, tmp_path, source)) == {"rows": 1, "left": 1}
    assert find(store, "ann@rowers.example").state == "complained"
    assert outcome(run(store, tmp_path, source)) == {"rows": 1, "suppressed": 1}


def test_new_people_can_be_asked_to_confirm(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path, "email\nann@rowers.example\n", new_state="unconfirmed")
    assert find(store, "ann@rowers.example").state == "unconfirmed"


BAD = (
    b"email,name,format,consent time\n"
    b"ann@rowers.example,Ann,html,\n"
    b"no address,X,html,\n"
    b'eve@rowers.example,"Eve\r\nBcc: all@rowers.example",html,\n'
    b"fay@rowers.example,Fay,pdf,\n"
    b"gus@rowers.example,Gus,html,yesterday\n"
    b"ANN@rowers.example,Ann again,html,\n"
    b"hal@rowers.example,Hal,html,,too,many\n"
    b"ivy@rowers.example," + b"x" * 10_000_000 + b",html,\n"
    b"jo@rowers.example,\xff\xfe\xfa,html,\n"
    b'kim@rowers.example,"Kim,html,\n'
    b"lee@rowers.example,Lee,html,\n"
)


def test_bad_rows_are_named_and_spoil_nothing(store: Store, tmp_path: Path) -> None:
    rejects = io.StringIO()
    report = run(store, tmp_path, BAD, rejects=rejects)
    assert outcome(report) == {"rows": 11, "new": 2, "rejected": 9}
    found = list(csv.reader(io.StringIO(rejects.getvalue())))
    assert found[0] == ["line", "reason", "email", "name", "format", "consent time"]
    reasons = {int(row[0]): row[1] for row in found[1:]}
    wanted = {
        3: "is no email address", 4: "line break", 6: "not one of: html, text", 7: "no time",
        8: "further up", 9: "6 cells under 4", 10: "longer than", 11: "no text in this encoding",
        12: "never closed",
    }  # fmt: skip
    assert reasons.keys() == wanted.keys()
    for line, words in wanted.items():
        assert words in reasons[line]
    assert found[1][2:] == ["no address", "X", "html", ""]  # to be mended and imported again
    assert find(store, "lee@rowers.example").state == "active"


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"),
     ("utf-16-le", b""), ("gb18030", b"")],
)  # fmt: skip
def test_encodings_are_recognised(
    sqlite_store: Store, tmp_path: Path, encoding: str, bom: bytes
) -> None:
    text = "邮箱;姓名\r\n" + "".join(f"reader{n}@渡口.example;读者{n}号\r\n" for n in range(20))
    report = run(sqlite_store, tmp_path, bom + text.encode(encoding))
    assert outcome(report) == {"rows": 20, "new": 20}
    assert find(sqlite_store, "reader7@渡口.example").preferences.name == "读者7号"


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("utf-8", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16", "utf-16-le"), ("big5", "big5")],
)
def test_an_encoding_that_is_named_is_used(
    sqlite_store: Store, tmp_path: Path, encoding: str, codec: str
) -> None:
    source = "email,name,,\nann@rowers.example,林小滿, ,\n".encode(codec)
    assert outcome(run(sqlite_store, tmp_path, source, encoding=encoding)) == {"rows": 1, "new": 1}
    assert find(sqlite_store, "ann@rowers.example").preferences.name == "林小滿"


def test_western_text_is_not_taken_for_chinese(sqlite_store: Store, tmp_path: Path) -> None:
    """GB18030 can decode this, into nonsense."""
    source = "email,name\nann@rowers.example,Müller\nbob@rowers.example,Bob\n".encode(
        "windows-1252"
    )
    assert outcome(run(sqlite_store, tmp_path, source)) == {"rows": 2, "new": 1, "rejected": 1}
    run(sqlite_store, tmp_path, source, encoding="windows-1252")
    assert find(sqlite_store, "ann@rowers.example").preferences.name == "Müller"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "empty"),
        ("ann@rowers.example\n", "no column is named email"),
        ("email,email\n", "two columns"),
        ('"email\n', "cannot be read as column names"),
    ],
)
def test_a_file_that_is_no_list_says_why(
    sqlite_store: Store, tmp_path: Path, source: str, problem: str
) -> None:
    with pytest.raises(StoreError, match=problem):
        run(sqlite_store, tmp_path, source)


def test_a_missing_file_says_so(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        importing.run(sqlite_store, Job(tmp_path / "none.csv", CONSENT, SECRET))


def test_names_lose_controls_but_keep_their_joiners(sqlite_store: Store, tmp_path: Path) -> None:
    run(sqlite_store, tmp_path, "email,name\nann@rowers.example,A\u202enn \x07👩\u200d🚀\n")
    assert find(sqlite_store, "ann@rowers.example").preferences.name == "Ann 👩\u200d🚀"


def test_batches_and_progress(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    path = tmp_path / "people.csv"
    path.write_text("email\n" + "".join(f"r{n}@rowers.example\n" for n in range(8)))
    seen: list[int] = []
    report = importing.run(
        store, Job(path, CONSENT, SECRET), progress=lambda report: seen.append(report.rows)
    )
    assert (seen, report.new) == ([3, 6, 8, 8], 8)


def test_what_is_exported_can_be_imported(store: Store, tmp_path: Path) -> None:
    with store.writing() as connection:
        for n, name in enumerate(("=HYPERLINK(1)", "@x", "'quoted'", '安, "A"', "-")):
            add(connection, f"r{n}@rowers.example", name=name, fields={"boat": "+1", "语": "中"},
                sections=("news", "渡口"), cadence="weekly", format="text", language="zh")  # fmt: skip
        leave(connection, add(connection, "gone@rowers.example"))
    before = _export(store)
    assert "'=HYPERLINK" in before
    fresh = database.open_store(tmp_path / "fresh.db")
    assert outcome(run(fresh, tmp_path, before)) == {"rows": 6, "new": 5, "left": 1}
    assert _export(fresh) == before


def _export(store: Store) -> str:
    stream = io.StringIO(newline="")
    with store.reading() as connection:
        assert exporting.write(connection, stream) == 6
    return stream.getvalue()


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_bad_rows(
    tmp_path_factory: pytest.TempPathFactory, source: bytes
) -> None:
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        lines = [row.line for row in csvfile.read(io.BytesIO(source), encoding, ",")]
        assert lines == sorted(lines)


_CELLS = st.lists(st.text(st.sampled_from('ab,"\n\r;安'), max_size=5), min_size=1, max_size=3)


@given(st.lists(_CELLS, max_size=6))
def test_rows_are_read_as_csv_writes_them(rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    read = list(csvfile.read(io.BytesIO(stream.getvalue().encode()), "utf-8", ","))
    assert [row.cells for row in read if isinstance(row, Row)] == [
        tuple(cells) for cells in rows if any(cells)
    ]


def test_an_open_quote_costs_one_line() -> None:
    source = 'a,"b\n' + "".join(f"{n},x\n" for n in range(200)) + '"c\n'
    rows = list(csvfile.read(io.BytesIO(source.encode()), "utf-8", ","))
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert [row.line for row in bad] == [1, 202]
    assert [row.cells[0] for row in rows if isinstance(row, Row)] == [str(n) for n in range(200)]
