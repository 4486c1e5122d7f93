"""Claims beside computed figures, by hand and on the lists that ship."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from assetmap.caveats import CAVEATS
from assetmap.claims.against_data import COLUMNS, NO_FIGURE, NOT_COMPUTABLE, compare
from assetmap.claims.registry import REGISTRY
from assetmap.disclosure.claims import CHECK_STATES, PUB_CLAIM_CHECK
from assetmap.warehouse import read_public
from claims_by_hand import claim, indicator, ledger, share

FIGURE = {
    "indicator_id": "residents",
    "title": "Residents",
    "unit": "count",
    "area_code": "town",
    "period": "2021",
    "value": 80.0,
    "low": None,
    "high": None,
    "caveat": "best_fit",
}
MEASURES = [{"figure": "residents", "reason": "Of another year."}]


def checks(claims, figures, **fields):
    known = ledger({"people": indicator(**({"measures": MEASURES} | fields))}, claims)
    frame = pd.DataFrame([FIGURE | figure for figure in figures], columns=list(FIGURE))
    table = compare(replace(known, figures=frame))
    assert list(table.columns) == COLUMNS
    assert set(table["state"]) <= set(CHECK_STATES)
    assert not table.duplicated(["claim_id", "figure_id"]).any()
    return table.to_dict("records")


def test_columns_are_those_that_are_published():
    assert PUB_CLAIM_CHECK.names == COLUMNS


def test_the_difference_is_computed_less_claimed():
    (row,) = checks([claim("a", 100)], [{"low": 70.0, "high": 90.0}])
    assert row["state"] == "compared"
    assert (row["claimed"], row["computed"], row["difference"]) == (100, 80, -20)
    assert row["difference_pct"] == -20
    assert (row["computed_low"], row["computed_high"]) == (70, 90)
    assert row["reason"] == "Of another year."
    assert (row["figure_title"], row["figure_period"], row["unit"]) == (
        "Residents",
        "2021",
        "count",
    )


def test_a_claim_of_nothing_has_no_difference_in_per_cent():
    (row,) = checks([claim("a", 0)], [{}])
    assert row["difference"] == 80
    assert pd.isna(row["difference_pct"])


def test_every_figure_of_the_same_thing_is_a_row():
    both = [*MEASURES, {"figure": "residents_mid2015", "reason": "Without prisoners."}]
    rows = checks([claim("a", 100)], [{}, {"indicator_id": "residents_mid2015"}], measures=both)
    assert [row["figure_id"] for row in rows] == ["residents", "residents_mid2015"]
    assert rows[1]["reason"] == "Without prisoners."


@pytest.mark.parametrize(
    ("fields", "figures"),
    [
        ({"area_code": "elsewhere"}, [{}]),
        ({"role": "rule"}, [{}]),
        ({}, []),
    ],
)
def test_what_no_figure_measures_there_cannot_be_computed(fields, figures):
    (row,) = checks([claim("a", 100, **fields)], figures)
    assert row["state"] == "not_computable"
    assert row["reason"] == "Cannot be computed from the data here." == NOT_COMPUTABLE
    assert row["figure_id"] == NO_FIGURE
    assert row["claimed"] == 100
    assert pd.isna(row["computed"])


def test_a_figure_of_a_whole_district_is_not_measured_with_an_extract():
    (row,) = checks([claim("a", 100)], [{"value": None, "caveat": "best_fit;full_files_needed"}])
    assert row["state"] == "no_figure"
    assert row["reason"] == CAVEATS["full_files_needed"]
    assert pd.isna(row["difference"])


def test_figures_of_different_units_are_never_subtracted():
    (row,) = checks([share("a", 40)], [{}], unit="percent", kind="rate")
    assert row["state"] == "no_figure"
    assert row["reason"] == "The computed figure is in count and the claim in percent."
    assert pd.isna(row["computed"])


@pytest.mark.parametrize(
    ("bound", "stated", "said"),
    [
        ("over", 70, "The computed 80 agrees with more than 70."),
        ("over", 80, "The computed 80 does not agree with more than 80."),
        ("at_least", 80, "The computed 80 agrees with at least 80."),
        ("at_least", 81, "The computed 80 does not agree with at least 81."),
    ],
)
def test_an_open_claim_says_whether_the_figure_agrees_with_it(bound, stated, said):
    (row,) = checks([claim("a", stated, bound=bound)], [{}])
    assert row["reason"] == f"Of another year. {said}"


def test_a_withdrawn_claim_is_not_held_against_anything():
    assert checks([claim("a", 100, status="withdrawn")], [{}]) == []


def test_the_population_that_ships_is_974_above_the_estimate_without_prisoners(raw, built):
    if not (raw / REGISTRY).is_file():
        pytest.skip("NO CLAIMS: data/raw/claims is not there, so nothing that ships is compared")
    table = read_public(built.public)["pub_claim_check"]
    rows = table[table["claimed"] == 81361].set_index("figure_id")
    assert rows.loc["residents_mid2015", "computed"] == 80387
    assert rows.loc["residents_mid2015", "difference"] == -974
    assert rows.loc["residents", "state"] == "compared"
    assert rows.loc["residents", "figure_meaning"] == "People who usually lived here on census day."
