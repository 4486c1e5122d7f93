"""Each rule about claims: an example that it finds and a near miss that it leaves alone."""

from __future__ import annotations

import pytest

from assetmap.claims.findings import COLUMNS, RULES, find_all
from claims_by_hand import (
    DOCUMENT,
    claim,
    contradiction,
    event,
    indicator,
    ledger,
    pounds,
    share,
)

PEOPLE = {"people": indicator()}
PART_OF = PEOPLE | {"trained": indicator(title="Trained", of="people")}
SECOND = DOCUMENT | {"document": "later", "document_title": "The later one", "published": "unknown"}


def _found(rule, registry, claims=(), **rows):
    return list(RULES[rule](ledger(registry, claims, **rows)))


def _one(rule, registry, claims=(), **rows):
    found = _found(rule, registry, claims, **rows)
    assert len(found) == 1, found
    return found[0]


# --- claims against claims


def test_two_exact_claims_of_one_thing_differ():
    claims = [
        claim("bullet", 71, section="3.4"),
        claim("text", 94, section="3.4"),
        claim("summary", 70, bound="over", section="1"),
    ]
    finding = _one("claims_differ", PEOPLE, claims)
    assert finding.claims == ("bullet", "text"), "more than 70 fits with either"
    assert finding.indicator_id == "people"
    assert "71 (The paper, section 3.4); 94 (The paper, section 3.4)" in finding.message
    assert "The town" in finding.message


def test_claims_that_are_joined_by_a_third_are_one_finding():
    claims = [claim("a", 1, bound="at_least"), claim("b", 5, bound="exact")]
    claims += [claim("c", 9), claim("d", 20, bound="at_least")]
    assert _one("claims_differ", PEOPLE, claims).claims == ("b", "c", "d")


def test_groups_of_different_areas_are_findings_of_their_own_with_ids_of_their_own():
    claims = [claim(f"{area}{n}", n, area_code=area) for area in ("x", "y") for n in (1, 2)]
    found = _found("claims_differ", PEOPLE, claims)
    assert [finding.claims for finding in found] == [("x1", "x2"), ("y1", "y2")]
    assert len({finding.finding_id for finding in found}) == 2


@pytest.mark.parametrize(
    "other",
    [
        claim("b", 71),
        claim("b", 94, indicator_id="trained"),
        claim("b", 94, area_code="elsewhere"),
        claim("b", 94, as_of="2018-02"),
        claim("b", 94, role="plan"),
        claim("b", 94, bound="average"),
        claim("b", 94, status="withdrawn"),
        claim("b", 70, bound="over"),
        claim("b", 94, unit="homes", written="94 homes"),
        claim("b", 94, period_start="2018", period_end="2019"),
    ],
)
def test_claims_that_can_both_be_true_do_not_differ(other):
    assert _found("claims_differ", PART_OF, [claim("a", 71), other]) == []


@pytest.mark.parametrize(
    "times",
    [
        {"as_of": "unknown"},
        {"as_of": "2017-05"},
        {"period_start": "2017-11", "period_end": "2018"},
        {"period_start": "2015", "period_end": "unknown"},
        {"period_start": "unknown", "period_end": "2018"},
    ],
)
def test_times_that_overlap_or_are_not_known_do_not_tell_claims_apart(times):
    assert _one("claims_differ", PEOPLE, [claim("a", 71), claim("b", 94, **times)])


def test_a_plan_that_reads_otherwise_later_differs():
    plans = [claim("a", 22, role="plan"), claim("b", 30, role="plan", as_of="2018-02")]
    assert _one("claims_differ", PEOPLE, plans).claims == ("a", "b")


def test_shares_that_agree_within_their_rounding_do_not_differ():
    registry = {"people": indicator(unit="percent", kind="rate")}
    assert _found("claims_differ", registry, [share("a", 62), share("b", 61.7)]) == []
    assert _one("claims_differ", registry, [share("a", 62), share("b", 61.4)])


BUDGET = {"budget": indicator(title="Budget", unit="gbp", kind="money")}


def _budget(document, euros):
    return [
        pounds(f"{document}-gbp", 3_130_000, "£3.13m", indicator_id="budget", document=document),
        pounds(
            f"{document}-eur",
            euros * 1e6,
            f"€{euros:.2f}m",
            unit="eur",
            indicator_id="budget",
            document=document,
        ),
    ]


