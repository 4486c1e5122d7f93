"""The figure that stands for an indicator."""

from __future__ import annotations

import math

import pytest

from assetmap.claims.headline import COLUMNS, headlines
from claims_by_hand import claim, indicator, ledger, pounds


def _headline(claims, **fields):
    table = headlines(ledger({"people": indicator(**fields)}, claims))
    assert list(table.columns) == COLUMNS
    return table.iloc[0]


def _limits(row):
    return row["low"], row["high"]


IDENTIFIED = [claim("a", 71), claim("b", 94), claim("c", 70, bound="over")]


def test_a_range_is_over_the_exact_claims():
    """I01: more than 70 does not widen 71 to 94."""
    row = _headline(IDENTIFIED, headline="range")
    assert _limits(row) == (71, 94)
    assert row["policy"] == "range"
    assert row["claims"] == "a;b;c", "no claim is lost"


def test_a_range_without_an_exact_claim_stays_open_above():
    claims = [claim("a", 100, bound="over"), claim("b", 90, bound="about")]
    assert _limits(_headline(claims, headline="range")) == (90, math.inf)


def test_the_latest_claim_stands_and_an_unknown_date_comes_first():
    claims = [
        claim("a", 10, as_of="2017"),
        claim("b", 20, as_of="2018-02"),
        claim("c", 30, as_of="unknown"),
    ]
    row = _headline(claims, headline="latest")
    assert _limits(row) == (20, 20)
    assert row["claims"] == "b"


def test_claims_of_one_latest_date_are_a_range_and_never_a_mean():
    claims = [claim("a", 10), claim("b", 20), claim("c", 90, as_of="2016")]
    assert _limits(_headline(claims, headline="latest")) == (10, 20)


def test_claims_without_any_date_are_all_latest():
    claims = [claim("a", 10, as_of="unknown"), claim("b", 20, as_of="unknown")]
    assert _limits(_headline(claims, headline="latest")) == (10, 20)


def test_the_most_specific_claim_leaves_least_room():
    claims = [
        claim("a", 70, bound="over"),
        claim("b", 80, bound="about"),
        claim("c", 75, bound="exact"),
    ]
    assert _headline(claims, headline="most_specific")["claims"] == "c"
    assert _headline(claims[:2], headline="most_specific")["claims"] == "b"
    assert _limits(_headline(claims[:1], headline="most_specific")) == (70, math.inf)


def test_claims_as_specific_as_each_other_are_a_range():
    claims = [claim("a", 71), claim("b", 94)]
    assert _limits(_headline(claims, headline="most_specific")) == (71, 94)


def test_a_claim_chosen_by_hand_stands_whatever_comes_later():
    claims = [claim("a", 71), claim("b", 94, as_of="2018")]
    fields = {"headline": "manual", "headline_claim": "a", "headline_reason": "It is a list."}
    row = _headline(claims, **fields)
    assert _limits(row) == (71, 71)
    assert row["claims"] == "a"


def test_about_is_stated_as_it_is_written():
    claims = [claim("a", 3000, bound="about")]
    assert _limits(_headline(claims, headline="latest")) == (3000, 3000)


def test_pounds_and_euros_are_never_put_together():
    claims = [
        pounds("a", 3_130_000, "£3.13m"),
        claim("b", 3_560_000, written="€3,56m", notation="dot_thousands", unit="eur"),
    ]
    row = _headline(claims, unit="gbp", kind="money", headline="range")
    assert _limits(row) == (3_130_000, 3_130_000)
    assert row["claims"] == "a"


def test_what_its_authors_took_back_does_not_count():
    claims = [claim("a", 71), claim("b", 94, status="withdrawn")]
    assert _limits(_headline(claims, headline="range")) == (71, 71)


def test_an_indicator_without_a_claim_has_no_figure():
    row = _headline([claim("a", 5, unit="homes")])
    assert math.isnan(row["low"])
    assert math.isnan(row["high"])
    assert row["claims"] is None


def _ratio(part, whole, scale=1.0):
    registry = {
        "part": indicator(),
        "whole": indicator(),
        "ratio": indicator(
            unit="percent",
            kind="rate",
            ratio={"numerator": "part", "denominator": "whole", "scale": scale},
        ),
    }
    claims = [row | {"indicator_id": name} for name, rows in (part, whole) for row in rows]
    return headlines(ledger(registry, claims)).set_index("indicator_id").loc["ratio"]


def test_a_derived_figure_is_worked_out_from_both_headlines():
    row = _ratio(("part", [claim("a", 8)]), ("whole", [claim("b", 20)]), scale=100.0)
    assert _limits(row) == (40, 40)
    assert row["policy"] == "derived"
    assert row["claims"] == "a;b"


def test_a_derived_range_is_least_by_greatest_and_greatest_by_least():
    part, whole = [claim("a", 10), claim("b", 20)], [claim("c", 40), claim("d", 50)]
    assert _limits(_ratio(("part", part), ("whole", whole), scale=100.0)) == (20, 50)


def test_a_part_of_an_open_whole_is_at_most():
    """2,370 of over 9,000: at most 26.3 per cent."""
    row = _ratio(("part", [claim("a", 2370)]), ("whole", [claim("b", 9000, bound="over")]), 100.0)
    assert row["low"] == 0
    assert row["high"] == pytest.approx(26.333, abs=0.001)


def test_an_open_part_of_a_whole_has_no_upper_limit():
    row = _ratio(("part", [claim("a", 10, bound="over")]), ("whole", [claim("b", 40)]), 100.0)
    assert _limits(row) == (25, math.inf)


@pytest.mark.parametrize("whole", [[], [claim("b", 0)]])
def test_without_a_whole_nothing_is_derived(whole):
    row = _ratio(("part", [claim("a", 8)]), ("whole", whole))
    assert math.isnan(row["low"])
    assert row["claims"] is None


def test_every_indicator_has_one_row_in_the_order_of_the_registry():
    registry = {"zebra": indicator(), "ant": indicator()}
    assert list(headlines(ledger(registry, []))["indicator_id"]) == ["zebra", "ant"]
