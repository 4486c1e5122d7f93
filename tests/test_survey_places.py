"""Names of places and groups: folded, grouped, compared. All respondents made up."""

import pandas as pd
import pytest

from assetmap.contracts import check
from assetmap.errors import ConfigError
from assetmap.names import fold_name
from assetmap.survey.places import REVIEW_COLUMNS, match_places
from assetmap.survey.tables import INT_PLACE_MATCH, STG_SURVEY_MENTION

GURDWARA = "\u0a17\u0a41\u0a30\u0a26\u0a41\u0a06\u0a30\u0a3e"
A, B, C = (f"p_{number:032x}" for number in (10, 11, 12))
PLACES = [
    ("lib-1", "Spring Hill Library", "library", "E05000001"),
    ("sch-1", "St Mary's School", "school", "E05000001"),
    ("sch-2", "Saint Marys School", "school", "E05000002"),
    ("gp-1", "The Broadway Surgery", "gp_practice", "E05000001"),
    ("gp-2", "Broadway Surgerys", "gp_practice", "E05000001"),
]


def matched(*mentions, reviews=(), places=PLACES):
    named = pd.DataFrame(mentions, columns=["respondent", "kind", "name"])
    named["mention_number"] = range(1, len(named) + 1)
    named = named[STG_SURVEY_MENTION.names]
    check(named, STG_SURVEY_MENTION)
    found = match_places(
        named,
        pd.DataFrame(places, columns=["asset_id", "asset_name", "kind", "wd17cd"]),
        pd.DataFrame(reviews, columns=list(REVIEW_COLUMNS)),
    )
    check(found, INT_PLACE_MATCH)
    return [tuple(row) for row in found.astype(object).where(found.notna(), None).to_numpy()]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  The   DRUM ", "drum"),
        ("St. Mary's School", "st marys school"),
        ("Saint Mary\u2019s School", "st marys school"),
        ("Growing Together C.I.C.", "growing together"),
        ("Growing Together Community Interest Company", "growing together"),
        ("B&M Ltd.", "b and m"),
        ("Caf\u00e9-Bar, \u201cNo. 8\u201d", "cafe bar no 8"),
        ("\uff34\uff48\uff45 Park", "park"),
        ("The", "the"),
        ("Limited", "limited"),
        ("Theatre", "theatre"),
        ("!?", ""),
        # Vowel signs of other scripts are part of the word.
        (f"{GURDWARA}.", GURDWARA),
        ("\u0645\u0633\u062c\u062f", "\u0645\u0633\u062c\u062f"),
    ],
)  # fmt: skip
def test_a_name_is_folded_to_what_does_not_vary(written, folded):
    assert fold_name(written) == folded


def test_folding_twice_changes_nothing():
    for written in ("The Saint's C.I.C.", "B&M Ltd.", "The", "Caf\u00e9"):
        assert fold_name(fold_name(written)) == fold_name(written)


def test_an_equal_name_is_matched_and_each_respondent_counted_once():
    rows = matched(
        (A, "place", "spring hill library"),
        (A, "place", "The Spring Hill Library"),
        (B, "place", "SPRING HILL LIBRARY!"),
    )
    assert rows == [("place", "spring hill library", 2, "matched", "lib-1", 100.0)]


def test_a_name_that_is_merely_like_goes_to_review_with_its_candidate():
    ((_, _, _, decision, asset_id, score),) = matched((A, "place", "Spring Hil Library"))
    assert (decision, asset_id) == ("review", "lib-1")
    assert 90 <= score < 100


def test_the_words_may_stand_in_another_order_but_that_is_no_match():
    (row,) = matched((A, "place", "Library Spring Hill"))
    assert row[3:] == ("review", "lib-1", 100.0)


def test_a_name_of_two_public_places_is_nobodys():
    (row,) = matched((A, "place", "St Mary's School"))
    assert row[3:] == ("review", None, 100.0)


def test_a_name_that_is_like_several_names_no_candidate():
    (row,) = matched((A, "place", "Broadway Surgeryy"))
    assert row[3:5] == ("review", None)


def test_an_equal_name_stands_above_one_that_is_like():
    (row,) = matched((A, "place", "Broadway Surgery"))
    assert row[3:] == ("matched", "gp-1", 100.0)


def test_a_name_like_nothing_is_new():
    assert matched((A, "place", "Edgbaston Reservoir")) == [
        ("place", "edgbaston reservoir", 1, "new", None, None)
    ]


def test_a_group_is_never_a_public_place():
    assert matched((A, "group", "Spring Hill Library")) == [
        ("group", "spring hill library", 1, "new", None, None)
    ]


def test_groups_are_compared_with_each_other():
    rows = matched((A, "group", "Ladywood Choir"), (B, "group", "Ladywod Choir"), (C, "group", "X"))
    assert [(row[1], row[3], row[4]) for row in rows] == [
        ("ladywod choir", "review", None),
        ("ladywood choir", "review", None),
        ("x", "new", None),
    ]


def test_a_decision_stands_above_every_likeness():
    reviews = [
        ("place", "Spring Hil Library", "lib-1"),
        ("place", "spring hill library", None),
        ("group", "ladywod choir", "choir"),
    ]
    rows = matched(
        (A, "place", "Spring Hil Library"),
        (A, "place", "Spring Hill Library"),
        (B, "group", "Ladywod Choir"),
        reviews=reviews,
    )
    assert [(row[1], row[3], row[4]) for row in rows] == [
        ("ladywod choir", "reviewed", "choir"),
        ("spring hil library", "reviewed", "lib-1"),
        ("spring hill library", "reviewed", None),
    ]


def test_a_decision_for_a_place_that_is_no_longer_listed_goes_back_to_review():
    (row,) = matched((A, "place", "The Green"), reviews=[("place", "green", "gone-1")])
    assert row[3:] == ("review", None, None)


def test_a_decision_of_one_kind_says_nothing_of_the_other():
    (row,) = matched((A, "group", "Green"), reviews=[("place", "green", "lib-1")])
    assert row[3] == "new"


def test_two_decisions_that_differ_are_refused_without_the_name():
    reviews = [("place", "green", "lib-1"), ("place", "The Green", None)]
    with pytest.raises(ConfigError, match="1 names have two decisions") as caught:
        matched((A, "place", "Green"), reviews=reviews)
    assert "green" not in str(caught.value).lower()


def test_a_mention_without_kind_counts_as_a_place_and_one_without_a_letter_as_none():
    assert matched((A, None, "Spring Hill Library"), (A, "place", "...")) == [
        ("place", "spring hill library", 1, "matched", "lib-1", 100.0)
    ]


def test_nothing_named_gives_an_empty_table():
    assert matched() == []
    assert matched((A, "place", "Park"), places=[]) == [("place", "park", 1, "new", None, None)]
