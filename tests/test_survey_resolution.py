"""What a form names as its researcher: a code, a name, nearly one, or nobody."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.survey.resolution import as_code, fold_name, near_candidates, resolve_researchers

# Nobody of these exists.
REGISTER = pd.DataFrame(
    [
        ("R01", "Zelda Fictional"),
        ("R02", "Zélie Ó'Invented"),
        ("R07", "Amina Imaginary"),
        ("R08", "Sam Madeup"),
        ("R09", "Sam Madeup"),
        ("R15", "ਸਿੰਥੇਟਿਕ"),
        ("R112", "Long Number"),
    ],
    columns=["researcher_id", "name"],
)
REVIEWS = pd.DataFrame(
    [
        ("researcher", "Auntie Z.", "R01", "2017-07-01"),
        ("researcher", "amina imaginary", "R01", "2017-07-01"),
        ("researcher", "Sam Madeup", "R09", "2017-07-01"),
        ("duplicate", "Somebody Else", "keep", "2017-07-01"),
    ],
    columns=["kind", "subject", "decision", "decided_date"],
)
NOTHING = REVIEWS.iloc[:0]


def resolve(text, reviews=NOTHING, near=85):
    found = resolve_researchers(pd.Series([text]), REGISTER, reviews, near=near)
    return tuple(found.iloc[0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("R07", "R07"),
        ("r7", "R07"),
        (" R 07 ", "R07"),
        ("r-007", "R07"),
        ("\uff32\uff10\uff17", "R07"),
        ("R\u0660\u0667", "R07"),
        ("R112", "R112"),
        ("R1112", ""),
        ("07", ""),
        ("RO7", ""),
        ("R", ""),
        ("", ""),
    ],
)
def test_a_code_in_any_spelling(text, code):
    assert as_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("r 7", "R07"),
        ("AMINA  imaginary", "R07"),
        ("amina-imaginary.", "R07"),
        ("Zelie O\u2019Invented", "R02"),
        ("Amina Imaginary (R07)", "R07"),
        ("r07 amina imaginary", "R07"),
        ("ਸਿੰਥੇਟਿਕ", "R15"),
    ],
)
def test_a_code_or_a_whole_name_is_exact(text, code):
    assert resolve(text) == (code, "exact")


@pytest.mark.parametrize("text", ["", "  ", None, "-", "?", float("nan")])
def test_nothing_is_missing(text):
    assert resolve(text) == (None, "missing")


@pytest.mark.parametrize(
    "text",
    [
        "Amina Imaginery",
        "Imaginary Amina",
        "Amina",
        "RO7",
        "R0",
        "7",
        "R17",
        "Sam Madeup",
        "R07 Zelda Fictional",
        "R07 somebody unheard of",
    ],
)
def test_what_is_only_close_has_no_researcher(text):
    assert resolve(text) == (None, "near")


@pytest.mark.parametrize("text", ["Nobody Here", "R66", "R999", "ਸਿੰਘ", "x"])
def test_what_is_like_nobody_is_unknown(text):
    assert resolve(text) == (None, "unknown")


def test_a_decision_settles_a_spelling_but_not_against_a_whole_name():
    assert resolve("auntie z", REVIEWS) == ("R01", "reviewed")
    assert resolve("AUNTIE  Z.", REVIEWS) == ("R01", "reviewed")
    assert resolve("Sam Madeup", REVIEWS) == ("R09", "reviewed")
    assert resolve("Amina Imaginary", REVIEWS) == ("R07", "exact")
    assert resolve("Somebody Else", REVIEWS) == (None, "unknown")


def test_the_threshold_decides_what_is_near():
    assert resolve("Amina Imagin", near=85) == (None, "near")
    assert resolve("Amina Imagin", near=95) == (None, "unknown")


def test_the_index_is_kept_and_the_input_too():
    typed = pd.Series(["r7", None, "r7"], index=[9, 4, 9])
    before = typed.copy()
    found = resolve_researchers(typed, REGISTER, NOTHING, near=85)
    assert found.index.tolist() == [9, 4, 9]
    assert found.columns.tolist() == ["researcher_id", "researcher_match"]
    assert found["researcher_match"].tolist() == ["exact", "missing", "exact"]
    pd.testing.assert_series_equal(typed, before)


def test_an_empty_register_knows_nobody():
    typed = pd.Series(["R07", "Amina", ""])
    found = resolve_researchers(typed, REGISTER.iloc[:0], NOTHING, near=1)
    assert found["researcher_match"].tolist() == ["unknown", "unknown", "missing"]


def test_candidates_are_listed_for_what_someone_must_decide():
    typed = pd.Series(["Sam Madeup", "RO7", "sam madeup", "Nobody Here", "R07", "", "auntie z"])
    listed = near_candidates(typed, REGISTER, REVIEWS.iloc[:1], near=85)
    assert listed.to_numpy().tolist() == [
        ["Nobody Here", 1, "unknown", "", ""],
        ["RO7", 1, "near", "R07", "66.7"],
        ["Sam Madeup", 2, "near", "R08 R09", "100.0 100.0"],
    ]


def test_the_likeliest_candidate_stands_first():
    listed = near_candidates(pd.Series(["R07 Zelda Fictionl"]), REGISTER, NOTHING, near=85)
    ids, scores = listed["candidate_ids"][0].split(), listed["scores"][0].split()
    assert ids == ["R07", "R01"]
    assert float(scores[0]) == 100
    assert 85 <= float(scores[1]) < 100


@given(st.text(max_size=30))
def test_a_researcher_is_given_only_for_a_code_or_a_whole_name(text):
    code, match = resolve(text)
    names = dict(zip(REGISTER["researcher_id"], REGISTER["name"].map(fold_name), strict=True))
    assert (code is None) == (match != "exact")
    if code is not None:
        assert as_code(text) == code or names[code] in fold_name(text)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text):
    assert fold_name(fold_name(text)) == fold_name(text)
