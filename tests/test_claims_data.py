"""The shipped claims: they load, hold every figure that was asked for, and no foreign sentence."""

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from assetmap.claims.findings import BY_HAND, find_all
from assetmap.claims.headline import headlines
from assetmap.claims.ledger import Ledger
from assetmap.claims.registry import read_registry
from assetmap.claims.screen import claim_faults
from assetmap.indicators import expand, find_indicators
from assetmap.registers.claim_lists import CLAIM_LISTS
from assetmap.registers.read import claim_places, read_lists
from assetmap.settings import read_settings

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
CLAIMS = RAW / "claims"
SHARED = Path(__file__).parents[2] / "shared"
TEXTS = {
    "journal-1": SHARED / "seeds/002_bcff38b2ecf86707.txt",
    "journal-2": SHARED / "seeds/000_d48e716840339a84.txt",
}
REGISTER = SHARED / "data/development/brownfield-land_local-authority-eng-bir.csv"
CENSUS = SHARED / "data/census2011/nomis_query_OA_E08000025/KS301_Health.csv"

NOT_AS_WRITTEN = {
    "j2-1-budget-eur": "decoded by hand from damaged text",
    "j1-43-recruited": "reckoned from the share and the plan",
    "j1-33-voucher-cap": "the mark of a footnote runs into it",
}
"""Claims whose figure does not stand in their section as it is written here."""

DERIVED = {
    "dwellings_per_hectare": (50, 0),
    "jobs_per_home": (0.33, 2),
    "spring_hill_share_of_homes": (16.7, 1),
    "jsa_long_term_share": (26.3, 1),
    "supported_share_of_database": (20, 0),
    "diagnostics_share": (40, 0),
    "budget_per_resident": (38.47, 2),
    "pay_per_questionnaire": (2, 0),
    "trip_cost_per_hire": (6333, 0),
    "gp_plan_cost_per_hire": (33_333, 0),
}
"""Figures worked out by hand from the documents, and to how many places."""


def needs(*paths):
    absent = [str(path) for path in paths if not path.exists()]
    return pytest.mark.skipif(bool(absent), reason=f"NOT CHECKED: {absent} are not here")


@pytest.fixture(scope="module")
def registry():
    return read_registry(RAW)


@pytest.fixture(scope="module")
def study_area():
    return read_settings(RAW, ROOT).study_area.id


@pytest.fixture(scope="module")
def lists(study_area):
    layer = json.loads((RAW / "sites/sites_starter.geojson").read_text("utf-8"))
    sites = frozenset(site["properties"]["site_id"] for site in layer["features"])
    known = {"sites": sites, "study_area": frozenset([study_area])}
    return read_lists(RAW, known).frames


@pytest.fixture(scope="module")
def claims(lists):
    return lists["stg_claim"].set_index("claim_id")


@pytest.fixture(scope="module")
def ledger(lists, registry, study_area):
    return Ledger(
        registry=registry,
        lists=lists,
        figures=pd.DataFrame(columns=["indicator_id", "area_code", "value"]),
        places=claim_places(lists),
        study_area=study_area,
    )


def rows_of(filename):
    with (CLAIMS / filename).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_row_is_refused_and_each_file_has_its_columns_in_order(lists, registry):
    assert claim_faults(lists, registry) == []
    for register in CLAIM_LISTS:
        heading = (RAW / register.path).read_text("utf-8").split("\n", 1)[0]
        assert heading.split(",") == list(register.contract.names)


def test_there_are_at_least_ninety_claims(claims):
    assert len(claims) >= 90


def test_every_entry_of_the_funders_list_is_claimed_or_aimed_at(lists, registry):
    asked = {f"I{number:02}" for number in range(1, 31)}
    assert {entry.ref for entry in registry.values()} - {""} == asked
    stated = {*lists["stg_claim"]["indicator_id"], *lists["stg_target"]["indicator_id"]}
    reported = {registry[name].ref for name in stated}
    assert asked - reported == {"I06"}


@pytest.mark.parametrize(
    ("indicator", "values"),
    [
        ("people_identified", {70, 71, 94}),
        ("researchers_recruited", {11}),
        ("researchers_trained", {11}),
        ("recruitment_events", {2}),
        ("training_modules", {3}),
        ("voucher_amount", {20}),
        ("voucher_block", {10}),
        ("voucher_cap", {100}),
        ("enterprise_database", {100}),
        ("enterprises_supported", {20}),
        ("diagnostics_completed", {8}),
        ("start_ups", {3}),
        ("network_attendance", {50}),
        ("network_participants", {100}),
        ("mentor_meetings", {3}),
        ("start_up_grant", {500}),
        ("challenge_prize", {3000}),
        ("homes_master_plan", {3000}),
        ("jobs_master_plan", {1000}),
        ("development_land", {60}),
        ("spring_hill_homes", {360, 500}),
        ("hospital_value", {350_000_000}),
        ("ad_hoc_groups", {3}),
        ("followers_twitter", {250}),
        ("followers_facebook", {350}),
        ("followers_instagram", {100}),
        ("project_board_meetings", {12}),
        ("steering_meetings", {2}),
        ("population_study_area", {81_361}),
        ("no_qualifications", {40}),
        ("migrants", {62}),
        ("pupils_below_standard", {54}),
        ("jsa_claimants", {9000}),
        ("jsa_long_term", {2370}),
        ("programme_budget", {3_130_000, 3_540_000, 3_560_000}),
        ("first_inquiries", {10}),
        ("onward_contacts", {20}),
        ("trust_staff", {7000}),
        ("trust_job_roles", {400}),
        ("public_cuts", {1_000_000_000}),
        ("erdf_budget", {372_000_000}),
        ("innovative_actions", {17}),
        ("round_up_emails", {52}),
        ("board_meetings_on_subjects", {50}),
        ("partner_publication_issues", {52}),
    ],
)
def test_figures_are_those_of_the_documents(claims, indicator, values):
    assert set(claims.loc[claims["indicator_id"] == indicator, "value"]) == values


