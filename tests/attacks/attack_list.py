"""The attacks on tables of people: each returns what it finds out, nothing where it fails.

Belongs here: attacks that a visitor with this week's files, and last week's, can run. Does
not: tests; the same attack must fail on the town and succeed where a rule is off.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from attack_solver import (
    AREA,
    BASE,
    MOST,
    Cell,
    Open,
    find_open,
    find_settled,
    learn,
    small_counts,
    subtract,
)
from attack_weeks import seen_rows

if TYPE_CHECKING:
    from attack_solver import Tables, Targets
    from attack_town import Town
    from attack_weeks import Week


def subtract_cells(week: Week) -> list[Open]:
    """Subtract rows, columns and totals of all tables at once."""
    tables = week.tables
    return find_open(learn(tables), small_counts(tables, week.truth(tables)))


def read_small_counts(week: Week) -> list[Cell]:
    """Read a count that rests on fewer people than its table's threshold."""
    tables = week.tables
    truth = week.truth(tables)
    return [
        cell
        for cell, count in truth.items()
        if tables.shown[cell].count is not None and count < tables.threshold(cell)
    ]


def read_numbers_withheld(week: Week) -> list[Cell]:
    """Read a share or a ratio of a count that is withheld."""
    return [
        Cell(row["area_code"], ((row["table_id"], row["category"]),))
        for row in seen_rows(week)
        if row["status"] != "published"
        and any(row[name] for name in ("count", "share_pct", "weighted_pct", "coverage_ratio"))
    ]


def read_exact_counts(week: Week) -> list[Cell]:
    """Read a count that is not rounded."""
    return [c for c, shown in week.tables.shown.items() if shown.count and shown.count % BASE]


def tell_marks_apart(week: Week) -> list[str]:
    """Tell why a count is withheld from how it is marked."""
    marks = {row["status"] for row in seen_rows(week)} - {"published"}
    return sorted(marks) if len(marks) > 1 else []


def read_percent_of_few(week: Week) -> list[str]:
    """Read a percentage of fewer than 50 people."""
    shown = week.tables.shown
    return [
        f"{row['table_id']} {row['area_code']} {row['category']}"
        for row in seen_rows(week)
        if row["share_pct"] and (shown[Cell(_base(row, week))].count or 0) < 50
    ]


def _base(row: dict[str, str], week: Week) -> str:
    own = week.tables.shown
    return row["area_code"] if Cell(row["area_code"]) in own else "researchers"


def undo_rounding_by_percent(week: Week) -> list[Cell]:
    """Find percentages that say more than the rounded counts beside them do.

    Of all pairs of counts that are shown as these two, some do not give this percentage.
    """
    tables = week.tables
    found = []
    for cell, shown in tables.shown.items():
        whole = tables.shown.get(Cell(cell.area))
        if shown.share is None or shown.count is None or whole is None or not whole.count:
            continue
        if shown.share != (200 * shown.count + whole.count) // (2 * whole.count):
            found.append(cell)
    return found


def read_sensitive_by_ward(week: Week) -> list[Cell]:
    """Read a sensitive answer below the whole area, or beside another answer."""
    tables = week.tables
    return [
        cell
        for cell in tables.shown
        if {name for name, _ in cell.answers} & SENSITIVE
        and (cell.area != AREA or len(cell.answers) > 1)
    ]


SENSITIVE = frozenset({"country_group", "language", "qualification_country"})


def read_uniform_groups(week: Week) -> list[Cell]:
    """Read that nearly everybody gives one sensitive answer."""
    tables = week.tables
    everybody = tables.shown[Cell(AREA)].count or 0
    return [
        cell
        for cell, shown in tables.shown.items()
        if {name for name, _ in cell.answers} & SENSITIVE
        and shown.count is not None
        and shown.count > 0.9 * everybody
    ]


def read_below_wards(week: Week) -> list[str]:
    """Read a count of people for anything smaller than a ward."""
    known = {AREA, "E05001193", "E05001205", "E05001277"}
    return sorted({row["area_code"] for row in seen_rows(week)} - known)


def see_movement(last: Week, now: Week) -> list[str]:
    """See in which figures this week differs from the last."""
    before = {(r["table_id"], r["area_code"], r["category"]): r for r in seen_rows(last)}
    return [
        f"{row['table_id']} {row['area_code']} {row['category']}"
        for row in seen_rows(now)
        if before.get((row["table_id"], row["area_code"], row["category"])) != row
    ]


def find_the_erased(last: Week, now: Week, cells: list[Cell]) -> list[Open]:
    """Find out for certain whether the one who left was in these cells."""
    return find_settled(subtract(last.tables, now.tables, left=1, joined=0), "left", cells)


def compare_weeks(last: Week, now: Week, *, left: int, joined: int) -> list[Open]:
    """Subtract last week from this one: small counts of either, and of those who moved."""
    tables, before = now.tables, last.tables
    system = subtract(before, tables, left=left, joined=joined)
    counts, counts_before = now.truth(tables), last.truth(before)
    targets: Targets = {
        (mark, cell): ({(mark, cell): 1}, MOST)
        for mark, shown, truth in (("now", tables, counts), ("last", before, counts_before))
        for cell, count in truth.items()
        if shown.shown[cell].count is None and count < shown.threshold(cell)
    }
    return find_open(system, targets)


def own_cells(week: Week, number: int) -> list[Cell]:
    """Return the published cells of a person, but those that everybody is in."""
    person = next(p for p in week.town.people if p.number == number)
    tables: Tables = week.tables
    return [
        cell
        for cell in tables.shown
        if tables.population[cell] == "respondent"
        and cell.area in (AREA, person.ward)
        and cell != Cell(AREA)
        and all(code in person.categories(name) for name, code in cell.answers)
    ]


def watch_figures_vanish(last: Week, now: Week, number: int) -> list[Cell]:
    """Take the figures that vanished since last week for those of the one who left.

    It succeeds where nothing else vanished: then the list is what that person answered.
    """
    before, after = last.tables, now.tables
    gone = [
        cell
        for cell, shown in before.shown.items()
        if shown.count is not None and after.shown[cell].count is None
    ]
    own = own_cells(last, number)
    return gone if gone and set(gone) <= set(own) else []


def guess_pseudonyms(pseudonyms: set[str], town: Town, keys: list[bytes]) -> list[str]:
    """Try all numbers and homes that anybody of the town could have, without the key.

    Whoever tries has the restricted tables, and knows every receipt, submission number,
    postcode, age band and name; hashes are plain ones, and keyed ones under keys that anybody
    could try.
    """
    digests = {name.removeprefix("p_") for name in pseudonyms}
    length = len(next(iter(digests)))
    found = []
    for person in town.people:
        age = person.answers["age_band"]
        told = [person.receipt, person.uid, person.postcode, person.secrets["name"]]
        told += [f"{person.postcode}{between}{age}" for between in ("", " ", "|", "-", ",", "_")]
        spelt = {
            t for text in told for t in (text, text.lower(), re.sub(r"[^0-9A-Za-z]", "", text))
        }
        for text in sorted({t for each in spelt for t in (each, each.upper())}):
            hashes = [hashlib.new(name, text.encode()).hexdigest() for name in PLAIN_HASHES]
            hashes += [hmac.new(k, text.encode(), hashlib.sha256).hexdigest() for k in keys]
            found += [f"person {person.number}" for h in hashes if h[:length] in digests]
    return found


PLAIN_HASHES = ("sha256", "sha1", "md5", "sha512", "blake2b", "sha3_256")
