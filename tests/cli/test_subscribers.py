"""`publisher subscribers`, `bounces`, `db`, `dkim-key` and `doctor` at the keyboard."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli.commands import commands
from publisher.delivery import verp
from tests.delivery import offices
from tests.delivery.test_bounces import dsn

ANN = "ann@reader.example"
CSV = (
    f"email,name,sections,city\n{ANN},Ann,news,Riverbend\nbob@reader.example,Bob,,\nno address,,,\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUBLISHER_SECRET", offices.SECRET)
    made = offices.folder_in(tmp_path)
    (made / "people.csv").write_text(CSV, encoding="utf-8")
    return made


def run(folder: Path, *words: str, stdin: bytes = b"") -> Result:
    line = [*words, "-C", str(folder)]
    return CliRunner().invoke(commands, line, prog_name="publisher", input=stdin)


def test_from_import_to_erasure(folder: Path, tmp_path: Path) -> None:
    people, rejects = str(folder / "people.csv"), tmp_path / "rejects.csv"
    dry = run(folder, "subscribers", "import", people, "--dry-run")
    assert f"line      2  {ANN}  new" in dry.stdout
    assert "nothing was changed" in dry.stderr
    assert json.loads(run(folder, "subscribers", "list", "--json").stdout)["subscribers"] == []
    done = run(folder, "subscribers", "import", people, "--rejects", str(rejects), "--json")
    assert done.exit_code == 1, "a row was rejected"
    shape = json.loads(done.stdout)
    assert (shape["rows"], shape["new"], shape["rejected"]) == (3, 2, 1)
    assert rejects.read_text("utf-8").splitlines()[1].startswith("4,")
    listed = run(folder, "subscribers", "list")
    assert ANN in listed.stdout and "2 active" in listed.stderr
    shown = json.loads(run(folder, "subscribers", "show", ANN, "--json").stdout)
    assert shown["subscriber"]["fields"] == {"city": "Riverbend"}
    assert shown["subscriber"]["consent_source"] == "import of people.csv"
    assert ANN in run(folder, "subscribers", "show", ANN).stdout
    assert run(folder, "subscribers", "remove", ANN, "--because", "by phone").exit_code == 0
    assert run(folder, "subscribers", "add", ANN, "--consent", "x").exit_code == 1
    again = json.loads(run(folder, "subscribers", "import", people, "--json").stdout)
    assert (again["suppressed"], again["unchanged"]) == (1, 1)
    assert run(folder, "subscribers", "erase", ANN).exit_code == 1, "it asks first"
    assert run(folder, "subscribers", "erase", ANN, "--yes").exit_code == 0
    assert run(folder, "subscribers", "show", ANN).exit_code == 1
    again = json.loads(run(folder, "subscribers", "import", people, "--json").stdout)
    assert again["suppressed"] == 1, "erased, and still never mailed again"


def test_export_reads_back(folder: Path, tmp_path: Path) -> None:
    run(folder, "subscribers", "import", str(folder / "people.csv"), "-q")
    out = tmp_path / "out.csv"
    assert run(folder, "subscribers", "export", str(out)).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    to_stdout = run(folder, "subscribers", "export").stdout
    rows = list(csv.DictReader(io.StringIO(to_stdout)))
    assert [row["email"] for row in rows] == [ANN, "bob@reader.example"]
    assert out.read_text("utf-8").splitlines() == to_stdout.splitlines()
    same = json.loads(run(folder, "subscribers", "import", str(out), "--json").stdout)
    assert same["unchanged"] == 2


def test_add_with_wishes(folder: Path) -> None:
    words = ["--consent", "fair", "--cadence", "weekly", "--format", "text", "--sections", "a,b"]
    words += ["--name", "Ann", "--field", "city=Riverbend = home", "--field", "称呼=老师"]
    assert run(folder, "subscribers", "add", ANN, *words).exit_code == 0
    (one,) = json.loads(run(folder, "subscribers", "list", "--json").stdout)["subscribers"]
    assert (one["cadence"], one["format"], one["sections"]) == ("weekly", "text", ["a", "b"])
    assert one["name"] == "Ann"
    assert one["fields"] == {"city": "Riverbend = home", "称呼": "老师"}
    assert "称呼  老师" in run(folder, "subscribers", "show", ANN).stdout
    bad = run(folder, "subscribers", "add", "b@reader.example", "--consent", "x", "--field", "city")
    assert bad.exit_code == 2 and "NAME=TEXT" in bad.stderr
    assert run(folder, "subscribers", "add", "nobody", "--consent", "x").exit_code == 1
    assert run(folder, "subscribers", "add", ANN).exit_code == 2


def test_a_section_that_there_is_not_is_named(folder: Path) -> None:
    assert "section" not in run(folder, "subscribers", "add", ANN, "--consent", "x").stderr
    paper = folder / "publisher.toml"
    paper.write_text(paper.read_text("utf-8") + '\n[sections.news]\ntitle = "News"\n', "utf-8")
    words = ["--consent", "x", "--sections", "news,sprot"]
    added = run(folder, "subscribers", "add", "bob@reader.example", *words)
    assert "no section sprot, which somebody chose; it has: news" in added.stderr
    assert added.exit_code == 0
    (folder / "typo.csv").write_text("email,sections\ncarl@reader.example,nwes\n", "utf-8")
    done = run(folder, "subscribers", "import", str(folder / "typo.csv"))
    assert "no section nwes, sprot" in done.stderr


def test_bounces_from_a_pipe(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(folder, "subscribers", "add", ANN, "--consent", "fair")
    to = verp.sender("bounces@courier.example", (1, 1), offices.SECRET.encode())
    done = run(folder, "bounces", "--stdin", stdin=dsn(to=to))
    assert done.exit_code == 0, done.stderr
    assert done.stdout.strip() == ANN
    assert "1 left the list" in done.stderr
    shape = json.loads(run(folder, "bounces", "--stdin", "--json", stdin=dsn(to=to)).stdout)
    assert (shape["hard"], shape["gone"]) == (1, [])
    assert run(folder, "bounces").exit_code == 1
    monkeypatch.delenv("PUBLISHER_SECRET")
    assert run(folder, "bounces", "--stdin", stdin=dsn(to=to)).exit_code == 75


def test_backup_and_upgrade(folder: Path, tmp_path: Path) -> None:
    made = run(folder, "db", "upgrade")
    assert made.exit_code == 0, made.stderr
    assert "already" in run(folder, "db", "upgrade").stderr
    copy = tmp_path / "copy.db"
    assert run(folder, "db", "backup", str(copy)).stdout.strip() == str(copy)
    assert copy.read_bytes().startswith(b"SQLite format 3")
    assert run(folder, "db", "backup", str(copy)).exit_code == 1


def test_keys_are_private_and_their_records_are_printed(folder: Path) -> None:
    made = run(folder, "dkim-key", "spring")
    assert made.exit_code == 0, made.stderr
    assert "spring-rsa._domainkey.courier.example. IN TXT" in made.stdout
    assert "spring-ed25519._domainkey.courier.example. IN TXT" in made.stdout
    keys = list((folder / "keys").iterdir())
    assert len(keys) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert run(folder, "dkim-key", "spring").exit_code == 1
    toml = folder / "publisher.toml"
    told = made.stderr.partition("publisher.toml:\n")[2]
    toml.write_text(toml.read_text("utf-8") + told, encoding="utf-8")
    found = json.loads(run(folder, "doctor", "--no-dns", "--json").stdout)["findings"]
    assert found == []


def test_doctor_names_what_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_SECRET")
    done = run(folder, "doctor", "--no-dns")
    assert done.exit_code == 1
    assert "delivery-setting" in done.stderr
    assert "delivery-unsigned" in done.stderr