def test_documents_that_imply_different_rates_are_found_with_all_figures():
    claims = _budget("paper", 3.54) + _budget("later", 3.56)
    finding = _one("implied_rate", BUDGET, claims, stg_document=[DOCUMENT, SECOND])
    assert "The paper implies 1.131 euros to the pound" in finding.message
    assert "The later one implies 1.137 euros to the pound" in finding.message
    assert "€3.54m" in finding.message
    assert len(finding.claims) == 4


@pytest.mark.parametrize(
    "claims",
    [
        _budget("paper", 3.54),
        _budget("paper", 3.54) + _budget("later", 3.54),
        _budget("paper", 3.54) + _budget("later", 3.56)[1:],
        [],
    ],
)
def test_one_rate_is_no_finding(claims):
    assert _found("implied_rate", BUDGET, claims) == []


# --- parts, wholes and bases


def test_a_part_above_its_whole_is_found():
    claims = [claim("w", 11), claim("p", 12, indicator_id="trained", section="3.3")]
    finding = _one("count_above_whole", PART_OF, claims)
    assert finding.message == (
        "A part cannot be above its whole: "
        "12 (The paper, section 3.3) of 11 (The paper, section 1)."
    )
    assert finding.claims == ("p", "w")


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (claim("w", 11), claim("p", 11, indicator_id="trained")),
        (claim("w", 11, bound="over"), claim("p", 12, indicator_id="trained")),
        (claim("w", 11, area_code="x"), claim("p", 12, indicator_id="trained")),
        (claim("w", 11, as_of="2016"), claim("p", 12, indicator_id="trained")),
        (claim("w", 11, bound="average"), claim("p", 12, indicator_id="trained")),
        (claim("w", 11, role="plan"), claim("p", 12, indicator_id="trained")),
    ],
)
def test_a_part_that_can_be_within_its_whole_is_left_alone(whole, part):
    assert _found("count_above_whole", PART_OF, [whole, part]) == []


def test_a_share_above_a_hundred_per_cent_is_found_and_growth_is_not():
    rate = indicator(unit="percent", kind="rate")
    registry = {"people": rate, "growth": indicator(unit="percent", kind="count")}
    claims = [share("a", 101), share("b", 100), share("c", 200, indicator_id="growth")]
    assert _one("share_above_one", registry, claims).claims == ("a",)


def test_parts_that_add_up_to_more_than_their_whole_are_found():
    registry = PEOPLE | {name: indicator(of="people") for name in ("north", "south")}
    claims = [claim("w", 20), claim("n", 11, indicator_id="north")]
    over = [*claims, claim("s", 10, indicator_id="south"), claim("t", 30, indicator_id="south")]
    finding = _one("parts_above_whole", registry, over)
    assert finding.claims == ("n", "s", "w"), "each part at its least"
    assert "The parts make 21 together, more than 20" in finding.message
    assert (
        _found("parts_above_whole", registry, [*claims, claim("s", 9, indicator_id="south")]) == []
    )
    assert (
        _found(
            "parts_above_whole", registry, [claim("w", 20), claim("n", 30, indicator_id="north")]
        )
        == []
    )


CITY = {
    "residents": indicator(title="Residents", measures=[{"figure": "residents", "reason": "-"}]),
    "living_there": indicator(title="Living there", unit="percent", kind="rate"),
}


def _living_there(value, **fields):
    own = {"indicator_id": "living_there", "area_code": "place", "base_area_code": "city"}
    return share("s", value, **(own | fields))


def _residents(claim_id, value, area):
    return claim(claim_id, value, indicator_id="residents", area_code=area, written=f"{value:,}")


def test_a_share_that_makes_more_people_than_live_there_is_found():
    """K7, with its figures."""
    claims = [_living_there(40), _residents("c", 1_073_045, "city")]
    claims.append(_residents("t", 81_361, "town") | {"written": "81,361"})
    finding = _one("implied_count", CITY, claims)
    assert "40% (The paper, section 1) of 1,073,045" in finding.message
    assert "429,218 people, more than the 81,361 of The town as a whole" in finding.message
    assert finding.claims == ("c", "s", "t")


def test_people_are_also_counted_by_the_computed_figure():
    claims = [_living_there(40), _residents("c", 1_073_045, "city")]
    finding = _one("implied_count", CITY, claims, figures=[("residents", "town", 88_000.0)])
    assert (
        "more than the 88,000 of The town as a whole (computed from the census)" in finding.message
    )


