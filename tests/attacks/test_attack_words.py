"""Attacks that look for words and numbers of people in all that is published, or said.

Every respondent of the town has canaries in every place where words can stand: a telephone
number, an e-mail address, a National Insurance number, their postcode, name and street, beside
receipt and submission number. Two searches look for them, neither of which uses the other.
"""

from __future__ import annotations

import ast
import base64
import gzip
import hashlib
import html
import json
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attack_search import parquet_text, search, sqlite_text
from attack_town import ROOT, STEM, UNDECLARED, canaries

from assetmap.disclosure.leaks import find_leaks
from assetmap.warehouse import fetch_table, list_tables, open_warehouse

RESTRICTED = ("exports", "researchers", "reviews", "payments", "erasures")


def codes_of(town):
    """Return secrets that hold no invented stem: they are looked for as whole words."""
    found = [person.receipt for person in town.people] + [p.postcode for p in town.people]
    return [code.replace(" ", "") for code in found]


def test_the_naive_search_finds_each_disguise(week, tmp_path):
    """Not an attack: a search that finds nothing anywhere would let every attack fail."""
    person = week.town.people[3]
    text = person.secrets["name"]
    wrapped = {
        "plain.txt": text.encode(),
        "phone.txt": f"tel {person.secrets['phone'].replace(' ', '-')}".encode(),
        "insurance.txt": person.secrets["insurance"].encode(),
        "receipt.txt": f"no. {person.receipt}.".encode(),
        "home.txt": f"<td>{person.postcode}</td>".encode(),
        "entity.html": "".join(f"&#{ord(c)};" for c in text).encode(),
        "escape.js": "".join(f"\\u{ord(c):04x}" for c in text).encode(),
        "base64.txt": b"x=" + base64.b64encode(text.encode()),
        "gzip.bin": gzip.compress(text.encode()),
        "wide.bin": text.encode("utf-16-le"),
    }
    for name, data in wrapped.items():
        (tmp_path / name).write_bytes(data)
    pq.write_table(pa.table({"note": [text]}), tmp_path / "table.parquet")
    (tmp_path / "clean.txt").write_bytes(b"nobody")
    found = {line.split(":")[0] for line in search(tmp_path, codes_of(week.town))}
    assert found == {*wrapped, "table.parquet"}


def test_canaries_in_every_byte_of_the_site_by_a_naive_search(week):
    assert search(week.maps, codes_of(week.town)) == []


def test_canaries_in_every_byte_of_the_site_by_the_leak_scan(week):
    found = canaries(week.town)
    assert len(found) > 2000
    assert find_leaks(week.maps, found) == []


def test_the_canaries_are_in_what_was_read(week):
    """Not an attack: the canaries reached the restricted tables, so they could have leaked."""
    with open_warehouse(week.settings.warehouse, read_only=True) as con:
        texts = fetch_table(con, "stg_survey_text")
        names = fetch_table(con, "stg_survey_mention", columns=("name",))["name"]
    asked = {"languages_other", "skills_other", "idea", "feeling_text", "notes", "qual_title"}
    assert asked <= set(texts["question"])
    assert texts["text"].str.contains("07700 900").all()
    assert names.str.contains(STEM).all()


def test_popups_legends_and_alternative_texts_in_the_files(week):
    """What scripts and attributes hold, apart from what a browser makes of them."""
    for path in sorted(week.maps.rglob("*.js")) + sorted(week.maps.rglob("*.html")):
        said = html.unescape(path.read_text(encoding="utf-8")).lower()
        assert STEM not in said, path.name


def test_metadata_of_parquet_geopackage_and_tables(week):
    texts = {}
    for path in sorted(week.seen.iterdir()):
        if path.suffix == ".parquet":
            texts[path.name] = parquet_text(path.read_bytes())
        elif path.suffix == ".gpkg":
            texts[path.name] = sqlite_text(path.read_bytes())
        else:
            texts[path.name] = path.read_text(encoding="utf-8")
    assert {Path(name).suffix for name in texts} == {".parquet", ".gpkg", ".csv"}
    places = [str(week.settings.raw), str(week.settings.out), str(Path.home()) + "/"]
    for name, text in texts.items():
        assert STEM not in text.lower(), name
        assert not [place for place in places if place in text], name


def test_names_of_restricted_files_and_of_their_folders(week):
    names = [
        name
        for folder in RESTRICTED
        for path in (week.settings.raw / "survey" / folder).iterdir()
        for name in (path.name, f"survey/{folder}")
    ]
    names += ["assetmap.duckdb", "people_release.json", "worklist_", str(week.settings.raw)]
    for path in sorted(week.maps.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        found = [n for n in names if n.encode() in data or n in path.name]
        assert found == [], path.name


def test_hashes_of_restricted_files(week):
    """Neither the manifest nor any page has one: of a short file it could be tried out."""
    folder = week.settings.raw / "survey"
    kept = [path for name in RESTRICTED for path in (folder / name).rglob("*") if path.is_file()]
    kept += [p for p in week.settings.processed.rglob("*") if p.is_file()]
    hashes = [
        digest(path.read_bytes()).hexdigest()[:16]
        for path in kept
        for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5)
    ]
    assert len(kept) > 10
    published = b"".join(p.read_bytes() for p in sorted(week.maps.rglob("*")) if p.is_file())
    assert [h for h in hashes if h.encode() in published] == []
    manifest = json.loads((week.maps / "manifest.json").read_text())
    assert not [name for name in manifest["inputs"] if name.startswith("survey/e")]