@pytest.mark.parametrize(
    ("indicator", "places"),
    [
        ("programme_budget", {"journal-1 1", "journal-1 2.2", "journal-2 1"}),
        ("people_identified", {"journal-1 1", "journal-1 3.4"}),
        ("deprivation_rank", {"journal-1 1", "journal-1 2.1"}),
        ("start_ups", {"journal-1 1", "journal-1 3.2", "journal-1 4.4"}),
        ("no_qualifications", {"journal-1 2.1", "journal-1 2.2"}),
        ("innovative_actions", {"journal-1 1", "journal-1 2.2"}),
        ("project_board_meetings", {"journal-1 3.1", "journal-2 2.1"}),
        ("steering_meetings", {"journal-1 3.1", "journal-2 2.1"}),
        ("round_up_emails", {"journal-1 3.1", "journal-2 2.1"}),
    ],
)
def test_a_figure_is_a_claim_at_each_place_where_it_stands(claims, indicator, places):
    own = claims[claims["indicator_id"] == indicator]
    assert set(own["document"] + " " + own["section"]) == places


def test_derived_figures_follow_from_the_claims(ledger, registry):
    assert {name for name, entry in registry.items() if entry.ratio} == set(DERIVED)
    tops = headlines(ledger).set_index("indicator_id")["high"]
    found = {name: round(tops[name], digits) for name, (_, digits) in DERIVED.items()}
    assert found == {name: figure for name, (figure, _) in DERIVED.items()}


def test_the_two_journals_imply_two_rates(claims):
    value = claims["value"]
    rates = [value[f"{j}-1-budget-eur"] / value[f"{j}-1-budget-gbp"] for j in ("j1", "j2")]
    assert [round(rate, 3) for rate in rates] == [1.131, 1.137]


def test_identified_people_are_a_range_well_above_the_target(ledger):
    top = headlines(ledger).set_index("indicator_id").loc["people_identified"]
    targets = ledger.lists["stg_target"].set_index("indicator_id")
    (target,) = targets.loc[["people_identified"], "value"]
    assert (top["low"], top["high"]) == (71, 94)
    assert [round(100 * end / target) for end in (top["low"], top["high"])] == [118, 157]


@pytest.mark.parametrize(
    ("claim", "fields"),
    [
        ("j1-22-population", {"written": "81.361", "notation": "dot_thousands"}),
        ("j1-32-challenge-prize", {"written": "£3.000", "notation": "dot_thousands"}),
        ("j1-1-budget-eur", {"written": "€3,54m", "notation": "dot_thousands"}),
        ("j2-1-budget-eur", {"written": "3,56 Mio. €", "status": "resolved"}),
        ("j1-1-budget-gbp", {"written": "£3.13m", "notation": "comma_thousands"}),
        ("j1-21-ladywood-share", {"area_type": "unclear", "base_area_code": "E08000025"}),
        ("j1-21-jsa-claimants", {"area_type": "constituency", "cited_source_date": "2012-01-26"}),
        ("j1-1-start-ups", {"period_start": "unknown", "role": "actual"}),
        ("census-2011-birmingham", {"area_vintage": "2011", "as_of": "2011-03-27"}),
    ],
)
def test_traps_are_kept_as_they_were_read(claims, claim, fields):
    assert {name: claims.loc[claim, name] for name in fields} == fields


def test_a_claim_has_the_kind_of_its_area(lists):
    kinds = lists["stg_claim_area"].set_index("area_code")["area_type"]
    own = lists["stg_claim"][lists["stg_claim"]["area_code"].isin(kinds.index)]
    assert len(own) > 60
    assert list(own["area_type"]) == list(own["area_code"].map(kinds))


def test_each_indicator_has_one_target_at_most(lists):
    assert lists["stg_target"]["indicator_id"].is_unique


def test_every_contradiction_has_a_row_and_its_rule_finds_it(ledger):
    rows = ledger.lists["stg_contradiction"]
    assert {f"k{number:02}" for number in range(1, 17)} <= set(rows["contradiction_id"])
    found = set(find_all(ledger)["finding_id"])
    silent = [
        row.contradiction_id
        for row in rows.itertuples()
        if row.rule != BY_HAND and f"{row.rule}-{row.contradiction_id}" in found
    ]
    # Every spelling has been confirmed, so that rule has nothing left to find.
    assert silent == ["k12"]