@pytest.mark.parametrize(
    ("value", "figures"),
    [
        (7, [("residents", "town", 88_000.0)]),
        (40, []),
        (40, [("residents", "town", float("nan"))]),
        (40, [("households", "town", 30_000.0)]),
        (7, [("residents", "town", 50_000.0), ("residents", "place", 80_000.0)]),
    ],
)
def test_a_share_that_fits_or_cannot_be_checked_is_left_alone(value, figures):
    claims = [_living_there(value), _residents("c", 1_073_045, "city")]
    assert _found("implied_count", CITY, claims, figures=figures) == []


def test_a_share_without_a_base_area_is_left_alone():
    claims = [_living_there(40, base_area_code=None), _residents("c", 1_073_045, "city")]
    assert _found("implied_count", CITY, claims, figures=[("residents", "town", 9.0)]) == []


CLAIMANTS = CITY | {
    "claimants": indicator(title="Claimants"),
    "claimants_share": indicator(
        title="Share of claimants", unit="percent", kind="rate", rate_of="claimants"
    ),
}
SHARE = share("r", 20, written="one in five", bound="over", indicator_id="claimants_share")
COUNT = claim("n", 9000, written="9,000", bound="over", indicator_id="claimants")


def test_a_count_and_its_rate_imply_a_base_to_be_checked():
    finding = _one("implied_base", CLAIMANTS, [SHARE, COUNT])
    assert "over 9,000 (The paper, section 1) and over one in five" in finding.message
    assert "has fewer than 45,000 people, if the count is 9,000" in finding.message
    assert "still to be checked" in finding.message
    assert finding.claims == ("n", "r")


def test_a_base_that_is_not_the_known_one_is_found():
    finding = _one("implied_base", CLAIMANTS, [SHARE, COUNT, _residents("t", 81_361, "town")])
    assert "The residents known there are 81,361 (The paper, section 1)." in finding.message


@pytest.mark.parametrize(
    ("rate", "residents"),
    [
        (SHARE, 45_000),
        (SHARE, 30_000),
        (SHARE | {"bound": "exact"}, 45_000),
        (SHARE | {"bound": "exact", "written": "20%"}, 46_000),
        (SHARE | {"area_code": "elsewhere"}, 99_999),
    ],
)
def test_a_base_that_fits_or_is_of_another_area_is_left_alone(rate, residents):
    claims = [rate, COUNT, _residents("t", residents, "town")]
    assert _found("implied_base", CLAIMANTS, claims) == []


def test_of_several_numbers_of_residents_the_greatest_gives_the_doubt_its_benefit():
    claims = [SHARE, COUNT, *(_residents(f"t{n}", n, "town") for n in (40_000, 60_000, 50_000))]
    message = _one("implied_base", CLAIMANTS, claims).message
    assert "The residents known there are 60,000" in message


def test_an_exact_rate_implies_no_smaller_base_either():
    claims = [SHARE | {"bound": "exact"}, COUNT, _residents("t", 30_000, "town")]
    assert "has about 45,000 people" in _one("implied_base", CLAIMANTS, claims).message


def test_a_source_of_another_year_is_stale_once_for_a_document():
    old = {"cited_source_date": "2012-01-26"}
    finding = _one("stale_source", PEOPLE, [claim("a", 9, **old), claim("b", 8, **old)])
    assert (finding.claims, finding.indicator_id) == (("a", "b"), "people")
    assert "2012-01-26, over a year before the document" in finding.message


@pytest.mark.parametrize(
    ("cited", "as_of", "published", "is_stale"),
    [
        ("2012-01-26", "2012-01-26", "2017-12", True),
        ("2012-01-26", "2017", "unknown", True),
        ("2012-01-26", "unknown", "unknown", False),
        ("2017-08-29", "unknown", "2017-12", False),
        ("2016-12-01", "unknown", "2017-12", False),
        ("2016-11-30", "unknown", "2017-12", True),
        ("2016", "unknown", "2017-12", False),
        (None, "2017", "2017-12", False),
    ],
)
def test_a_source_is_stale_over_a_year_before_what_cites_it(cited, as_of, published, is_stale):
    row = claim("a", 9, cited_source_date=cited, as_of=as_of)
    document = DOCUMENT | {"published": published}
    found = _found("stale_source", PEOPLE, [row], stg_document=[document])
    assert bool(found) is is_stale


# --- claims against lists, lists against themselves