def test_no_dropped_column_is_kept_anywhere(week):
    """A column that the form does not have is dropped at reading; its heading is reported."""
    for table, rows in tables_of(week.settings.warehouse):
        assert f"{STEM}undeclared" not in rows, table
    for path in week.settings.processed.rglob("*"):
        if path.is_file() and path.suffix != ".duckdb":
            assert f"{STEM}undeclared".encode() not in path.read_bytes(), path.name
    intake = (week.settings.lists / "intake.csv").read_text(encoding="utf-8")
    assert UNDECLARED[-1] in intake


def tables_of(warehouse):
    """Yield every table of a database with all that it holds."""
    with open_warehouse(warehouse, read_only=True) as con:
        for name in sorted(list_tables(con)):
            yield name, fetch_table(con, name).to_csv(index=False).lower()


@pytest.mark.parametrize("fate", ["no_consent", "under_18"])
def test_of_a_refusal_nothing_is_kept(week, fate):
    gone = [person for person in week.town.people if person.fate == fate]
    assert gone
    words = [w for p in gone for w in (p.receipt, p.uid, p.secrets["phone"], p.secrets["name"])]
    words = [word.lower() for word in words]
    for name, text in tables_of(week.settings.warehouse):
        assert [w for w in words if w in text] == [], name
    for path in week.settings.lists.iterdir():
        text = path.read_text(encoding="utf-8").lower()
        assert [w for w in words if w in text] == [], path.name


def test_after_an_erasure_nothing_is_kept(week, erased, target):
    person = next(p for p in week.town.people if p.number == target)
    words = [person.receipt, person.uid, person.secrets["phone"], person.secrets["name"]]
    kept = [rows for _, rows in tables_of(week.settings.warehouse)]
    assert any(words[2] in rows for rows in kept)
    for name, text in tables_of(erased.settings.warehouse):
        assert [w for w in words if w.lower() in text] == [], name
    for path in erased.settings.out.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert [w for w in words if w.encode() in data] == [], path.name


def test_identity_never_reaches_the_warehouse(week):
    """Postcodes of homes, receipts, submission numbers and names of researchers are not kept."""
    told = {name.lower() for name in codes_of(week.town)}
    researchers = [v.lower() for n, v in canaries(week.town).items() if "researcher" in n]
    own = ("stg_survey_response", "stg_researcher", "int_", "mart_", "pub_")
    for name, text in tables_of(week.settings.warehouse):
        if not name.startswith(own):
            continue
        cells = set(text.replace(" ", "").replace("\n", ",").split(","))
        if "postcode" not in text.split("\n")[0]:
            assert told & cells == set(), name
        assert [r for r in researchers if r in text] == [], name
        assert "c0ffee99" not in text, name


def test_the_log_of_building_publishing_and_erasing(logged, week):
    words = [w for p in week.town.people for w in (p.receipt, p.postcode, p.uid)]
    assert len(logged) > 20
    for line in logged:
        assert STEM not in line.lower()
        assert "07700" not in line
        assert [w for w in words if w in line] == []


def test_what_the_command_to_erase_says(week, target, tmp_path, monkeypatch):
    import shutil

    from attack_weeks import KEY, listening
    from typer.testing import CliRunner

    from assetmap.cli import app

    shutil.copytree(week.settings.raw, tmp_path / "raw")
    monkeypatch.setenv("ASSETMAP_KEY", KEY)
    person = next(p for p in week.town.people if p.number == target)
    raw = str(tmp_path / "raw")
    with listening() as lines:
        result = CliRunner().invoke(app, ["survey", "erase", person.receipt, "--raw", raw])
    assert result.exit_code == 0
    assert "1 added" in result.output
    kept = (tmp_path / "raw/survey/erasures/erasures.csv").read_text()
    for said in (result.output, kept, *lines):
        assert person.receipt not in said
        assert person.uid not in said


def test_only_the_owner_can_read_what_is_restricted(week):
    kept = [week.settings.processed, week.settings.releases]
    kept += [path for folder in kept for path in folder.rglob("*")]
    assert len(kept) > 10
    for path in kept:
        if path.name == ".lock":
            assert path.stat().st_size == 0
            continue
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path.name


def test_lists_of_held_rows_hold_no_values(week):
    """Row numbers and reasons only."""
    for path in (week.settings.lists / "held.csv", week.settings.processed / "quarantine.csv"):
        text = path.read_text(encoding="utf-8").lower()
        assert STEM not in text
        assert not [p for p in week.town.people if p.receipt.lower() in text]


def test_flows_and_tasks_take_and_give_paths_and_counts_only():
    """Prefect shows parameters and results of every run: they are strings of paths and ids."""
    found = 0
    for path in sorted((ROOT / "flows").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_run = isinstance(node, ast.FunctionDef) and any(
                "task" in ast.unparse(d) or "flow" in ast.unparse(d) for d in node.decorator_list
            )
            if not is_run:
                continue
            found += 1
            taken = {arg.arg: ast.unparse(arg.annotation) for arg in node.args.args}
            assert set(taken) <= {"raw", "out", "dataset_id"}, node.name
            assert set(taken.values()) <= {"str"}, node.name
            given = ast.unparse(node.returns)
            assert given in {"None", "str", "int", "dict[str, int]"}, node.name
            assert node.name != "load_survey" or given == "None"
    assert found >= 8
