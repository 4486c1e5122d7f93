"""Rules on single cells and groups: P1 to P6."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.disclosure.people import release_people
from assetmap.disclosure.rounding import find_bounds, find_percent, round_half_up
from assetmap.errors import DisclosureError
from disclosure_town import AREA, WARDS, crowd, people, scope, shown, table

W1, W2, W3 = WARDS


@pytest.mark.parametrize(
    ("count", "rounded"), [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15), (17, 15)]
)
def test_counts_are_rounded_to_the_nearest_five(count: int, rounded: int) -> None:
    assert round_half_up(count, 5) == rounded


def test_halves_go_up_where_the_base_is_even() -> None:
    assert [round_half_up(n, 10) for n in (14, 15, 24, 25)] == [10, 20, 20, 30]


@given(st.integers(0, 500), st.integers(1, 12), st.integers(0, 30))
def test_bounds_hold_exactly_the_counts_that_round_so(n: int, base: int, threshold: int) -> None:
    count = max(n, threshold)
    low, high = find_bounds(round_half_up(count, base), base, threshold)
    same = [
        m
        for m in range(threshold, count + 3 * base)
        if round_half_up(m, base) == round_half_up(count, base)
    ]
    assert (low, high) == (same[0], same[-1])


def test_a_percentage_is_whole_and_rounds_half_up() -> None:
    # 25 of 200 is 12.5 per cent; 45 of 65 is 69.23 per cent.
    assert (find_percent(25, 200), find_percent(45, 65)) == (13, 69)


def test_small_counts_and_zero_are_hidden_and_others_rounded() -> None:
    # 46 + 33 + 9 = 88 people: 45, 35 and hidden; the total is 88 -> 90, not 45 + 35 + 9.
    release = release_people(
        crowd({(W1, "a"): 46, (W1, "b"): 33, (W1, "c"): 9}, "three"), scope(table("t", "three"))
    )
    assert shown(release, "t") == {
        (AREA, ""): 90,
        (AREA, "a"): 45,
        (AREA, "b"): 35,
        (AREA, "c"): None,
    }


def test_zero_has_the_same_mark_as_nine() -> None:
    statuses = []
    for small in (0, 9):
        counts = {(W1, "a"): 46, (W1, "b"): 33, (W1, "c"): small}
        cells = release_people(crowd(counts, "three"), scope(table("t", "three"))).cells
        statuses.append(cells.loc[cells["category"] == "c", "status"].item())
    assert statuses == ["suppressed", "suppressed"]


def test_rows_are_not_people() -> None:
    # 9 people, each written twice and with three skills: still 9 people, below 10.
    crowd_of_nine = people([(9, (W1, {"skill": "x y z"})), (60, (W1, {}))])
    twice = type(crowd_of_nine)(
        persons=pd.concat([crowd_of_nine.persons] * 2),
        attributes=pd.concat([crowd_of_nine.attributes] * 2),
    )
    release = release_people(twice, scope(table("t", "skill")))
    assert shown(release, "t") == {
        (AREA, ""): 70,
        (AREA, "x"): None,
        (AREA, "y"): None,
        (AREA, "z"): None,
    }


def test_shares_come_from_rounded_counts_with_enough_below_the_line() -> None:
    # 46 of 61 is 75.4 per cent; the rounded 45 of 60 is 75. In W2 the base is 40: no share.
    groups = {(W1, "a"): 46, (W1, "b"): 15, (W2, "a"): 25, (W2, "b"): 15}
    cells = release_people(
        crowd(groups, "two"), scope(table("t", "two", wards=True), wards=2)
    ).cells
    shares = cells.set_index(["area_code", "category"])["share_pct"]
    assert shares[(W1, "a")] == 75
    assert pd.isna(shares[(W2, "a")])
    assert pd.isna(shares[(W1, "")])


def test_without_the_least_denominator_a_share_of_forty_is_shown() -> None:
    groups = {(W1, "a"): 25, (W1, "b"): 15}
    on, off = (
        release_people(crowd(groups, "two"), scope(table("t", "two"), least_denominator=least))
        for least in (50, 1)
    )
    assert on.cells["share_pct"].isna().all()
    assert off.cells["share_pct"].notna().any()


def test_weighted_shares_are_gated_on_people() -> None:
    # Weights of 3 cannot lift 9 people over the threshold.
    groups = people(
        [(46, (W1, {"three": "a"})), (33, (W1, {"three": "b"})), (9, (W1, {"three": "c"}))]
    )
    weights = pd.DataFrame({"person_id": groups.persons["person_id"], "weight": 1.0})
    weights.loc[79:, "weight"] = 3.0
    given_weights = type(groups)(
        persons=groups.persons, attributes=groups.attributes, weights=weights
    )
    cells = release_people(given_weights, scope(table("t", "three"))).cells
    shares = cells.set_index("category")["weighted_pct"]
    # Mean weight of all: (46 + 33 + 27) / 88 = 1.2045; 45 x 1 of 90 x 1.2045 is 41.5 per cent.
    assert shares["a"] == 42
    assert pd.isna(shares["c"])


def test_nothing_is_weighted_where_somebody_has_no_weight() -> None:
    groups = people([(53, (W1, {"two": "a"})), (44, (W1, {"two": "b"}))])
    weights = pd.DataFrame({"person_id": groups.persons["person_id"].iloc[1:], "weight": 1.0})
    weighted = type(groups)(persons=groups.persons, attributes=groups.attributes, weights=weights)
    cells = release_people(weighted, scope(table("t", "two"))).cells
    assert cells["weighted_pct"].isna().all()


def test_weights_of_one_give_the_rounded_share_and_not_the_true_one() -> None:
    # 53 of 97 is 54.6 -> 55 per cent; 55 of 95 is 57.9 -> 58.
    groups = people([(53, (W1, {"two": "a"})), (44, (W1, {"two": "b"}))])
    weights = pd.DataFrame({"person_id": groups.persons["person_id"], "weight": 1.0})
    weighted = type(groups)(persons=groups.persons, attributes=groups.attributes, weights=weights)
    cells = release_people(weighted, scope(table("t", "two"))).cells
    assert cells.set_index("category")["weighted_pct"]["a"] == 58


def test_the_census_is_compared_with_the_rounded_share() -> None:
    # The census has 600 of 1,000; the survey 45 of 60: 75 / 60 = 1.25 times as many.
    margins = pd.DataFrame(
        {
            "dimension": "two",
            "category": ["a", "b"],
            "area_code": AREA,
            "people_count": [600, 400],
        }
    )
    groups = people([(46, (W1, {"two": "a"})), (15, (W1, {"two": "b"}))], margins=margins)
    cells = release_people(groups, scope(table("t", "two", margin="two"))).cells
    row = cells.set_index("category").loc["a"]
    assert (row["census_pct"], row["coverage_ratio"]) == (60.0, 1.25)


def test_a_sensitive_count_needs_twenty() -> None:
    groups = {(W1, "a"): 60, (W1, "b"): 40, (W1, "c"): 30, (W1, "d"): 19}
    on, off = (
        release_people(crowd(groups, "origin"), scope(table("t", "origin"), sensitive_threshold=t))
        for t in (20, 10)
    )
    assert shown(on, "t")[(AREA, "d")] is None
    assert shown(off, "t")[(AREA, "d")] == 20


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (table("wrong", "origin", wards=True), "whole study area only"),
        (table("wrong", "origin", "sex"), "one attribute at a time"),
        (table("wrong", "shoe_size"), "no attribute 'shoe_size'"),
        (table("wrong", "two", "three", "sex"), "more than 2"),
        (table("wrong", wards=True, population="researcher"), "whole study area only"),
        (table("wrong", "two", margin="sex"), "margin 'sex'"),
    ],
)
def test_a_table_that_asks_for_too_much_is_refused_by_name(wrong: object, reason: str) -> None:
    with pytest.raises(DisclosureError, match=rf"(?s)wrong: .*{reason}"):
        release_people(crowd({(W1, "a"): 60}, "two"), scope(wrong))


def test_people_are_counted_by_no_other_geography() -> None:
    site = table("wrong").model_copy(update={"geographies": ("site",)})
    with pytest.raises(DisclosureError, match="not counted by 'site'"):
        release_people(crowd({(W1, "a"): 60}, "two"), scope(site))


UNIFORM = {(W1, "a"): 190, (W1, "b"): 2, (W1, "c"): 3, (W1, "d"): 5}
FEW = {(W1, "a"): 100, (W1, "b"): 100}


@pytest.mark.parametrize("groups", [UNIFORM, FEW])
def test_a_group_of_one_answer_or_few_is_withheld_whole(groups: dict) -> None:
    cells = release_people(crowd(groups, "origin"), scope(table("t", "origin"))).cells
    statuses = cells.set_index("category")["status"]
    assert set(statuses.drop("")) == {"withheld"}
    assert cells.loc[cells["category"] != "", "count"].isna().all()


@pytest.mark.parametrize(
    ("groups", "off"), [(UNIFORM, {"largest_share": 1.0}), (FEW, {"least_categories": 0})]
)
def test_without_the_rule_the_group_is_laid_open(groups: dict, off: dict) -> None:
    release = release_people(crowd(groups, "origin"), scope(table("t", "origin"), **off))
    assert shown(release, "t")[(AREA, "a")] in {190, 100}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (people([(60, (W1, {"two": "a b"}))]), "no category or two"),
        (people([(60, (W1, {}))]), "no category or two"),
        (people([(60, (W1, {"two": "q"}))]), "no category"),
        (people([(60, ("E05009999", {"two": "a"}))]), "outside the study area"),
    ],
)
def test_people_that_cannot_be_counted_are_refused_without_a_word_on_them(
    bad: object, reason: str
) -> None:
    with pytest.raises(DisclosureError, match=reason) as refusal:
        release_people(bad, scope(table("t", "two")))
    assert "p_0" not in str(refusal.value)


def test_a_skipped_stage_is_refused() -> None:
    with pytest.raises(DisclosureError, match="skipped a stage"):
        release_people(people([(30, (W1, {"stage": "s1 s3"}))]), scope(table("t", "stage")))