PARTNERS = {
    "partners": indicator(
        title="Private partners",
        listed={"table": "stg_partner", "column": "category", "value": "private_sector"},
    )
}


def _partners(*names, category="private_sector"):
    return [
        {"named_as": name, "category": category, "document": "paper", "section": "2"}
        for name in names
    ]


def test_a_count_that_its_list_does_not_have_is_found():
    claims = [claim("a", 3, indicator_id="partners")]
    finding = _one("count_against_list", PARTNERS, claims, stg_partner=_partners("A", "B"))
    assert finding.message == "3 (The paper, section 1), but the list names 2."
    none = _partners("A", category="land_owner")
    assert (
        "the list names 0" in _one("count_against_list", PARTNERS, claims, stg_partner=none).message
    )


@pytest.mark.parametrize(
    ("fields", "partners"),
    [
        ({}, _partners("A", "B", "C") + _partners("D", category="land_owner")),
        ({"bound": "at_least"}, _partners("A", "B", "C", "D")),
        ({}, []),
    ],
)
def test_a_count_that_fits_or_a_list_that_nobody_keeps_is_left_alone(fields, partners):
    claims = [claim("a", 3, indicator_id="partners", **fields)]
    assert _found("count_against_list", PARTNERS, claims, stg_partner=partners) == []


def test_a_list_may_be_counted_whole_or_by_what_is_filled():
    claims = [claim("a", 3, indicator_id="partners")]
    for listed in ({"table": "stg_partner"}, {"table": "stg_partner", "column": "leads"}):
        registry = {"partners": indicator(listed=listed)}
        rows = [row | {"leads": "wp"} for row in _partners("A", "B", "C")]
        assert _found("count_against_list", registry, claims, stg_partner=rows) == []
        assert _one("count_against_list", registry, claims, stg_partner=rows[:2])


def test_two_dates_of_one_event_differ():
    entries = [
        event("a", event_date="2017-05-31", weekday_stated="wednesday"),
        event("b", weekday_stated="tuesday"),
    ]
    finding = _one("dates_differ", {}, stg_event=entries)
    assert finding.message == (
        "One event has 2 dates: 2017-05-30, Tuesday (The paper, section 3); "
        "2017-05-31, Wednesday (The paper, section 3)."
    )


@pytest.mark.parametrize(
    "other",
    [
        event("b", event_date="2017-05-30"),
        event("b", event_date="2017-05"),
        event("b", event_date="unknown"),
        event("b", event_date="2018-05-30", event_id="other"),
    ],
)
def test_dates_that_can_be_one_do_not_differ(other):
    assert _found("dates_differ", {}, stg_event=[event("a"), other]) == []


def test_a_weekday_that_does_not_fall_on_its_date_is_found():
    entries = [
        event("wrong", weekday_stated="monday"),
        event("right", weekday_stated="tuesday"),
        event("month", event_date="2017-05", weekday_stated="friday"),
        event("none"),
    ]
    finding = _one("weekday_differs", {}, stg_event=entries)
    assert finding.message.endswith("but that day is a Tuesday.")
    assert finding.finding_id == "weekday_differs-wrong"


def _sectors(**schemes):
    return [
        {
            "scheme": scheme,
            "label": name,
            "common_sector": name,
            "document": "paper",
            "section": "2",
        }
        for scheme, names in schemes.items()
        for name in names
    ]


def test_lists_of_sectors_that_do_not_hold_the_same_are_found():
    rows = _sectors(a=["food", "health"], b=["health", "creative_or_retail"])
    message = _one("taxonomies_differ", {}, stg_sector=rows).message
    assert "2 lists of sectors share health" in message
    assert "a alone or with some has food" in message
    assert "b alone or with some has creative or retail" in message


@pytest.mark.parametrize(
    "rows", [[], _sectors(a=["food"]), _sectors(a=["food", "health"], b=["health", "food"])]
)
def test_lists_that_agree_or_one_alone_are_left_alone(rows):
    assert _found("taxonomies_differ", {}, stg_sector=rows) == []


def test_a_close_name_is_to_be_confirmed_and_a_known_one_is_not():
    whence = {"document": "paper", "section": "2"}
    organisations = [
        {"organisation_id": "karis", "organisation_name": "Karis Neighbour Scheme", **whence}
    ]
    aliases = [
        {"alias": "Karis", "organisation_id": "karis", "confirmed_on": "2018-01-01", **whence}
    ]
    rows = {"stg_organisation": organisations, "stg_organisation_alias": aliases}
    close = _partners("Kariss Neighbour Scheme", "Karis", "Somebody else altogether")
    finding = _one("alias_to_confirm", {}, stg_partner=close, **rows)
    assert finding.finding_id == "alias_to_confirm-kariss-neighbour-scheme"


