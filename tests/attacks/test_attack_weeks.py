"""Attacks with last week's copy of the site: this release minus the last. Each must fail."""

from __future__ import annotations

import json
import re

import attack_list as attacks
from attack_solver import round_up
from attack_weeks import seen_bytes


def test_the_erased_person_would_be_seen(week, target):
    """Not an attack: without the rules, rounded figures of many cells would change."""
    truth = week.truth(week.tables)
    cells = attacks.own_cells(week, target)
    moved = [cell for cell in cells if round_up(truth[cell]) != round_up(truth[cell] - 1)]
    assert len(moved) >= 3


def test_one_erasure_moves_no_figure(week, erased):
    assert len(erased.town.counted) == len(week.town.counted) - 1
    assert seen_bytes(erased) == seen_bytes(week)
    assert (erased.seen / "survey.csv").read_bytes() == (week.seen / "survey.csv").read_bytes()


def test_one_erasure_and_a_solver(week, erased, target):
    assert attacks.find_the_erased(week, erased, attacks.own_cells(week, target)) == []


def test_one_erasure_on_the_pages(week, erased):
    """Every byte of the site is last week's, but for the id of the run and its hashes."""
    before, after = pages_of(week), pages_of(erased)
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} <= {"manifest.json"}


def pages_of(week):
    """Return every published file, without the id of the run."""
    run = json.loads((week.maps / "manifest.json").read_text())["run_id"].encode()[:12]
    return {
        path.relative_to(week.maps).as_posix(): re.sub(
            run + b"[0-9a-f]{0,4}", b"RUN", path.read_bytes()
        )
        for path in sorted(week.maps.rglob("*"))
        if path.is_file()
    }


def test_one_new_respondent_moves_no_figure(week, joined):
    assert len(joined.town.counted) == len(week.town.counted) + 1
    assert attacks.see_movement(week, joined) == []
    assert joined.tables.facts == week.tables.facts


def test_thirty_new_respondents_move_figures_but_lay_nothing_open(week, grown):
    assert attacks.see_movement(week, grown) != []
    assert attacks.compare_weeks(week, grown, left=0, joined=30) == []


def test_thirty_new_respondents_by_themselves(grown):
    assert attacks.read_small_counts(grown) == []
    assert attacks.tell_marks_apart(grown) == []
