"""The switch test: with one rule off, an attack that fails on the town succeeds.

Each line of ``SWITCHES`` names a rule and a way to do without it; the function makes what would
be published then, and returns what an attack of this folder finds out from it.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import replace

import attack_list as attacks
import pandas as pd
import pytest
from attack_search import search
from attack_town import LADYWOOD, SMETHWICK, SOHO, make_town, write_raw
from attack_weeks import copy_week, count_week, gate, key, listening, read_settings
from test_attack_places import coordinates, homes_of, public_points
from test_attack_pseudonyms import KEYS
from test_attack_words import codes_of, tables_of

from assetmap.disclosure import cells, people, people_tables
from assetmap.disclosure import gate as door
from assetmap.errors import DisclosureError, KeyFileError
from assetmap.pipeline import run_publish
from assetmap.settings import PeopleTable
from assetmap.survey import load, pseudonyms, restricted, staging, withdrawal
from assetmap.warehouse import append, create_empty, fetch_table, open_warehouse, read_public

THEMES = {"childcare": "care", "elder_care": "care", "cooking": "food", "cleaning": "cleaning"}


# ---------------------------------------------------------------------------------------------
# Counts: P1 to P7


def count_answers_for_people(week, folder, patch):
    """P1 off: a row of a list of skills is counted as a person."""
    read = people_tables._read_people

    def by_answer(source, *rest):
        found = read(source, *rest)
        said = fetch_table(source, "stg_survey_choice")
        said = said[(said["question"] == "skills") & said["choice"].isin(list(THEMES))]
        said = said[said["respondent"].isin(found.persons["person_id"])]
        rows = said.assign(
            population="respondent",
            attribute="skill_theme",
            category=said["choice"].map(THEMES),
            person_id=said["respondent"] + "-" + said["choice"],
        )
        own = found.persons.merge(
            rows[["respondent", "person_id"]],
            left_on="person_id",
            right_on="respondent",
            suffixes=("_of", ""),
        )
        others = found.attributes[found.attributes["attribute"] != "skill_theme"]
        others = others.merge(
            rows[["respondent", "person_id"]],
            left_on="person_id",
            right_on="respondent",
            suffixes=("_of", ""),
        )
        keep = found.attributes["population"] != "respondent"
        columns = list(found.attributes.columns)
        return replace(
            found,
            persons=pd.concat(
                [
                    own[list(found.persons.columns)],
                    found.persons[found.persons["population"] != "respondent"],
                ],
                ignore_index=True,
            ),
            attributes=pd.concat(
                [rows[columns], others[columns], found.attributes[keep]], ignore_index=True
            ),
        )

    patch.setattr(people_tables, "_read_people", by_answer)
    return attacks.read_small_counts(gate(week, folder))


def show_small_counts(week, folder, _patch):
    """P2, threshold off: counts of 6 are shown, the least that the audit itself lets through."""
    weak = {"threshold": 6, "sensitive_threshold": 6}
    return attacks.read_small_counts(gate(week, folder, rules=weak))


def show_exact_counts(week, folder, _patch):
    """P2, rounding off."""
    return attacks.read_exact_counts(gate(week, folder, rules={"rounding_base": 1}))


def show_two_marks(week, folder, patch):
    """P2, one mark off: what is withheld for its group is marked otherwise than what is small."""
    make = people_tables._people_rows

    def told(release, *rest):
        return make(release, *rest).assign(status=release.cells["status"].to_numpy())

    patch.setattr(people_tables, "_people_rows", told)
    return attacks.tell_marks_apart(gate(week, folder))


def show_percent_of_few(week, folder, _patch):
    """P3, least denominator off."""
    return attacks.read_percent_of_few(gate(week, folder, rules={"least_denominator": 1}))


def show_percent_of_true_counts(week, folder, patch):
    """P3 off: percentages are worked out from true counts."""
    make, share = people._make_rows, 6

    def exactly(table, *rest):
        rows = make(table, *rest)
        for row in rows:
            if row[share] is not None:
                answers = tuple(sorted(zip(table.attributes, row[3].split("/"), strict=True)))
                row[share] = round(100 * week.town.count(row[1], answers) / week.town.count(row[1]))
        return rows

    patch.setattr(people, "_make_rows", exactly)
    return attacks.undo_rounding_by_percent(gate(week, folder))


def country_by_ward():
    return PeopleTable(
        id="country_ward",
        title="Country by ward",
        attributes=("country_group",),
        geographies=("study_area", "ward"),
    )


def show_sensitive_by_ward(week, folder, patch):
    """P4 off: a sensitive answer is counted by ward."""
    with pytest.raises(DisclosureError, match="sensitive"):
        gate(week, folder, tables=(country_by_ward(),))
    patch.setattr(cells, "_find_faults", lambda *_: ())
    return attacks.read_sensitive_by_ward(gate(week, folder, tables=(country_by_ward(),)))


def show_uniform_groups(week, folder, _patch):
    """P5 off: a group in which nearly all give one sensitive answer is shown."""
    weak = {"largest_share": 1.0, "least_categories": 1}
    return attacks.read_uniform_groups(gate(week, folder, rules=weak))


def count_by_small_area(week, folder, patch):
    """P7 off: people are counted where they live, not by ward."""
    read, areas = people_tables._read_people, ["E01008909", "E01008880", "E01009199"]

    def nearer(source, *rest):
        found = read(source, *rest)
        ward = dict(zip((LADYWOOD, SOHO, SMETHWICK), areas, strict=True))
        return replace(
            found, persons=found.persons.assign(wd17cd=found.persons["wd17cd"].map(ward))
        )

    patch.setattr(people_tables, "_read_people", nearer)
    return attacks.read_below_wards(gate(week, folder, wards=tuple(areas)))


# ---------------------------------------------------------------------------------------------
# Subtraction


def skip_the_audit(week, folder, patch):
    """P9 off: nothing more is withheld than what is small by itself."""
    patch.setattr(people, "protect", lambda *_: set())
    return attacks.subtract_cells(gate(week, folder))


SWITCHES = [
    ("P1 people, not answers", count_answers_for_people),
    ("P2 threshold", show_small_counts),
    ("P2 rounding", show_exact_counts),
    ("P2 one mark", show_two_marks),
    ("P3 denominator", show_percent_of_few),
    ("P3 percentages of rounded counts", show_percent_of_true_counts),
    ("P4 sensitive answers", show_sensitive_by_ward),
    ("P5 uniform groups", show_uniform_groups),
    ("P7 wards only", count_by_small_area),
    ("P9 audit", skip_the_audit),
]


@pytest.mark.parametrize(("rule", "switch"), SWITCHES, ids=[rule for rule, _ in SWITCHES])
def test_without_the_rule_an_attack_succeeds(rule, switch, week, tmp_path, monkeypatch):
    assert switch(week, tmp_path / "seen", monkeypatch), f"{rule}: nothing was found"


def test_the_gate_with_every_rule_on_gives_what_is_published(week, tmp_path):
    """Not an attack: what the switches start from is the published release itself."""
    assert attacks.see_movement(week, gate(week, tmp_path / "seen")) == []


def test_without_the_last_release_the_erased_is_found(week, erased, target, tmp_path):
    """P9, previous release ignored."""
    alone = gate(erased, tmp_path / "seen")
    own = attacks.own_cells(week, target)
    assert attacks.find_the_erased(week, alone, own) != []


def test_without_the_least_change_the_erased_is_found(week, erased, target, tmp_path):
    """P9, least change 0: what the audit must withhold is what that person answered."""
    last = week.settings.last_release
    moved = gate(erased, tmp_path / "seen", last=last, rules={"least_change": 0})
    assert attacks.watch_figures_vanish(week, moved, target) != []


# ---------------------------------------------------------------------------------------------
# The map and the door: P10, P11


def test_without_the_rule_on_points_a_resident_is_on_the_map(week, built, tmp_path):
    """P10 off: residents stand among the places, each moved by up to 60 m."""
    import numpy as np
    import shapely
    from scipy.spatial import cKDTree
    from test_attack_places import in_degrees

    from assetmap.disclosure.leaks import find_points
    from assetmap.publish.site import write_site

    draw, tables = random.Random(1), read_public(week.settings.public)  # noqa: S311 - a jitter
    homes = homes_of(week)[:5]
    jittered = homes + [[draw.uniform(-42, 42), draw.uniform(-42, 42)] for _ in homes]
    places = tables["pub_asset"]
    more = pd.concat([places.head(1)] * len(homes), ignore_index=True)
    more = more.assign(
        asset_id=[f"skill-{n}" for n in range(len(homes))],
        easting_m=jittered[:, 0],
        northing_m=jittered[:, 1],
        geom_27700=[shapely.to_wkb(shapely.Point(p)) for p in jittered],
    )
    drawn = pd.concat([places, more], ignore_index=True)
    write_site(tables | {"pub_asset": drawn}, tmp_path / "site")
    public = public_points(built)
    found = find_points(
        tmp_path / "site",
        in_degrees(homes_of(week)),
        in_degrees(public[0]),
        outlines=in_degrees(public[1]),
    )
    near, allowed = cKDTree(homes_of(week)), cKDTree(np.concatenate(public))
    own = coordinates(tmp_path / "site")["data/assets.parquet"]
    assert {leak.file for leak in found} >= {"data/assets.gpkg", "data/assets.parquet"}
    assert ((near.query(own)[0] < 100) & (allowed.query(own)[0] > 2)).sum() == len(homes)


def leaking_warehouse(week, folder):
    """Return a copy of the warehouse in which a public table is made from free answers."""
    folder.mkdir()
    path = folder / "assetmap.duckdb"
    shutil.copy(week.settings.warehouse, path)
    types = {"caveat": "VARCHAR", "meaning": "VARCHAR"}
    with open_warehouse(path) as con:
        said = fetch_table(con, "stg_survey_text").head(20)
        rows = pd.DataFrame({"caveat": [f"c{n}" for n in range(20)], "meaning": said["text"]})
        create_empty(con, "mart_caveat", types)
        append(con, "mart_caveat", rows, types)
        line = pd.DataFrame({"table_name": ["mart_caveat"], "reads": ["stg_survey_text"]})
        append(con, "run_lineage", line, {"table_name": "VARCHAR", "reads": "VARCHAR"})
    return path


def test_without_the_lineage_a_free_answer_passes_the_gate(week, tmp_path, monkeypatch):
    """P11 off."""
    path = leaking_warehouse(week, tmp_path / "w")
    public = tmp_path / "w/public.duckdb"
    with pytest.raises(DisclosureError, match="stg_survey_text"):
        door.pass_gate(path, public)
    assert not public.exists()
    monkeypatch.setattr(door, "_require_open", lambda *_: None)
    door.pass_gate(path, public)
    assert any("07700 900" in text for _, text in tables_of(public))


# ---------------------------------------------------------------------------------------------
# Pseudonyms, consent, erasure, modes, the leak scan: P12 to P16


def few(folder):
    """Return the files of forty people, all fates among them."""
    town = make_town()
    kept = [*town.people[:20], *(p for p in town.people if p.fate != "counted")][:60]
    raw = write_raw(replace(town, people=tuple(kept)), folder / "raw")
    return raw, replace(town, people=tuple(kept))


def staged(raw):
    """Read and stage the survey of a folder."""
    from test_attack_messages import NOWHERE

    with key():
        return load.read_answers(raw, NOWHERE)


def test_with_a_plain_hash_everybody_is_found(tmp_path, monkeypatch):
    """P12, key off: SHA-256 of the number."""
    import hashlib

    raw, town = few(tmp_path)
    assert attacks.guess_pseudonyms(set(staged(raw).people["respondent"]), town, KEYS) == []
    monkeypatch.setattr(
        withdrawal,
        "pseudonym",
        lambda _key, number: f"p_{hashlib.sha256(number.encode()).hexdigest()[:32]}",
    )
    found = attacks.guess_pseudonyms(set(staged(raw).people["respondent"]), town, KEYS)
    assert len(set(found)) == len(staged(raw).people)


def test_with_a_short_key_everybody_is_found(tmp_path, monkeypatch):
    """P12, length of the key off: two bytes are tried out in no time."""
    raw, town = few(tmp_path)
    monkeypatch.setenv("ASSETMAP_KEY", "05ab")
    with pytest.raises(KeyFileError):
        pseudonyms.read_key(raw, {"ASSETMAP_KEY": "05ab"})
    monkeypatch.setattr(pseudonyms, "_parse", lambda text, _where: bytes.fromhex(text))
    made = pseudonyms.pseudonym(
        pseudonyms.read_key(raw, {"ASSETMAP_KEY": "05ab"}), town.people[0].receipt
    )
    one = replace(town, people=town.people[:1])
    keys = [number.to_bytes(2) for number in range(0x0500, 0x0600)]
    assert attacks.guess_pseudonyms({made}, one, keys)


def kept_of(answers, town, fates):
    """Return who of some fates is among the answers, by what they wrote."""
    texts = " ".join(answers.texts["text"])
    return [p.number for p in town.people if p.fate in fates and p.secrets["phone"] in texts]


@pytest.mark.parametrize("fate", ["no_consent", "under_18"])
def test_without_the_rule_on_consent_refusals_are_kept(fate, tmp_path, monkeypatch):
    """P13 off."""
    raw, town = few(tmp_path)
    assert kept_of(staged(raw), town, {fate}) == []
    monkeypatch.setattr(
        staging, "_held", lambda rows, *_: pd.Series("", index=rows.index, dtype=object)
    )
    bands = staging.age_band
    monkeypatch.setattr(staging, "age_band", lambda t: bands(t).replace("under_18", "18_24"))
    assert len(kept_of(staged(raw), town, {fate})) >= 4


def test_without_the_rule_on_erasure_the_erased_is_kept(
    week, erased, target, monkeypatch, tmp_path
):
    """P14 off: the list is not read."""
    raw = tmp_path / "raw"
    shutil.copytree(erased.settings.raw, raw)
    person = next(p for p in week.town.people if p.number == target)
    assert person.secrets["phone"] not in " ".join(staged(raw).texts["text"])
    monkeypatch.setattr(load, "read_erasures", lambda _raw: frozenset())
    assert person.secrets["phone"] in " ".join(staged(raw).texts["text"])


def open_files(folder):
    """Return what another user of the machine can read or look into."""
    return [p.name for p in [folder, *folder.rglob("*")] if p.stat().st_mode & 0o077]


def test_without_private_modes_others_can_read_the_lists(week, tmp_path, monkeypatch):
    """P16, modes off."""
    assert open_files(week.settings.lists) == []
    monkeypatch.setattr(restricted, "FILE_MODE", 0o644)
    monkeypatch.setattr(restricted, "FOLDER_MODE", 0o755)
    count_week(week, week.town, tmp_path / "w")
    assert len(open_files(tmp_path / "w/lists")) > 5


def test_a_log_of_values_would_be_heard(tmp_path, monkeypatch):
    """P16, silence off: a step that logs what it reads."""
    raw, _ = few(tmp_path)
    with listening() as lines:
        staged(raw)
    assert not [line for line in lines if "07700" in line]
    stage = load.stage

    def loud(export, *rest):
        load._LOG.debug("read %s", export.responses["notes"].tolist())
        return stage(export, *rest)

    monkeypatch.setattr(load, "stage", loud)
    with listening() as lines:
        staged(raw)
    assert [line for line in lines if "07700" in line]


def test_without_the_leak_scan_a_free_answer_is_published(week, tmp_path, monkeypatch):
    """The wall behind the gate off: a page that quotes an answer goes out."""
    from assetmap import people_release
    from assetmap.publish import site

    after = copy_week(week, tmp_path / "w")
    before = (after.maps / "index.html").read_bytes()

    def quoting(_tables, target):
        person = after.town.people[2]
        page = f"<p>One resident said: {person.canary('idea').replace(' ', '&#32;')}</p>"
        (target / "index.html").write_text(page, encoding="utf-8")

    monkeypatch.setattr(site, "write_site", quoting)
    with key():
        with pytest.raises(DisclosureError, match="a free answer"):
            run_publish(read_settings(after.settings.raw, after.settings.out))
        assert (after.maps / "index.html").read_bytes() == before
        monkeypatch.setattr(people_release, "scan", lambda *_: None)
        run_publish(read_settings(after.settings.raw, after.settings.out))
    assert search(after.maps, codes_of(after.town)) != []