# --- how documents are read


def _area(code, place):
    return {
        "area_code": code,
        "area_name": code,
        "area_type": "ward",
        "area_vintage": "unknown",
        "place": place,
    }


def test_one_name_for_several_areas_is_found_by_document():
    areas = [_area("lw", "Ladywood"), _area("lc", "Ladywood"), _area("soho", "Soho")]
    claims = [
        claim("a", 1, area_code="lw", area_type="ward", section="2.2"),
        claim("b", 1, area_code="lc", area_type="constituency", section="2.1"),
        claim("c", 1, area_code="soho", area_type="ward"),
    ]
    finding = _one("one_name_many_areas", PEOPLE, claims, stg_claim_area=areas)
    assert finding.claims == ("a", "b")
    assert "2 kinds of area (constituency, ward)" in finding.message
    apart = [claims[0], claims[1] | {"document": "later"}, claims[2]]
    assert _found("one_name_many_areas", PEOPLE, apart, stg_claim_area=areas) == []


def test_a_mark_with_two_meanings_in_one_document_is_found():
    claims = [
        claim("a", 81_361, written="81.361", notation="dot_thousands", section="2.2"),
        claim("b", 3.5, written="3.5", section="1"),
    ]
    finding = _one("mark_has_two_meanings", PEOPLE, claims)
    assert finding.claims == ("a", "b")
    assert finding.message == (
        "In The paper a dot parts thousands in 81.361 (section 2.2) "
        "and decimals in 3.5 (section 1)."
    )


@pytest.mark.parametrize(
    "other",
    [
        claim("b", 3.5, written="3.5", document="later"),
        claim("b", 3000, written="3.000", notation="dot_thousands"),
        claim("b", 3000, written="3,000"),
        claim("b", 3, written="3 "),
    ],
)
def test_a_mark_with_one_meaning_is_left_alone(other):
    claims = [claim("a", 81_361, written="81.361", notation="dot_thousands"), other]
    assert _found("mark_has_two_meanings", PEOPLE, claims) == []


def test_what_was_reached_since_nobody_knows_when_is_one_finding_a_document():
    claims = [
        claim("a", 71, role="actual", section="3.4"),
        claim("b", 94, role="actual", section="3.4"),
        claim("c", 3, role="actual", period_start="2017-04"),
        claim("d", 5),
    ]
    finding = _one("period_unknown", PEOPLE, claims)
    assert finding.claims == ("a", "b")
    assert "71, 94 (section 3.4)" in finding.message


def _section(name, state, note=None):
    return {
        "document": "paper",
        "section": name,
        "section_title": "Title",
        "state": state,
        "note": note,
    }


def test_claims_that_rest_on_damaged_sections_are_named():
    sections = [_section("1", "damaged", "shifted letters"), _section("2", "present")]
    claims = [claim("a", 1, section="1"), claim("b", 1, section="2")]
    finding = _one("damaged_section", PEOPLE, claims, stg_section=sections)
    assert finding.claims == ("a",)
    assert "section 1 (shifted letters)" in finding.message
    untouched = _one("damaged_section", PEOPLE, claims[1:], stg_section=sections)
    assert "No claim is taken from them." in untouched.message


def test_absent_sections_are_one_finding_a_document():
    sections = [_section("3", "absent"), _section("2.4", "absent"), _section("1", "present")]
    finding = _one("absent_section", {}, stg_section=sections)
    assert finding.message.endswith("section 2.4; section 3.")
    assert _found("absent_section", {}, stg_section=sections[2:]) == []
    assert _found("damaged_section", {}, stg_section=sections) == []


# --- all of them, with what was decided

DIFFERENT = [claim("a", 71), claim("b", 94)]


def _table(registry, claims, *rows):
    return find_all(ledger(registry, claims, stg_contradiction=list(rows)))


def test_nothing_is_found_where_nothing_is_wrong():
    table = _table(PEOPLE, [claim("a", 71)])
    assert list(table.columns) == COLUMNS
    assert table.empty


def test_a_finding_is_open_until_somebody_resolves_it():
    row = _table(PEOPLE, DIFFERENT).iloc[0]
    assert (row["rule"], row["state"], row["resolution"]) == ("claims_differ", "open", None)
    assert row["claims"] == "a;b"


