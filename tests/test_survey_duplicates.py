"""How alike two responses are, worked by hand, and which repeats which."""

import numpy as np
import pandas as pd
import pytest

from assetmap.survey.duplicates import ANSWERS, LEAST_COMPARED, SETS, find_similar, similarity

SAME = {
    "wd17cd": "E05001193", "age_band": "25_34", "sex": "female", "country_group": "africa",
    "qualification_level": "level_3", "construction_experience": "no",
    "business_experience": "yes", "enterprise_interest": "yes",
    "development_feeling": "mixed", "follow_up": "no",
}  # fmt: skip
CHOSEN = {
    "languages": ("english", "somali"),
    "skills": ("cooking", "sewing", "driving"),
    "idea_themes": ("food",),
    "passions": ("music",),
}


def person(n):
    return f"p_{n:032x}"


def table(*people):
    """Return responses and choices; each of ``people`` says how it differs from SAME, CHOSEN."""
    rows, chosen = [], []
    for number, change in enumerate(people, 1):
        own = {"respondent": person(number), "researcher_id": "R07", "collected_month": "2017-05"}
        rows.append({**own, **SAME, **{k: v for k, v in change.items() if k not in SETS}})
        sets = {**CHOSEN, **{k: v for k, v in change.items() if k in SETS}}
        chosen += [(rows[-1]["respondent"], q, c) for q, cs in sets.items() for c in cs]
    return pd.DataFrame(rows), pd.DataFrame(chosen, columns=["respondent", "question", "choice"])


def pairs(*people, threshold=0.95, **options):
    found = find_similar(*table(*people), threshold=threshold, **options)
    short = {person(n): n for n in range(1, len(people) + 1)}
    return [(short[later], short[earlier]) for later, earlier in found.iloc[:, :2].to_numpy()]


def alike(one, other):
    found = find_similar(*table(one, other), threshold=1e-9)
    return found["similarity"].iloc[0] if len(found) else 0.0


EMPTY = dict.fromkeys(ANSWERS) | dict.fromkeys(SETS, ())


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, 1),
        ({"sex": "male"}, 13 / 14),
        ({"sex": "male", "wd17cd": "E05001205"}, 12 / 14),
        ({"sex": None}, 1),  # not compared: 13 of 13
        ({"sex": None, "age_band": "18_24"}, 12 / 13),
        ({"languages": ("english",)}, 13.5 / 14),  # 1 of 2
        ({"skills": ("cooking", "sewing", "welding")}, 13.5 / 14),  # 2 of 4
        ({"languages": ()}, 13 / 14),  # one gave some: compared, and unlike
        ({"languages": (), "sex": "male"}, 12 / 14),
    ],
)
def test_likeness_worked_by_hand(other, expected):
    assert alike({}, other) == pytest.approx(expected)


def test_two_empty_sets_are_not_compared():
    bare = {"languages": (), "passions": ()}
    assert alike(bare, {**bare, "sex": "male"}) == pytest.approx(11 / 12)


def test_empty_answers_are_not_alike():
    assert alike(EMPTY, EMPTY) == 0
    few = EMPTY | dict(list(SAME.items())[: LEAST_COMPARED - 1])
    enough = EMPTY | dict(list(SAME.items())[:LEAST_COMPARED])
    assert alike(few, few) == 0
    assert alike(enough, enough) == 1


def test_likeness_is_of_all_pairs():
    codes = np.array([[0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [1, 1, 1, 1, -1]])
    found = similarity(codes, [], slice(0, 3))
    assert found.tolist() == [[1, 0.8, 0], [0.8, 1, 0], [0, 0, 0]]
    assert similarity(codes, [], slice(1, 2)).tolist() == [[0.8, 1, 0]]


def test_the_later_of_two_may_repeat_the_earlier():
    assert pairs({"collected_month": "2017-06"}, {"collected_month": "2017-05"}) == [(1, 2)]
    assert pairs({}, {}) == [(2, 1)]
    assert pairs({"collected_month": None}, {}) == [(1, 2)]


def test_another_order_may_be_given():
    people = ({"hour": 9}, {"hour": 8})
    assert pairs(*people, order=("collected_month", "hour")) == [(1, 2)]
    assert pairs(*people) == [(2, 1)]


def test_only_what_is_above_the_threshold_is_alike():
    other = {"languages": ("english",)}  # 13.5 / 14 = 0.964
    assert pairs({}, other) == [(2, 1)]
    assert pairs({}, other, threshold=13.5 / 14) == []
    assert pairs({}, {"sex": "male"}) == []  # 13 / 14 = 0.929


def test_responses_of_two_researchers_are_not_compared():
    assert pairs({}, {"researcher_id": "R08"}) == []
    assert pairs({}, {"researcher_id": None}) == []


def test_responses_without_a_researcher_are_compared_among_themselves():
    nobody = {"researcher_id": None}
    assert pairs(nobody, nobody) == [(2, 1)]
    assert pairs({"researcher_id": float("nan")}, nobody) == [(2, 1)]


def test_the_most_alike_is_named_and_of_two_the_earliest():
    assert pairs({"languages": ("english",)}, {}, {}) == [(2, 1), (3, 2)]
    assert pairs({}, {}, {}) == [(2, 1), (3, 1)]


def test_what_a_review_dropped_holds_nobody_back():
    assert pairs({}, {}, ignored={person(1)}) == []
    assert pairs({}, {}, {}, ignored={person(1)}) == [(3, 2)]


def test_no_response_no_pair():
    responses, choices = table({})
    found = find_similar(responses.iloc[:0], choices.iloc[:0], threshold=0.95)
    assert found.columns.tolist() == ["respondent", "similar_to", "similarity"]
    assert found.empty


def test_many_responses_in_blocks_are_the_same_as_one_by_one():
    numbers = np.random.default_rng(7).integers(0, 2, (1100, len(ANSWERS)))
    people = [
        {name: str(code) for name, code in zip(ANSWERS, codes, strict=True)} for codes in numbers
    ]
    responses, choices = table(*people)
    found = find_similar(responses, choices, threshold=0.99).set_index("respondent")["similar_to"]
    first: dict[tuple[int, ...], str] = {}
    expected = {}
    for number, codes in enumerate(map(tuple, numbers), 1):
        if codes in first:
            expected[person(number)] = first[codes]
        first.setdefault(codes, person(number))
    assert found.to_dict() == expected
    assert len(expected) > 50
