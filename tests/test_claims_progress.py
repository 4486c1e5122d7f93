"""What was reached against targets: states, intervals, dates and reasons, worked by hand."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from assetmap.claims.chance import POISSON, WILSON, poisson, wilson
from assetmap.claims.forecast import TOO_FEW, Point, forecast
from assetmap.claims.headline import headlines
from assetmap.claims.progress import COLUMNS, assess
from assetmap.claims.registry import REGISTRY
from assetmap.disclosure.claims import PROGRESS_STATES
from assetmap.warehouse import read_public
from claims_by_hand import claim, indicator, ledger

UP = {"direction": "higher_is_better"}
TARGET = {
    "target_id": "t",
    "indicator_id": "people",
    "bound": "at_least",
    "unit": "count",
    "start": "2017",
    "due": "2019",
    "document": "paper",
    "section": "9",
    "paraphrase": "So many.",
}


def target(value, **fields):
    return TARGET | {"value": float(value)} | fields


def actual(claim_id, value, **fields):
    return claim(claim_id, value, **{"role": "actual", **fields})


def state_of(claims, *targets, **fields):
    known = ledger({"people": indicator(**(UP | fields))}, claims, stg_target=list(targets))
    table = assess(known, headlines(known))
    assert list(table.columns) == COLUMNS
    assert len(table) == 1
    row = table.iloc[0]
    assert row["state"] in PROGRESS_STATES
    assert row["state_reason"].endswith(".")
    return row


# ---- the five ways in which nothing is compared


def test_without_a_target_there_is_no_state():
    row = state_of([actual("a", 5)])
    assert row["state"] == "no_target"
    assert pd.isna(row["target_value"])
    assert pd.isna(row["reached_low_pct"])


def test_a_plan_is_not_an_actual():
    row = state_of([claim("a", 90, role="plan"), claim("b", 80, role="state")], target(60))
    assert row["state"] == "not_reported"
    assert row["state_reason"] == (
        "60 due by 2019 (The paper, section 9), and no document here reports what was reached."
    )
    assert (row["target_value"], row["target_due"]) == (60, "2019")
    assert (row["target_document"], row["target_section"]) == ("paper", "9")


def test_a_withdrawn_claim_is_not_an_actual():
    row = state_of([actual("a", 90, status="withdrawn")], target(60))
    assert row["state"] == "not_reported"


def test_without_a_method_nothing_is_compared_though_both_are_there():
    row = state_of([actual("a", 90)], target(60), comparison="none")
    assert row["state"] == "not_compared"
    assert "the registry names no method" in row["state_reason"]
    assert pd.isna(row["reached_low_pct"])


def test_pounds_are_not_held_against_euros():
    claims = [actual("a", 90, unit="eur", written="€90")]
    row = state_of(
        claims, target(60, unit="gbp"), unit="gbp", kind="money", comparison="trajectory"
    )
    assert row["state"] == "not_compared"
    assert "another unit" in row["state_reason"]


def test_money_has_no_poisson_interval():
    claims = [actual("a", 30, unit="gbp", written="£30")]
    row = state_of(claims, target(60, unit="gbp"), unit="gbp", kind="money", comparison="poisson")
    assert row["state"] == "not_compared"
    assert "needs a count" in row["state_reason"]


# ---- met


IDENTIFIED = [
    actual("a", 71, section="3.4"),
    actual("b", 94, section="3.4"),
    actual("c", 70, bound="over", section="1"),
]


def test_71_to_94_of_60_is_met_under_every_claim():
    row = state_of(IDENTIFIED, target(60), comparison="poisson")
    assert row["state"] == "met"
    assert row["state_reason"] == (
        "71 to 94 reported (The paper, sections 1 and 3.4) against 60 due by 2019 "
        "(The paper, section 9): met under every claim (118\u2013157 %)."
    )
    assert row["reached_low_pct"] == pytest.approx(118.333, abs=0.001)
    assert row["reached_high_pct"] == pytest.approx(156.667, abs=0.001)


def test_met_by_some_claims_only_says_by_how_many():
    row = state_of(IDENTIFIED, target(80), comparison="poisson")
    assert row["state"] == "met_by_some_claims"
    assert "met under 1 of 2 claims (89\u2013118 %)" in row["state_reason"]


@pytest.mark.parametrize(
    ("bound", "stated", "state"),
    [
        ("at_least", actual("a", 60), "met"),
        ("over", actual("a", 60), "behind"),
        ("over", actual("a", 60, bound="over"), "met"),
        ("about", actual("a", 60), "met"),
        ("exact", actual("a", 61), "met"),
    ],
)
def test_what_reaches_a_target_by_its_bound(bound, stated, state):
    row = state_of([stated], target(60, bound=bound, due="2017"), comparison="trajectory")
    assert row["state"] == state


@pytest.mark.parametrize(
    ("fields", "stated", "state"),
    [
        ({"bound": "at_most"}, actual("a", 60), "met"),
        ({"bound": "at_most"}, actual("a", 61), "behind"),
        ({"bound": "at_most", "due": "2016"}, actual("a", 61), "not_met"),
        ({"bound": "at_most"}, actual("a", 50, bound="over"), "not_compared"),
        ({"bound": "at_most"}, actual("a", 61, bound="over"), "behind"),
        ({"bound": "about"}, actual("a", 40), "met"),
    ],
)
def test_a_ceiling_is_kept_from_above(fields, stated, state):
    own = {"direction": "lower_is_better", "comparison": "trajectory"}
    assert state_of([stated], target(60, **fields), **own)["state"] == state


def test_an_earlier_claim_does_not_take_away_what_was_reached_later():
    claims = [actual("a", 50, as_of="2016"), actual("b", 61, as_of="2018-02")]
    row = state_of(claims, target(60), comparison="trajectory")
    assert row["state"] == "met"
    assert row["state_reason"].endswith("met (102 %); 1 earlier claim is left out.")


def test_a_claim_without_a_date_may_be_the_latest_and_counts():
    claims = [actual("a", 50, as_of="unknown"), actual("b", 61, as_of="2018-02")]
    assert state_of(claims, target(60), comparison="trajectory")["state"] == "met_by_some_claims"


# ---- trajectory


@pytest.mark.parametrize(
    ("value", "as_of", "state"),
    [
        # 2017 to 2019 are 1,095 days: at the end of 2017, 365 of them, 20 of 60 are due.
        (20, "2017", "on_track"),
        (19, "2017", "behind"),
        # To the end of February 2018: 424 days, 23.2 due.
        (24, "2018-02", "on_track"),
        (23, "2018-02", "behind"),
        # The first day alone: a 1,095th, 0.05 due.
        (1, "2017-01-01", "on_track"),
        (0, "2016-12-31", "on_track"),
        # On the due date itself nothing is late yet; the day after, it is.
        (59, "2019-12-31", "behind"),
        (59, "2020-01-01", "not_met"),
    ],
)
def test_a_trajectory_is_what_is_due_by_the_claims_own_date(value, as_of, state):
    row = state_of([actual("a", value, as_of=as_of)], target(60), comparison="trajectory")
    assert row["state"] == state


def test_a_trajectory_names_what_was_due_when():
    row = state_of([actual("a", 15)], target(60), comparison="trajectory")
    assert row["state_reason"] == (
        "15 reported (The paper, section 1) against 60 due by 2019 (The paper, section 9): "
        "25 %, where 20 were due at the end of 2017 (33 % of the time): behind."
    )


def test_a_trajectory_needs_every_claim_to_reach_what_is_due():
    claims = [actual("a", 19), actual("b", 30)]
    assert state_of(claims, target(60), comparison="trajectory")["state"] == "behind"


@pytest.mark.parametrize(
    ("start", "due", "as_of", "said"),
    [
        ("unknown", "2019", "2017", "(start unknown)"),
        ("2017", "unknown", "2017", "(due date unknown)"),
        ("2017", "2019", "unknown", "(date of the claim unknown)"),
        ("unknown", "unknown", "2017", "(start and due date unknown)"),
        ("2020", "2019", "2017", "(it is due before it starts)"),
    ],
)
def test_without_a_date_the_whole_target_is_compared_and_said_so(start, due, as_of, said):
    claims = [actual("a", 59, as_of=as_of)]
    row = state_of(claims, target(60, start=start, due=due), comparison="trajectory")
    assert row["state"] == "behind"
    assert f"against the whole of it {said}" in row["state_reason"]


def test_a_target_of_nothing_divides_nothing():
    row = state_of([actual("a", 0)], target(0), comparison="trajectory")
    assert row["state"] == "met"
    assert pd.isna(row["reached_low_pct"])
    assert pd.isna(row["reached_high_pct"])


# ---- exact Poisson


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood 1936, table of exact limits.
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.390), (20, 12.217, 30.888)],
)
def test_exact_limits_of_a_count(count, low, high):
    found = poisson(count, count)
    assert found.low == pytest.approx(low, abs=0.001)
    assert found.high == pytest.approx(high, abs=0.001)


@pytest.mark.parametrize(
    ("value", "state"),
    # 20 of 60 are due at the end of 2017. Of 12 the interval ends at 20.96, of 11 at 19.68.
    [(12, "on_track"), (11, "behind"), (40, "on_track")],
)
def test_a_count_is_behind_only_where_its_interval_is_wholly_below(value, state):
    row = state_of([actual("a", value)], target(60), comparison="poisson")
    assert row["state"] == state
    assert row["interval_method"] == POISSON
    assert row["interval_low"] < value < row["interval_high"]


def test_past_the_due_date_nothing_is_on_track_though_the_interval_holds_the_target():
    row = state_of([actual("a", 59, as_of="2020")], target(60), comparison="poisson")
    assert row["interval_high"] > 60
    assert row["state"] == "not_met"


def test_the_interval_of_claims_that_differ_spans_them():
    row = state_of([actual("a", 10), actual("b", 20)], target(100), comparison="poisson")
    assert row["interval_low"] == pytest.approx(4.795, abs=0.001)
    assert row["interval_high"] == pytest.approx(30.888, abs=0.001)
    assert row["state"] == "behind"


def test_an_open_claim_is_not_taken_for_more_than_it_states_nor_called_behind():
    few = state_of([actual("a", 5, bound="over")], target(60), comparison="poisson")
    assert few["state"] == "not_compared"
    assert "no upper end" in few["state_reason"]
    late = actual("a", 55, bound="over", as_of="2020")
    assert state_of([late], target(60), comparison="poisson")["state"] == "not_compared"
    enough = state_of([actual("a", 20, bound="over")], target(60), comparison="poisson")
    assert enough["state"] == "on_track"
    assert pd.isna(enough["interval_high"]), "open above, so the interval is too"
    assert pd.isna(enough["reached_high_pct"])
    assert "20 or more reported" in enough["state_reason"]


# ---- Wilson


def test_11_of_22_is_30_7_to_69_3_per_cent():
    row = state_of([actual("a", 11)], target(22, due="2017"), comparison="proportion")
    assert row["interval_low"] == pytest.approx(30.7, abs=0.05)
    assert row["interval_high"] == pytest.approx(69.3, abs=0.05)
    assert row["interval_method"] == WILSON
    assert row["state"] == "behind", "all of 22 were due by the end of 2017"
    assert row["reached_low_pct"] == row["reached_high_pct"] == 50


@pytest.mark.parametrize(("due", "state"), [("2018", "on_track"), ("2016", "not_met")])
def test_a_share_is_held_against_the_share_of_time(due, state):
    """Half of the time had passed of two years, all of it of one: 50 % is within, 100 % above."""
    own = target(22, start=str(int(due) - 1), due=due)
    assert state_of([actual("a", 11)], own, comparison="proportion")["state"] == state


def test_wilson_at_the_ends_stays_between_0_and_100():
    assert wilson(0, 0, 10).low == pytest.approx(0, abs=1e-9)
    assert wilson(0, 0, 10).high == pytest.approx(27.75, abs=0.01)
    assert wilson(10, 10, 10).high == pytest.approx(100)


def test_more_than_the_target_is_met_and_has_no_share():
    row = state_of([actual("a", 30)], target(22), comparison="proportion")
    assert row["state"] == "met"
    assert pd.isna(row["interval_low"])


# ---- the lists that ship


def test_the_states_of_the_programme_that_ships(raw, built):
    if not (raw / REGISTRY).is_file():
        pytest.skip("NO CLAIMS: data/raw/claims is not there, so no state that ships is tested")
    table = read_public(built.public)["pub_claim_indicator"].set_index("indicator_id")
    people = table.loc["people_identified"]
    assert people["state"] == "met"
    assert "met under every claim (118\u2013157 %)" in people["state_reason"]
    researchers = table.loc["researchers_recruited"]
    assert researchers["state"] == "behind"
    assert researchers["interval_low"] == pytest.approx(30.7, abs=0.05)
    assert researchers["interval_high"] == pytest.approx(69.3, abs=0.05)
    assert table.loc["homes_master_plan", "state"] == "not_reported", "homes are a plan"
    has_target = table["target_value"].notna()
    assert set(table.loc[~has_target, "state"]) == {"no_target"}
    assert "no_target" not in set(table.loc[has_target, "state"])


# ---- several targets, derived figures


def test_of_several_targets_the_one_due_last_counts_and_the_other_is_named():
    targets = [target(60), target(90, target_id="u", due="2020"), target(10, due="unknown")]
    row = state_of([actual("a", 70)], *targets, comparison="trajectory")
    assert row["target_value"] == 90
    assert "2 other targets are listed" in row["state_reason"]


@pytest.mark.parametrize(("role", "state"), [("actual", "met"), ("plan", "not_reported")])
def test_a_derived_figure_is_reached_only_where_all_behind_it_was(role, state):
    registry = {
        "homes": indicator(unit="homes"),
        "land": indicator(unit="ha"),
        "density": indicator(
            **UP, comparison="trajectory", ratio={"numerator": "homes", "denominator": "land"}
        ),
    }
    claims = [
        actual("a", 3000, indicator_id="homes", unit="homes"),
        claim("b", 60, indicator_id="land", unit="ha", role=role),
    ]
    known = ledger(registry, claims, stg_target=[target(50, indicator_id="density")])
    table = assess(known, headlines(known)).set_index("indicator_id")
    assert list(table.index) == ["homes", "land", "density"]
    assert table.loc["density", "state"] == state


# ---- forecast


def test_a_straight_line_through_two_dates():
    """From 10 on day 0 to 20 on day 100, day 300 is 40."""
    points = [Point(date(2018, 1, 1), 10, 10), Point(date(2018, 4, 11), 20, 20)]
    found = forecast(points, date(2018, 10, 28))
    assert (found.low, found.high) == (40, 40)
    assert "straight line from 2018-01-01 through 2018-04-11 to 2018-10-28" in found.assumption


def test_a_range_widens_by_its_far_ends():
    """From 10 to 12, on to 20: at twice the distance 2 x 20 - 12 to 2 x 20 - 10."""
    points = [Point(date(2018, 1, 1), 10, 12), Point(date(2018, 1, 11), 20, 20)]
    assert forecast(points, date(2018, 1, 21))[:2] == (28, 30)


def test_a_falling_line_ends_at_nothing():
    points = [Point(date(2018, 1, 1), 10, 10), Point(date(2018, 1, 11), 2, 2)]
    assert forecast(points, date(2019, 1, 1))[:2] == (0, 0)


def test_a_forecast_stands_beside_the_state():
    """20 at the end of 2017, 30 at the end of 2018: 40 at the end of 2019."""
    claims = [actual("a", 20, as_of="2017"), actual("b", 30, as_of="2018")]
    row = state_of(claims, target(60), comparison="trajectory")
    assert (row["forecast_low"], row["forecast_high"]) == (40, 40)


@pytest.mark.parametrize(
    ("claims", "due", "why"),
    [
        ([actual("a", 20)], "2019", TOO_FEW),
        ([actual("a", 20), actual("b", 30)], "2019", TOO_FEW),
        ([actual("a", 20), actual("b", 30, as_of="unknown")], "2019", TOO_FEW),
        ([actual("a", 20), actual("b", 30, as_of="2018", bound="over")], "2019", TOO_FEW),
        ([actual("a", 20), actual("b", 30, as_of="2018")], "unknown", "no date is due"),
        ([actual("a", 20), actual("b", 30, as_of="2019")], "2019", "not before the due date"),
    ],
)
def test_there_is_no_forecast_and_the_reason_is_given(claims, due, why):
    row = state_of(claims, target(60, due=due), comparison="trajectory")
    assert math.isnan(row["forecast_low"] if row["forecast_low"] is not None else math.nan)
    assert why in row["forecast_assumption"]