@pytest.mark.parametrize("state", ["open", "resolved"])
def test_a_contradiction_decides_the_findings_of_its_rule(state):
    decided = contradiction("k01", rule="claims_differ", state=state, title="Seventy or ninety?")
    row = _table(PEOPLE, DIFFERENT, decided).iloc[0]
    assert row["finding_id"] == "claims_differ-people-a"
    assert row["state"] == state
    assert row["title"] == "Seventy or ninety?"
    assert row["message"].endswith("Two figures do not fit.")
    assert row["resolution"] == "Nobody has decided."


@pytest.mark.parametrize(
    ("about", "is_met"),
    [
        ({"indicator_id": "people"}, True),
        ({"claims": "b; c"}, True),
        ({"indicator_id": "people", "claims": "a"}, True),
        ({"indicator_id": "trained"}, False),
        ({"claims": "c"}, False),
        ({"indicator_id": "trained", "claims": "a"}, False),
    ],
)
def test_a_contradiction_decides_only_what_it_is_about(about, is_met):
    row = contradiction("k01", rule="claims_differ", state="resolved", **about)
    table = _table(PART_OF, [*DIFFERENT, claim("c", 70, bound="over")], row)
    own = table[table["finding_id"] == "claims_differ-people-a"].iloc[0]
    assert (own["state"] == "resolved") is is_met
    assert len(table) == (1 if is_met else 2), "one that finds nothing is not lost"


def test_a_contradiction_about_several_findings_leaves_them_their_titles():
    others = [row | {"claim_id": row["claim_id"] + "2", "area_code": "x"} for row in DIFFERENT]
    table = _table(PEOPLE, DIFFERENT + others, contradiction("k01", rule="claims_differ"))
    assert list(table["title"]) == ["People: the claims differ"] * 2
    assert list(table["resolution"]) == ["Nobody has decided."] * 2


def test_claims_that_a_contradiction_adds_are_named_with_the_finding():
    row = contradiction("k01", rule="claims_differ", claims="a;c")
    table = _table(PEOPLE, [*DIFFERENT, claim("c", 70, bound="over")], row)
    assert list(table["claims"]) == ["a;b;c"]


def test_a_finding_is_resolved_only_where_every_contradiction_about_it_is():
    rows = [
        contradiction("k01", rule="claims_differ", state="resolved", resolution="By one."),
        contradiction("k02", rule="claims_differ", state="open", resolution="By none."),
    ]
    table = _table(PEOPLE, DIFFERENT, *rows)
    assert list(table["state"]) == ["open"]
    assert list(table["resolution"]) == ["By one. By none."]


def test_a_contradiction_whose_rule_finds_nothing_says_so():
    row = contradiction("k05", rule="count_against_list", state="resolved")
    found = _table(PEOPLE, [], row).iloc[0]
    assert found["finding_id"] == "count_against_list-k05"
    assert "The rule count_against_list finds nothing about it" in found["message"]
    assert found["state"] == "resolved"


def test_a_contradiction_by_hand_stands_as_it_is():
    row = contradiction("k10", indicator_id="people", claims="a")
    found = _table(PEOPLE, [claim("a", 1)], row).iloc[0]
    assert found["finding_id"] == "by_hand-k10"
    assert found["message"] == "Two figures do not fit."
    assert (found["indicator_id"], found["claims"]) == ("people", "a")


def test_ids_are_told_apart_sorted_and_the_same_in_any_order_of_the_lists():
    whence = {"document": "paper", "section": "2"}
    rows = {
        "stg_organisation": [{"organisation_id": "x", "organisation_name": "Łódź Ward", **whence}],
        "stg_partner": _partners("Łódz Ward", "Łódž Ward"),
        "stg_event": [event("a", weekday_stated="monday"), event("b", weekday_stated="friday")],
    }
    table = find_all(ledger(PEOPLE, DIFFERENT, **rows))
    turned = {name: own[::-1] for name, own in rows.items()}
    again = find_all(ledger(PEOPLE, DIFFERENT[::-1], **turned))
    assert table["finding_id"].is_unique
    assert list(table["finding_id"]) == sorted(table["finding_id"])
    assert table.equals(again)
    names = [name for name in table["finding_id"] if name.startswith("alias")]
    assert names == ["alias_to_confirm-odz-ward", "alias_to_confirm-odz-ward-2"]
