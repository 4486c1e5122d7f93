"""Raking: worked by hand, and held to its margins. All respondents made up."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.contracts import check
from assetmap.survey.margins import WARD, census_counts, ward_counts
from assetmap.survey.tables import INT_CENSUS_MARGIN, INT_RESPONDENT_WEIGHT
from assetmap.survey.weighting import effective_size, rake, trim

NORTH, SOUTH, WEST = WARDS = ("E05000001", "E05000002", "E05000003")
TOWN = "town"
LEVELS = ("none", "levels_1_to_3", "level_4_plus")
SEXES = ("female", "male")
NO_LIMIT = 1e9


def people(*rows):
    """Return attributes and persons of (ward, {attribute: category})."""
    persons, attributes = [], []
    for number, (ward, answers) in enumerate(rows):
        person = f"p_{number:032x}"
        persons.append(("respondent", person, ward))
        attributes += [("respondent", person, *pair) for pair in answers.items()]
    return (
        pd.DataFrame(attributes, columns=["population", "person_id", "attribute", "category"]),
        pd.DataFrame(persons, columns=["population", "person_id", "wd17cd"]),
    )


def margin(*rows):
    frame = pd.DataFrame(rows, columns=INT_CENSUS_MARGIN.names)
    check(frame, INT_CENSUS_MARGIN)
    return frame.astype({"people_count": float})


def levels(**wards):
    """Return margin rows of qualifications by ward, with their sums for the town."""
    rows = [
        ("qualification_level", level, ward, count)
        for ward, counts in wards.items()
        for level, count in zip(LEVELS, counts, strict=True)
    ]
    sums = [sum(counts) for counts in zip(*wards.values(), strict=True)]
    rows += [("qualification_level", *pair) for pair in zip(LEVELS, [TOWN] * 3, sums, strict=True)]
    return rows


def sexes(female, male):
    return [("sex", "female", TOWN, female), ("sex", "male", TOWN, male)]


def by_sex(rows):
    return people(*((ward, {"sex": sex}) for ward, sex in rows))


def raked(tables, margins, limit=NO_LIMIT):
    found = rake(*tables, margins, study_area=TOWN, limit=limit)
    check(found.weights, INT_RESPONDENT_WEIGHT)
    return found


# Wards 60 : 40 (by qualification), sexes given.
TWO_WARDS = levels(**{NORTH: (20, 20, 20), SOUTH: (10, 10, 20)})


def test_one_respondent_a_cell_gets_the_product_of_the_shares():
    cells = [(ward, sex) for ward in (NORTH, SOUTH) for sex in SEXES]
    found = raked(by_sex(cells), margin(*TWO_WARDS, *sexes(70, 30)))
    # Shares of the cells: 0.6 * 0.7, 0.6 * 0.3, 0.4 * 0.7, 0.4 * 0.3; four times them.
    assert found.weights["weight"].tolist() == pytest.approx([1.68, 0.72, 1.12, 0.48])
    # (sum w)^2 = 16; sum w^2 = 2.8224 + 0.5184 + 1.2544 + 0.2304 = 4.8256.
    assert found.effective_n == pytest.approx(16 / 4.8256)
    assert found.deff_weighting == pytest.approx(4 * 4.8256 / 16)
    assert (found.is_converged, found.whole, found.partial) == (True, (WARD, "sex"), ())


def test_two_by_two_keeps_its_odds_ratio_and_takes_the_new_margins():
    rows = [(NORTH, "female")] * 4 + [(NORTH, "male"), (SOUTH, "female")] + [(SOUTH, "male")] * 4
    found = raked(by_sex(rows), margin(*TWO_WARDS, *sexes(60, 40)))
    # Odds ratio 16, both margins 0.6: the first cell is a with a(a - 0.2) = 16 (0.6 - a)^2,
    # so 15 a^2 - 19 a + 5.76 = 0 and a = (19 - sqrt(15.4)) / 30.
    a = (19 - math.sqrt(15.4)) / 30
    cells = found.weights["weight"].groupby([0] * 4 + [1] + [2] + [3] * 4).sum() / 10
    assert cells.tolist() == pytest.approx([a, 0.6 - a, 0.6 - a, a - 0.2], abs=1e-6)
    assert found.worst_miss <= 1e-6


def share(found, tables, dimension, category):
    """Return the weighted share of a category among those with an answer the census has."""
    attributes, persons = tables
    weight = found.weights.set_index("person_id")["weight"]
    held = attributes[attributes["attribute"] == dimension].set_index("person_id")["category"]
    if dimension == WARD:
        held = persons.set_index("person_id")["wd17cd"]
    held = held[~held.isin(["not_said", "other_not_said"])]
    return weight[held[held == category].index].sum() / weight[held.index].sum()


cell_counts = st.lists(st.integers(1, 4), min_size=18, max_size=18)
figures = st.lists(st.integers(20, 900), min_size=3, max_size=3)
loose = st.lists(
    st.tuples(
        st.sampled_from(WARDS),
        st.sampled_from(["not_said", *LEVELS]),
        st.sampled_from(["other_not_said", *SEXES]),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(cell_counts, figures, figures, figures, st.integers(50, 900), loose)
def test_margins_are_reproduced_where_every_cell_is_filled(counts, north, south, west, men, more):
    cells = [(w, q, s) for w in WARDS for q in LEVELS for s in SEXES]
    rows = [cell for cell, n in zip(cells, counts, strict=True) for _ in range(n)] + more
    tables = people(*((w, {"qualification_level": q, "sex": s}) for w, q, s in rows))
    margins = margin(*levels(**{NORTH: north, SOUTH: south, WEST: west}), *sexes(500, men))
    found = raked(tables, margins)
    assert found.is_converged
    assert found.whole == (WARD, "qualification_level", "sex")
    wanted = {
        WARD: ward_counts(margins),
        "qualification_level": census_counts(margins, "qualification_level", TOWN),
        "sex": {"female": 500, "male": men},
    }
    for dimension, residents in wanted.items():
        for category, count in residents.items():
            want = count / sum(residents.values())
            assert share(found, tables, dimension, category) == pytest.approx(want, abs=1e-6)
    assert found.weights["weight"].mean() == pytest.approx(1)
    assert 0 < found.effective_n <= len(rows) + 1e-9
    assert found.deff_weighting >= 1 - 1e-12


def test_who_gave_no_answer_keeps_the_weight_that_the_other_dimensions_give():
    rows = [(NORTH, "female"), (NORTH, "male"), (NORTH, "other_not_said")]
    rows += [(SOUTH, "female"), (SOUTH, "male"), (SOUTH, "other_not_said")]
    found = raked(by_sex(rows), margin(*TWO_WARDS, *sexes(70, 30)))
    # By ward each of three has 1.2 or 0.8; by sex the answers of a ward split 70 : 30.
    wanted = [1.68, 0.72, 1.2, 1.12, 0.48, 0.8]
    assert found.weights["weight"].tolist() == pytest.approx(wanted, abs=1e-6)


def test_a_category_without_respondents_is_said_and_the_rest_is_fitted():
    tables = people(
        *((NORTH, {"qualification_level": level}) for level in LEVELS[:2]),
        *((SOUTH, {"qualification_level": level}) for level in LEVELS[:2]),
    )
    found = raked(tables, margin(*levels(**{NORTH: (30, 10, 20), SOUTH: (30, 10, 0)})))
    assert found.partial == ("qualification_level",)
    assert found.whole == (WARD,)
    assert "Highest qualification, level_4_plus: no respondents" in found.unused
    assert share(found, tables, "qualification_level", "none") == pytest.approx(60 / 80)
    assert found.worst_miss <= 1e-6


def test_an_empty_ward_is_said_too():
    tables = by_sex([(NORTH, "female"), (SOUTH, "male")])
    found = raked(tables, margin(*levels(**dict.fromkeys(WARDS, (1, 1, 1)))))
    assert f"Ward, {WEST}: no respondents" in found.unused
    assert found.partial == (WARD,)


def test_a_category_without_residents_gets_no_weight_of_zero():
    tables = by_sex([(NORTH, "female"), (NORTH, "male"), (SOUTH, "female"), (SOUTH, "male")])
    south_empty = levels(**{NORTH: (20, 20, 20), SOUTH: (0, 0, 0)})
    found = raked(tables, margin(*south_empty, *sexes(0, 10)))
    assert (found.weights["weight"] > 0).all()
    assert "Sex, female: no residents" in found.unused
    assert "Sex: fewer than two categories have respondents" in found.unused


def test_a_dimension_without_figures_or_with_a_hole_is_left_out_and_named():
    hole = [(*row[:3], None) if row[1:3] == ("none", TOWN) else row for row in TWO_WARDS]
    found = raked(by_sex([(NORTH, "female"), (SOUTH, "male")]), margin(*hole))
    assert found.unused == (
        "Age: no census figures for the whole study area",
        "Highest qualification: no census figures for the whole study area",
        "Country of birth: no census figures for the whole study area",
        "Sex: no census figures for the whole study area",
    )
    assert found.whole == (WARD,)


def test_without_any_margin_everybody_counts_alike():
    found = raked(by_sex([(NORTH, "female"), (SOUTH, "male")]), margin())
    assert found.weights["weight"].tolist() == [1, 1]
    assert (found.effective_n, found.deff_weighting, found.worst_miss) == (2, 1, 0)
    assert len(found.unused) == 5


def test_nobody_has_no_weights():
    found = raked(by_sex([]), margin(*TWO_WARDS, *sexes(1, 1)))
    assert found.weights.empty
    assert (found.effective_n, found.whole) == (0, ())


def test_margins_that_contradict_each_other_are_reported():
    # All women of the sample live in the north, so wards and sexes must have the same shares.
    rows = [(NORTH, "female")] * 3 + [(SOUTH, "male")] * 3
    found = raked(by_sex(rows), margin(*TWO_WARDS, *sexes(20, 80)))
    assert not found.is_converged
    assert "Raking: 1000 rounds did not reach the margins, which conflict here" in found.unused
    assert found.worst_miss > 0.1
    assert np.isfinite(found.weights["weight"]).all()


def test_no_weight_is_above_the_limit_and_the_miss_is_reported():
    rows = [(NORTH, "female")] * 2 + [(SOUTH, "male")] * 18 + [(NORTH, "male"), (SOUTH, "female")]
    margins = margin(*TWO_WARDS, *sexes(70, 30))
    free, held = raked(by_sex(rows), margins), raked(by_sex(rows), margins, limit=2.0)
    assert free.weights["weight"].max() > 2
    assert held.weights["weight"].max() <= 2
    assert held.weights["weight"].mean() == pytest.approx(1)
    assert free.worst_miss <= 1e-6 < held.worst_miss
    assert held.effective_n > free.effective_n
    tables = by_sex(rows)
    misses = [
        abs(share(held, tables, WARD, NORTH) - 0.6),
        abs(share(held, tables, "sex", "female") - 0.7),
    ]
    assert held.worst_miss == pytest.approx(max(misses))


def test_trimming_cuts_and_shares_out_again_and_again():
    # 4 is cut to 2, which leaves 6 - 2 = 4 for the 2.0 of the others: times 2, and 1.2 becomes
    # 2.4. That is cut too, which leaves 2 for the 0.8 of the others: times 2.5.
    weights = np.array([4.0, 1.2, 0.4, 0.2, 0.1, 0.1])
    assert trim(weights, 2.0).tolist() == pytest.approx([2, 2, 1, 0.5, 0.25, 0.25])
    assert trim(weights, 5.0).tolist() == weights.tolist()
    assert trim(weights, 1.0).tolist() == pytest.approx([1] * 6)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.floats(1, 6))
def test_trimmed_weights_keep_mean_and_order_and_stay_below_the_limit(values, limit):
    weights = np.array(values) / np.mean(values)
    trimmed = trim(weights, limit)
    assert trimmed.max() <= limit
    assert trimmed.mean() == pytest.approx(1)
    assert (np.diff(trimmed[np.argsort(weights)]) >= -1e-9).all()


def test_effective_size_is_that_of_kish():
    assert effective_size(np.array([1.0, 1.0, 1.0])) == pytest.approx(3)
    assert effective_size(np.array([3.0, 1.0])) == pytest.approx(16 / 10)
    assert effective_size(np.array([])) == 0


def test_the_order_of_rows_changes_no_digit():
    rng = np.random.default_rng(7)
    rows = [(WARDS[w], SEXES[s]) for w, s in rng.integers(0, [3, 2], (60, 2))]
    attributes, persons = by_sex(rows)
    margins = margin(*levels(**{NORTH: (9, 8, 7), SOUTH: (5, 3, 1), WEST: (4, 4, 5)}), *sexes(5, 6))
    first = raked((attributes, persons), margins, limit=1.2)
    shuffled = (attributes.sample(frac=1, random_state=1), persons.sample(frac=1, random_state=2))
    second = raked(shuffled, margins.sample(frac=1, random_state=3), limit=1.2)
    assert first.weights.equals(second.weights)
    assert first.effective_n == second.effective_n


def test_researchers_as_persons_get_no_weight():
    attributes, persons = by_sex([(NORTH, "female"), (SOUTH, "male")])
    staff = pd.DataFrame([("researcher", "R01", None)], columns=persons.columns)
    found = raked((attributes, pd.concat([persons, staff])), margin(*TWO_WARDS))
    assert len(found.weights) == 2
