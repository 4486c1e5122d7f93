"""What the rules find in the lists that ship: every contradiction and trap of the journals."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from assetmap.claims.findings import BY_HAND, RULES, find_all
from assetmap.claims.headline import headlines
from assetmap.claims.ledger import Ledger
from assetmap.claims.registry import read_registry
from assetmap.claims.screen import claim_faults
from assetmap.disclosure.claims import FINDING_RULES, FINDING_STATES, PUB_FINDING
from assetmap.registers.read import claim_places, read_lists

RAW = Path(__file__).parents[1] / "data" / "raw"
STUDY_AREA = "greater_icknield"


@pytest.fixture(scope="module")
def shipped():
    layer = json.loads((RAW / "sites" / "sites_starter.geojson").read_text(encoding="utf-8"))
    sites = frozenset(feature["properties"]["site_id"] for feature in layer["features"])
    known = {"sites": sites, "study_area": frozenset({STUDY_AREA})}
    frames = read_lists(RAW, known).frames
    return Ledger(
        registry=read_registry(RAW),
        lists=frames,
        figures=pd.DataFrame(columns=["indicator_id", "area_code", "value"]),
        places=claim_places(frames) | {STUDY_AREA: "Greater Icknield"},
        study_area=STUDY_AREA,
    )


@pytest.fixture(scope="module")
def findings(shipped):
    return find_all(shipped).set_index("finding_id")


@pytest.fixture(scope="module")
def find(findings):
    """Return the one finding of a rule whose message holds every word asked for."""

    def one(rule, *words):
        own = findings[findings["rule"] == rule]
        held = own[[all(word in message for word in words) for message in own["message"]]]
        assert len(held) == 1, list(own["message"])
        return held.iloc[0]

    return one


def test_the_lists_that_ship_are_sound(shipped):
    assert [str(fault) for fault in claim_faults(shipped.lists, shipped.registry)] == []


def test_a_population_with_a_dot_is_refused_until_somebody_says_what_it_means(shipped):
    claims = shipped.lists["stg_claim"]
    is_dotted = claims["written"] == "81.361"
    assert list(claims.loc[is_dotted, "value"]) == [81_361]
    unread = claims.assign(notation=claims["notation"].mask(is_dotted, None))
    faults = claim_faults({**shipped.lists, "stg_claim": unread}, shipped.registry)
    assert len(faults) == 1
    assert f"row {claims.index[is_dotted][0]}: " in str(faults[0])
    assert "'81.361' could be read in two ways" in str(faults[0])


def test_no_headline_stands_without_a_claim(shipped):
    tops = headlines(shipped)
    assert list(tops["indicator_id"]) == list(shipped.registry)
    assert tops["claims"].notna().equals(tops["low"].notna())
    named = tops["claims"].dropna().str.split(";").explode()
    assert set(named) <= set(shipped.claims["claim_id"])


def test_the_rules_find_this_and_raise_no_other_alarm(findings):
    by_rule = {name for name, row in findings.iterrows() if row["rule"] != "by_hand"}
    assert by_rule == {
        "absent_section-journal-2",
        "alias_to_confirm-k12",
        "claims_differ-people_identified-j1-34-people-identified-list",
        "claims_differ-programme_budget-j1-1-budget-eur",
        "claims_differ-spring_hill_homes-b20-n1061-homes",
        "count_against_list-partners_private_sector",
        "damaged_section-journal-2",
        "dates_differ-learning-works-drop-in",
        "implied_base-j1-21-jsa-share-j1-21-jsa-claimants",
        "implied_count-j1-21-ladywood-share",
        "implied_rate-programme_budget",
        "mark_has_two_meanings-journal-1-comma",
        "mark_has_two_meanings-journal-1-dot",
        "one_name_many_areas-journal-1-ladywood",
        "period_unknown-journal-1",
        "period_unknown-journal-2",
        "stale_source-journal-1-2012-01-26",
        "taxonomies_differ-sectors",
    }


def test_findings_are_what_the_published_table_promises(findings):
    table = findings.reset_index()
    assert list(table.columns) == list(PUB_FINDING.names)
    assert table["finding_id"].is_unique
    assert set(table["state"]) <= set(FINDING_STATES)
    assert set(table["rule"]) <= {*RULES, "by_hand"}
    assert table[["rule", "title", "message"]].notna().all(axis=None)


def test_findings_name_claims_and_indicators_that_are_there(shipped, findings):
    named = findings["claims"].dropna().str.split(";").explode()
    assert set(named) <= set(shipped.lists["stg_claim"]["claim_id"])
    assert set(findings["indicator_id"].dropna()) <= set(shipped.registry)


def test_every_contradiction_is_among_the_findings(shipped, findings):
    for row in shipped.lists["stg_contradiction"].itertuples():
        own = findings[findings["rule"] == row.rule]
        assert any(row.what.rstrip(".") in message for message in own["message"]), row.Index
        assert any(row.resolution.rstrip(".") in text for text in own["resolution"].dropna())


def test_nothing_is_resolved_but_by_a_row_that_says_so(shipped, findings):
    rows = shipped.lists["stg_contradiction"]
    resolved = findings[findings["state"] == "resolved"]
    decided = rows.loc[rows["state"] == "resolved", "rule"]
    assert set(resolved["rule"]) <= set(decided)
    assert resolved["resolution"].notna().all()


def test_k1_people_identified_are_71_and_94_and_stand_as_a_range(shipped, find):
    finding = find("claims_differ", "71 (", "94 (")
    assert finding["indicator_id"] == "people_identified"
    top = headlines(shipped).set_index("indicator_id").loc["people_identified"]
    assert (top["low"], top["high"]) == (71, 94)


def test_k2_nobody_knows_from_what_date_the_nine_months_run(shipped, find):
    finding = find("period_unknown", "94")
    claims = shipped.claims.set_index("claim_id").loc[finding["claims"].split(";")]
    assert {"people_identified", "start_ups"} <= set(claims["indicator_id"])
    assert set(claims.loc[claims["role"] == "actual", "period_start"]) == {"unknown"}


def test_k3_the_budget_has_two_figures_in_euros_and_two_rates(find):
    figures = find("claims_differ", "€3,54m", "3,56 Mio. €")
    assert figures["indicator_id"] == "programme_budget"
    find("implied_rate", "1.131 euros to the pound", "1.137 euros to the pound", "£3.13m")


def test_k4_three_lists_of_sectors_differ(find):
    find("taxonomies_differ", "3 lists of sectors share construction, health, tourism")


def test_k5_seven_private_partners_are_stated_and_six_listed(find):
    finding = find("count_against_list", "7 (", "the list names 6")
    assert finding["indicator_id"] == "partners_private_sector"


def test_k6_the_drop_in_has_two_dates_whose_weekdays_are_right(find, findings):
    find("dates_differ", "2017-05-30, Tuesday", "2017-05-31, Wednesday")
    assert "weekday_differs" not in set(findings["rule"])


def test_k7_forty_per_cent_of_the_city_would_be_five_times_the_area(find):
    find("implied_count", "40%", "1,073,045", "429,218 people, more than the 81,361")


def test_k8_ladywood_is_several_kinds_of_area(find):
    finding = find("one_name_many_areas", "name Ladywood for 2 kinds", "constituency, unclear")
    assert "j1-21-ladywood-share" in finding["claims"]


def test_k9_the_claimants_are_of_2012_and_imply_a_base(find):
    stale = find("stale_source", "2012-01-26", "9,000", "2,370")
    assert len(stale["claims"].split(";")) >= 3
    base = find("implied_base", "over 9,000", "fewer than 45,000 people")
    assert "still to be checked" in base["message"]


def test_k11_a_dot_means_two_things_in_one_document(find):
    find("mark_has_two_meanings", "a dot parts thousands", "81.361", "£3.000", "£3.13m")


def test_k12_every_spelling_in_the_lists_is_confirmed(find):
    find("alias_to_confirm", "finds nothing about it")


@pytest.mark.parametrize("number", ["k10", "k13", "k14"])
def test_k10_k13_k14_are_noted_by_hand(findings, number):
    assert f"by_hand-{number}" in findings.index


def test_k15_claims_that_rest_on_damaged_text_are_named(shipped, find):
    finding = find("damaged_section", "3,56 Mio. €")
    claims = shipped.claims.set_index("claim_id").loc[finding["claims"].split(";")]
    assert set(claims["document"]) == {"journal-2"}


def test_k16_chapters_that_the_journal_promises_are_missing(find):
    find("absent_section", "Second journal", "section 2.4", "section 2.5", "section 3")


def test_every_rule_has_its_place_on_the_page():
    assert set(FINDING_RULES) == {*RULES, BY_HAND}
