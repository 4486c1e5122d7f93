"""Every indicator against figures that were worked out by hand for a small town.

The town's tables are in ``data/indicators/_town``; beside each ``expected.csv`` a
``working.md`` shows the arithmetic.
"""

import csv
import math
from pathlib import Path

import pytest

from assetmap.indicators import expand, find_indicators, measure
from assetmap.warehouse import fetch_table, open_warehouse

GOLDEN = Path(__file__).parent / "data/indicators"
FOLDERS = {path.name for path in GOLDEN.iterdir() if path.is_dir() and path.name != "_town"}
INDICATORS = {indicator.stem: indicator for indicator in find_indicators()}
NUMBERS = ("value", "numerator", "denominator", "low", "high")
COLUMNS = ("indicator_id", "area_code", *NUMBERS, "status", "caveat")


def as_figure(number):
    return None if math.isnan(number) else round(float(number), 6)


def measured(town, stem):
    with open_warehouse(town, read_only=True) as con:
        catchments = tuple(fetch_table(con, "cfg_catchment")["catchment_m"])
        areas = fetch_table(con, "int_area", ["geography", "area_code"])
        rows = measure(con, expand([INDICATORS[stem]], catchments), areas)
    return sorted(
        tuple(as_figure(row[name]) if name in NUMBERS else row[name] for name in COLUMNS)
        for row in rows.to_dict("records")
    )


def expected(stem):
    with (GOLDEN / stem / "expected.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return sorted(
        tuple(
            (float(row[name]) if row[name] else None) if name in NUMBERS else row[name]
            for name in COLUMNS
        )
        for row in rows
    )


def test_every_indicator_has_a_golden_folder_and_every_folder_an_indicator():
    assert set(INDICATORS) == FOLDERS


@pytest.mark.parametrize("stem", sorted(FOLDERS))
def test_a_golden_folder_shows_how_its_figures_were_worked_out(stem):
    lines = (GOLDEN / stem / "working.md").read_text(encoding="utf-8").splitlines()
    assert 1 <= len(lines) <= 6
    assert any(mark in " ".join(lines) for mark in "+-/=0123456789")


@pytest.mark.parametrize("stem", sorted(INDICATORS))
def test_figures_equal_those_worked_out_by_hand(town, stem):
    assert measured(town, stem) == expected(stem)


def test_the_town_has_a_figure_of_zero_and_figures_that_are_not_measured(town):
    rows = [row for stem in INDICATORS for row in measured(town, stem)]
    by_status = {status: [r for r in rows if r[7] == status] for status in {r[7] for r in rows}}
    assert set(by_status) == {"published", "not_measured"}
    assert any(row[2] == 0 for row in by_status["published"])
    assert all(row[2] is None for row in by_status["not_measured"])
