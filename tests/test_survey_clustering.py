"""Likeness within researchers, against examples worked by hand. All respondents made up."""

import pandas as pd
import pytest

from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.clustering import STATES, cluster_effect, measure_clustering


def effect(**clusters):
    rows = [(name, bool(held)) for name, answers in clusters.items() for held in answers]
    return cluster_effect("skill", pd.DataFrame(rows, columns=["cluster", "holds"]))


def test_clusters_of_one_size():
    # n 8, k 2, shares 3/4 and 1/4 about 1/2. MSB = 4/16 + 4/16 = 1/2.
    # MSW = (4 * 3/16 + 4 * 3/16) / 6 = 1/4. m0 = 8 - 32/8 = 4.
    # icc = (1/2 - 1/4) / (1/2 + 3 * 1/4) = 1/5; deff = 1 + 3 * 1/5.
    found = effect(a=[1, 1, 1, 0], b=[0, 0, 0, 1])
    assert found.icc == pytest.approx(0.2)
    assert found.deff == pytest.approx(1.6)
    assert found.deff_weighted == pytest.approx(1.6)
    assert (found.respondent_count, found.cluster_count, found.state) == (8, 2, "estimated")


def test_clusters_of_unequal_size():
    # n 6, k 2, shares 1 and 1/4 about 1/2. MSB = 2/4 + 4/16 = 3/4. MSW = (4 * 3/16) / 4 = 3/16.
    # m0 = 6 - 20/6 = 8/3. icc = (9/16) / (3/4 + 5/3 * 3/16) = 9/17.
    # Mean size 3: deff = 1 + 2 * 9/17. Weighted mean 20/6: 1 + 7/3 * 9/17.
    found = effect(a=[1, 1], b=[1, 0, 0, 0])
    assert found.icc == pytest.approx(9 / 17)
    assert found.deff == pytest.approx(1 + 18 / 17)
    assert found.deff_weighted == pytest.approx(1 + 21 / 17)


def test_researchers_who_found_only_one_answer_each_are_alike_to_the_full():
    found = effect(a=[1, 1, 1], b=[0, 0, 0])
    assert found.icc == pytest.approx(1)
    assert found.deff == pytest.approx(3)


def test_an_estimate_below_zero_costs_nothing_and_says_so():
    found = effect(a=[1, 0], b=[0, 1], c=[1, 0])
    assert (found.icc, found.deff, found.deff_weighted) == (0, 1, 1)
    assert found.state == "below_zero"


@pytest.mark.parametrize(
    ("clusters", "state", "deff"),
    [
        ({"a": [1, 0, 1]}, "single_cluster", None),
        ({}, "single_cluster", None),
        ({"a": [0, 0], "b": [0]}, "constant", None),
        ({"a": [1, 1], "b": [1]}, "constant", None),
        ({"a": [1], "b": [0], "c": [1]}, "no_repeats", 1.0),
    ],
)
def test_where_there_is_nothing_to_compare_that_is_said(clusters, state, deff):
    found = effect(**clusters)
    assert (found.state, found.icc, found.deff, found.deff_weighted) == (state, None, deff, deff)
    assert state in STATES


def tables(*people):
    """Return attributes and status of (id, researcher, interest, themes)."""
    held, status = [], []
    for person, researcher, interest, themes in people:
        status.append((person, "validated", "", researcher, None))
        held.append(("respondent", person, "enterprise_interest", interest))
        held += [("respondent", person, "skill_theme", theme) for theme in themes]
    return (
        pd.DataFrame(held, columns=["population", "person_id", "attribute", "category"]),
        pd.DataFrame(
            status, columns=["respondent", "status", "reason", "researcher_id", "similar_to"]
        ),
    )


PEOPLE = [
    ("p1", "R01", "yes", ["food"]),
    ("p2", "R01", "yes", ["food", "care"]),
    ("p3", "R01", "maybe", ["food"]),
    ("p4", "R01", "yes", []),
    ("p5", "R02", "no", []),
    ("p6", "R02", "no", []),
    ("p7", "R02", "maybe", []),
    ("p8", "R02", "yes", ["food"]),
]


def test_every_theme_and_the_interest_are_measured():
    found = measure_clustering(*tables(*PEOPLE))
    by_name = {e.outcome: e for e in found.effects}
    assert len(by_name) == len(found.effects) == len(ATTRIBUTES["skill_theme"].categories) + 1
    # Food and interest are the example of one size above. Care is held by one person of eight:
    # MSB and MSW are both 1/8.
    assert by_name["skill_theme food"].icc == pytest.approx(0.2)
    assert by_name["enterprise_interest yes"].deff == pytest.approx(1.6)
    assert (by_name["skill_theme care"].icc, by_name["skill_theme care"].state) == (0, "estimated")
    assert by_name["skill_theme digital"].state == "constant"


def test_the_average_is_over_what_could_be_worked_out():
    found = measure_clustering(*tables(*PEOPLE))
    assert found.icc == pytest.approx((0.2 + 0.2 + 0) / 3)
    assert found.deff == pytest.approx((1.6 + 1.6 + 1) / 3)
    assert found.deff_weighted == pytest.approx((1.6 + 1.6 + 1) / 3)


def test_who_did_not_answer_or_has_no_researcher_is_left_out_of_that_outcome():
    more = [("p9", "R02", "no_answer", []), ("pa", None, "yes", ["food"])]
    found = {e.outcome: e for e in measure_clustering(*tables(*PEOPLE, *more)).effects}
    assert found["enterprise_interest yes"].respondent_count == 8
    assert found["skill_theme food"].respondent_count == 9


def test_rows_of_researchers_as_persons_are_not_counted():
    attributes, status = tables(*PEOPLE)
    other = attributes.assign(population="researcher")
    found = measure_clustering(pd.concat([attributes, other], ignore_index=True), status)
    assert {e.respondent_count for e in found.effects} == {8}


def test_nobody_gives_no_figure_rather_than_one_that_is_not_a_number():
    found = measure_clustering(*tables())
    assert (found.icc, found.deff, found.deff_weighted) == (None, None, None)
    assert {e.state for e in found.effects} == {"single_cluster"}