def test_what_is_decided_says_when_and_what_is_open_says_so():
    for row in rows_of("contradictions.csv"):
        is_open = row["state"] == "open"
        assert row["resolution"].startswith("Open: ") == is_open, row["contradiction_id"]
        assert bool(row["decided_on"]) != is_open, row["contradiction_id"]


def test_claims_are_measured_by_figures_that_are_computed_in_their_unit(registry):
    members = {m.id: m for m in expand(find_indicators(), (400,))}
    measured = [(entry, m) for entry in registry.values() for m in entry.measures]
    assert len(measured) >= 10
    for entry, measure in measured:
        assert members[measure.figure].text("unit").casefold() == entry.unit
        assert len(measure.reason) > 20


def test_lists_of_the_programme_name_indicators_of_the_registry(lists, registry):
    for table in ("stg_body", "stg_channel", "stg_outcome"):
        named = set(lists[table]["indicator_id"].dropna())
        assert named
        assert named <= set(registry)


def test_sections_say_what_is_damaged_and_what_is_missing(lists):
    own = lists["stg_section"].query("document == 'journal-2'")
    states = own.groupby("state")["section"].apply(set).to_dict()
    assert states == {"damaged": {"1", "2.1", "2.2"}, "absent": {"2.3", "2.4", "2.5", "3"}}
    claims = lists["stg_claim"].query("document == 'journal-2'")
    assert not states["absent"] & set(claims["section"])


def plain(text):
    return " ".join(text.split())


def runs_of_words(text, length=8):
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


@needs(*TEXTS.values())
def test_no_sentence_of_the_journals_is_carried_over():
    theirs = set().union(*(runs_of_words(path.read_text("utf-8")) for path in TEXTS.values()))
    cells = [
        cell
        for register in CLAIM_LISTS
        for row in rows_of(register.filename)
        for column, cell in row.items()
        if column != "url"
    ]
    notes = [(CLAIMS / name).read_text("utf-8") for name in ("README.md", "indicators.toml")]
    ours = set().union(*map(runs_of_words, cells + notes))
    assert len(ours) > 1000
    assert ours & theirs == set()


def sections_of(text):
    """Return the text of each numbered section of a journal, spaces evened out."""
    heads = list(re.finditer(r"^ ?([1-5](?:\.[1-5])?) [A-Z]", text, re.MULTILINE))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {
        head[1]: " ".join(text[head.start() : end].split())
        for head, end in zip(heads, ends, strict=True)
    }


def stands_in(written, text):
    return re.search(rf"(?<![\d.,]){re.escape(written)}(?![.,]?\d)", text) is not None


@needs(*TEXTS.values())
def test_each_figure_stands_in_its_section(claims):
    texts = {name: sections_of(path.read_text("utf-8")) for name, path in TEXTS.items()}
    own = claims[claims["document"].isin(texts)]
    assert len(own) > 80
    astray = {
        claim.Index
        for claim in own.itertuples()
        for number in [claim.section.replace("back page", "5").split()[0]]
        if not stands_in(claim.written, texts[claim.document][number])
    }
    assert astray == set(NOT_AS_WRITTEN)
    assert set(own.loc[list(astray), "status"]) == {"resolved"}


@needs(REGISTER)
def test_figures_of_the_registers_stand_in_their_rows(lists):
    with REGISTER.open(encoding="utf-8", newline="") as file:
        rows = {(row["resource-date"], row["site"]): row for row in csv.DictReader(file)}
    published = lists["stg_document"].set_index("document")["published"]
    columns = {"homes": "minimum-net-dwellings", "ha": "hectares"}
    claims = lists["stg_claim"]
    own = claims[claims["document"].str.startswith("brownfield")]
    assert len(own) == 6
    for claim in own.itertuples():
        assert claim.as_of == published[claim.document]
        row = rows[claim.as_of, claim.section]
        assert row[columns[claim.unit]] == claim.written, claim.claim_id


@needs(REGISTER)
def test_sections_of_the_registers_are_their_entries(lists):
    with REGISTER.open(encoding="utf-8", newline="") as file:
        entries = {(row["resource-date"], row["site"]) for row in csv.DictReader(file)}
    published = lists["stg_document"].set_index("document")["published"]
    own = lists["stg_section"][lists["stg_section"]["document"].str.startswith("brownfield")]
    assert len(own) > 3
    assert set(zip(own["document"].map(published), own["section"], strict=True)) <= entries


@needs(CENSUS)
def test_the_residents_of_the_city_are_those_of_its_output_areas(claims):
    with CENSUS.open(encoding="utf-8", newline="") as file:
        counts = [int(row[2]) for row in csv.reader(file) if row and row[0].startswith("E00")]
    assert sum(counts) == claims.loc["census-2011-birmingham", "value"]
