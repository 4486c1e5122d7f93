"""Weeks of the town: releases that follow each other, whole or as tables of people alone.

Belongs here: running the project's own pipeline over a town, under a secret key. Does not:
attacking what comes out.
"""

from __future__ import annotations

import csv
import logging
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from attack_solver import Cell, Tables, read_rows, read_tables
from attack_town import Town, write_export, write_raw

from assetmap import survey_step
from assetmap.disclosure.people_tables import Terms, release_tables
from assetmap.pipeline import run_build, run_publish
from assetmap.settings import PeopleRules, Settings, read_settings
from assetmap.survey.erasure import add_erasures
from assetmap.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

KEY = "5f1d0a9be3c7428611d4fa27c09e58b3a6402f7bd18ce935704ba1fd6682ec4c"
TODAY = date(2026, 7, 1)
FILES = {"pub_people": "people", "pub_people_table": "people_tables", "pub_survey": "survey"}


@dataclass(frozen=True)
class Week:
    """One release: what went in, where it was built, and what an outsider sees of people."""

    town: Town
    settings: Settings
    seen: Path
    record: str = ""
    frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def maps(self) -> Path:
        """The published site."""
        return self.settings.maps

    @property
    def tables(self) -> Tables:
        """What the outsider reads of people."""
        return read_tables(self.seen)

    def truth(self, tables: Tables) -> dict[Cell, int]:
        """Return the true count of every published cell of respondents."""
        return {
            cell: self.town.count(cell.area, cell.answers)
            for cell in tables.shown
            if tables.population[cell] == "respondent"
        }


@contextmanager
def key(value: str = KEY) -> Iterator[None]:
    """Have the secret key in the environment, for as long as it is needed."""
    before = {n: os.environ.pop(n, None) for n in ("ASSETMAP_KEY", "ASSETMAP_KEY_FILE")}
    os.environ["ASSETMAP_KEY"] = value
    try:
        yield
    finally:
        del os.environ["ASSETMAP_KEY"]
        os.environ.update({name: kept for name, kept in before.items() if kept is not None})


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect every line that anything logs, at any level."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{self.format(record)} {record.__dict__}")

    ear, root = Ear(logging.NOTSET), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(ear)
        root.setLevel(level)


def run_week(town: Town, folder: Path) -> Week:
    """Build and publish a town for the first time."""
    raw = write_raw(town, folder / "raw")
    settings = read_settings(raw, folder / "out")
    with key():
        run_build(settings)
        run_publish(settings)
    return Week(town, settings, settings.maps / "data")


def copy_week(week: Week, folder: Path) -> Week:
    """Return the same week in another folder, for a following one to be built on."""
    shutil.copytree(week.settings.raw, folder / "raw")
    shutil.copytree(week.settings.out, folder / "out")
    settings = read_settings(folder / "raw", folder / "out")
    return replace(week, settings=settings, seen=settings.maps / "data")


def erase_week(week: Week, gone: set[int], folder: Path) -> Week:
    """Build and publish again after the answers of some people were erased."""
    after = copy_week(week, folder)
    receipts = [person.receipt for person in week.town.people if person.number in gone]
    add_erasures(after.settings.raw, receipts, bytes.fromhex(KEY), TODAY)
    with key():
        run_build(after.settings)
        run_publish(after.settings)
    return replace(after, town=week.town.without(gone))


def count_week(
    week: Week,
    town: Town,
    folder: Path,
    *,
    policy: Callable[[str], str] | None = None,
    is_first: bool = False,
) -> Week:
    """Count another town after ``week``: its tables of people, without the site around them."""
    raw, warehouse = folder / "raw", folder / "out/data/processed/assetmap.duckdb"
    shutil.copytree(week.settings.raw, raw)
    write_export(town, raw)
    if policy:
        text = (raw / "policy.toml").read_text(encoding="utf-8")
        assert policy(text) != text
        (raw / "policy.toml").write_text(policy(text), encoding="utf-8")
    warehouse.parent.mkdir(parents=True)
    shutil.copy(week.settings.warehouse, warehouse)
    settings = read_settings(raw, folder / "out")
    with key():
        survey_step.load_survey(settings, warehouse, folder / "lists")
    counted = Week(town, settings, folder / "seen")
    return gate(counted, counted.seen, last=None if is_first else week.settings.last_release)


def gate(
    week: Week,
    folder: Path,
    *,
    last: Path | None = None,
    rules: dict[str, Any] | None = None,
    tables: tuple[Any, ...] = (),
    wards: tuple[str, ...] = (),
) -> Week:
    """Put a week's counts through the gate, on other terms where asked; write what is seen."""
    with key():
        terms = Terms.of(week.settings, "collected")
    changed = terms.scope.rules
    if rules:  # not by validation: these are weaker than the policy allows
        changed = PeopleRules.model_construct(**{**dict(terms.scope.rules), **rules})
    scope = replace(
        terms.scope,
        rules=changed,
        tables=(*terms.scope.tables, *tables),
        wards=wards or terms.scope.wards,
    )
    nothing = folder / "no-last-release"
    terms = replace(terms, scope=scope, last_release=last or nothing)
    with open_warehouse(week.settings.warehouse, read_only=True) as source:
        frames, record = release_tables(source, terms)
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        rows = frames[name].astype(object).where(frames[name].notna(), None)
        with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(rows.columns)
            writer.writerows([_cell(value) for value in row] for row in rows.to_numpy())
    return replace(week, seen=folder, record=record, frames=frames)


def _cell(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value).lower() if isinstance(value, bool) else "" if value is None else value


def seen_bytes(week: Week) -> dict[str, bytes]:
    """Return the tables of people that an outsider downloads, by name without the state."""
    return {
        path.name.replace("_synthetic", ""): path.read_bytes()
        for file in ("people", "people_tables")
        for path in week.seen.glob(f"{file}*.csv")
    }


def seen_rows(week: Week) -> list[dict[str, str]]:
    """Return the published rows of people in one order, whatever the order of the file."""
    rows = read_rows(week.seen, "people")
    return sorted(rows, key=lambda row: (row["table_id"], row["area_code"], row["category"]))
