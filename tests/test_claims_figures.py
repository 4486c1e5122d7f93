"""Figures as documents write them, what they limit, and dates as exact as they are known."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.claims.figures import FigureError, read_figure, take_apart
from assetmap.claims.intervals import Stated, interval, meet
from assetmap.claims.periods import overlap, span


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("60", "count", 60),
        ("3,000", "count", 3000),
        ("3000", "homes", 3000),
        ("1,073,045", "count", 1_073_045),
        ("1.073.045", "count", 1_073_045),
        ("1 073 045", "count", 1_073_045),
        ("1\u202f073\u00a0045", "count", 1_073_045),
        ("1.234,5", "count", 1234.5),
        ("1,234.5", "count", 1234.5),
        ("0.500", "count", 0.5),
        ("£3.13m", "gbp", 3_130_000),
        ("£350m", "gbp", 350_000_000),
        ("£20", "gbp", 20),
        ("£19k", "gbp", 19_000),
        ("20k", "count", 20_000),
        ("€1 billion", "eur", 1_000_000_000),
        ("EUR 372 million", "eur", 372_000_000),
        ("62%", "percent", 62),
        ("50 %", "percent", 50),
        ("54 per cent", "percent", 54),
        ("one in five", "percent", 20),
        ("1 in 8", "percent", 12.5),
        ("6th", "rank", 6),
        ("60 hectares", "ha", 60),
        ("nine months", "months", 9),
        ("THREE", "count", 3),
        ("twenty", "count", 20),
        ("four times", "times", 4),
        ("doubles", "times", 2),
        ("twice a year", "per_year", 2),
        ("Weekly", "per_year", 52),
        ("every other", "percent", 50),
    ],
)
def test_a_clear_figure_is_read(written, unit, value):
    assert read_figure(written, unit=unit) == value


@pytest.mark.parametrize(
    ("written", "unit", "notation", "value"),
    [
        ("81.361", "count", "dot_thousands", 81_361),
        ("81.361", "count", "comma_thousands", 81.361),
        ("£3.000", "gbp", "dot_thousands", 3000),
        ("€3,54m", "eur", "dot_thousands", 3_540_000),
        ("3,56 Mio. €", "eur", "dot_thousands", 3_560_000),
        ("3,000", "count", "dot_thousands", 3),
    ],
)
def test_notation_says_what_a_mark_means(written, unit, notation, value):
    assert read_figure(written, unit=unit, notation=notation) == value


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("81.361", "count"),
        ("£3.000", "gbp"),
        ("3.000", "count"),
        ("€3,54m", "eur"),
        ("3,56 Mio. €", "eur"),
        ("1,5", "count"),
        ("0,500", "count"),
        ("1,0000", "count"),
    ],
)
def test_a_mark_with_two_meanings_is_refused_and_the_remedy_named(written, unit):
    with pytest.raises(FigureError, match="notation must say which"):
        read_figure(written, unit=unit)


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("", "count"),
        ("about", "count"),
        ("60", ""),
        ("81,361 people", "count"),
        ("£60", "count"),
        ("€60", "gbp"),
        ("60 €", "gbp"),
        ("£60 €", "gbp"),
        ("3,000", "gbp"),
        ("62", "percent"),
        ("62%", "count"),
        ("60 homes", "jobs"),
        ("10 20", "count"),
        ("18/19", "count"),
        ("60-70", "count"),
        ("-5", "count"),
        ("5.", "count"),
        (".5", "count"),
        ("007", "count"),
        ("1,23,456", "count"),
        ("1,234.567,8", "count"),
        ("\uff16\uff10", "count"),
        ("٦٠", "count"),
        ("10²", "count"),
        ("½", "count"),
        ("nan", "count"),
        ("inf", "count"),
        ("1e5", "count"),
        ("six in five", "percent"),
        ("some in five", "percent"),
        ("doubles", "count"),
        ("9" * 400, "count"),
        ("=1+1", "count"),
    ],
)
def test_what_is_not_one_figure_in_its_unit_is_refused(written, unit):
    with pytest.raises(FigureError):
        read_figure(written, unit=unit)


@pytest.mark.parametrize("written", ["1.073,045", "81.361,0"])
def test_marks_against_their_notation_are_refused(written):
    with pytest.raises(FigureError, match="not parted into thousands"):
        read_figure(written, unit="count", notation="comma_thousands")


def _in_notation(cents, notation):
    text = f"{cents / 100:,.2f}"
    return text if notation == "comma_thousands" else text.translate(str.maketrans(",.", ".,"))


@given(
    cents=st.integers(0, 10**13),
    notation=st.sampled_from(["comma_thousands", "dot_thousands"]),
)
def test_what_is_written_in_a_notation_is_read_back_and_never_as_another_value(cents, notation):
    written = _in_notation(cents, notation)
    assert read_figure(written, unit="count", notation=notation) == pytest.approx(cents / 100)
    try:
        guessed = read_figure(written, unit="count")
    except FigureError:
        return
    assert guessed == pytest.approx(cents / 100)


@given(st.text(alphabet="0123456789.,£€%mk in", max_size=14))
def test_any_text_is_read_or_refused(written):
    try:
        value = read_figure(written, unit="percent")
    except FigureError:
        return
    assert math.isfinite(value)
    assert value >= 0


def test_a_figure_is_taken_apart():
    assert take_apart("62%", unit="percent").half_place == 0.5
    assert take_apart("62.4%", unit="percent").half_place == pytest.approx(0.05)
    assert take_apart("£3.13m", unit="gbp").half_place == 5000
    assert take_apart("71", unit="count").half_place == 0
    assert take_apart("£3.13m", unit="gbp").marks == {(".", "decimals")}
    marks = take_apart("3,56 Mio. €", unit="eur", notation="dot_thousands").marks
    assert marks == {(",", "decimals")}, "the dot of an abbreviation is none of a number"


@pytest.mark.parametrize(
    ("bound", "limits"),
    [
        ("exact", (70, 70)),
        ("at_least", (70, math.inf)),
        ("over", (70, math.inf)),
        ("about", (63, 77)),
        ("average", None),
        ("rule", None),
    ],
)
def test_a_bound_limits_the_truth(bound, limits):
    assert interval(70, bound) == limits


@pytest.mark.parametrize(
    ("first", "second", "is_met"),
    [
        (Stated(71, "exact"), Stated(94, "exact"), False),
        (Stated(71, "exact"), Stated(71, "exact"), True),
        (Stated(70, "over"), Stated(71, "exact"), True),
        (Stated(70, "over"), Stated(70, "exact"), False),
        (Stated(70, "over"), Stated(10, "over"), True),
        (Stated(70, "at_least"), Stated(70, "exact"), True),
        (Stated(3000, "about"), Stated(3300, "exact"), True),
        (Stated(3000, "about"), Stated(3301, "exact"), False),
        (Stated(62, "exact", 0.5), Stated(61.7, "exact", 0.05), True),
        (Stated(62, "exact", 0.5), Stated(61.4, "exact", 0.05), False),
        (Stated(50, "average"), Stated(50, "average"), True),
        (Stated(50, "average"), Stated(40, "average"), False),
        (Stated(50, "average"), Stated(40, "exact"), None),
        (Stated(20, "rule"), Stated(100, "over"), None),
    ],
)
def test_two_claims_meet_where_both_can_be_true(first, second, is_met):
    assert meet(first, second) is is_met
    assert meet(second, first) is is_met


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2017", date(2017, 1, 1), date(2017, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017-05-30", date(2017, 5, 30), date(2017, 5, 30)),
    ],
)
def test_a_date_spans_the_days_that_it_can_mean(text, first, last):
    assert span(text) == (first, last)


@pytest.mark.parametrize("text", ["unknown", "", None, "2017-02-30", "0000", "spring 2017", 2017])
def test_what_is_no_date_spans_nothing(text):
    assert span(text) is None


def test_spans_overlap_where_they_share_a_day():
    assert overlap(span("2017"), span("2017-12-31"))
    assert not overlap(span("2017"), span("2018-01"))
