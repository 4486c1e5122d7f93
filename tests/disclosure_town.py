"""Synthetic people for the tests of the gate for counts, and an attacker of their own.

Nobody here exists. The attacker tries every table of whole numbers; it shares no code with the
audit that it checks.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from assetmap.disclosure.cells import Scope
from assetmap.disclosure.counts import People
from assetmap.disclosure.releases import Release
from assetmap.settings import PeopleRules, PeopleTable
from assetmap.survey.attributes import Attribute

WARDS = ("E05000001", "E05000002", "E05000003")
AREA = "synthetic-town"
PEOPLE_RULES = {
    "threshold": 10,
    "sensitive_threshold": 20,
    "rounding_base": 5,
    "least_width": 5,
    "least_denominator": 50,
    "largest_share": 0.9,
    "least_categories": 3,
    "least_change": 10,
}


def _codes(text: str) -> dict[str, str]:
    return {code: code.upper() for code in text.split()}


ATTRIBUTES = {
    "two": Attribute(label="Two", categories=_codes("a b")),
    "three": Attribute(label="Three", categories=_codes("a b c")),
    "sex": Attribute(label="Sex", categories=_codes("f m")),
    "skill": Attribute(label="Skill", categories=_codes("x y z"), is_exclusive=False),
    "stage": Attribute(
        label="Stage", categories=_codes("s1 s2 s3"), is_exclusive=False, is_nested=True
    ),
    "origin": Attribute(label="Origin", categories=_codes("a b c d"), is_sensitive=True),
}

Group = tuple[str | None, dict[str, str]]
"""A ward and the answers of a person: attribute to categories, separated by spaces."""


def rules(**changes: float) -> PeopleRules:
    """Return the default rules with some of them switched off, past their checks."""
    return PeopleRules.model_construct(**{**PEOPLE_RULES, **changes})


def table(identity: str, *attributes: str, wards: bool = False, **more: str) -> PeopleTable:
    """Return a declared table, past its checks, so that a wrong one can be tried."""
    geographies = ("study_area", "ward") if wards else ("study_area",)
    fields = {"population": "respondent", "margin": "", **more}
    return PeopleTable.model_construct(
        id=identity, title=identity, attributes=attributes, geographies=geographies, **fields
    )


def scope(*tables: PeopleTable, wards: int = 1, **changes: float) -> Scope:
    """Return the scope of some tables over the first wards."""
    return Scope(
        tables=tables,
        rules=rules(**changes),
        wards=WARDS[:wards],
        area_code=AREA,
        attributes=ATTRIBUTES,
    )


def people(groups: Iterable[tuple[int, Group]], first: int = 0, **more: object) -> People:
    """Return so many people of each group; ids count up from ``first``."""
    persons, answers = [], []
    person = first
    for size, (ward, held) in groups:
        for _ in range(size):
            identity = f"p_{person:032x}"
            person += 1
            persons.append(("respondent", identity, ward))
            answers += [
                ("respondent", identity, name, code)
                for name, codes in held.items()
                for code in codes.split()
            ]
    return People(
        persons=pd.DataFrame(persons, columns=["population", "person_id", "wd17cd"]),
        attributes=pd.DataFrame(
            answers, columns=["population", "person_id", "attribute", "category"]
        ),
        **more,
    )


def crowd(counts: Mapping[tuple[str, str], int], attribute: str, first: int = 0) -> People:
    """Return people by ward and category of one attribute."""
    return people([(n, (w, {attribute: c})) for (w, c), n in counts.items()], first)


def shown(release: Release, identity: str) -> dict[tuple[str, str], int | None]:
    """Return what is shown of a table: rounded count, or None, by area and category."""
    cells = release.cells[release.cells["table_id"] == identity]
    counts = [None if pd.isna(count) else int(count) for count in cells["count"]]
    return dict(zip(zip(cells["area_code"], cells["category"], strict=True), counts, strict=True))


def attack(
    atoms: list[tuple[str, str]],
    release: Release,
    parts: Mapping[tuple[str, str], list[tuple[str, str]]],
    threshold: int = 10,
    base: int = 5,
) -> np.ndarray:
    """Return every table of ``atoms`` that fits what is shown, one a row, of up to 40 each.

    ``parts`` has the atoms of each shown cell; all tables of the release must agree.
    """
    figures = {
        key: count
        for identity in release.cells["table_id"].unique()
        for key, count in shown(release, identity).items()
        if count is not None
    }
    ranges = [_fit(figures.get(atom), threshold, base) for atom in atoms]
    axes = np.meshgrid(*(np.arange(each.start, each.stop) for each in ranges), indexing="ij")
    grid = np.stack(axes, axis=-1).reshape(-1, len(atoms))
    for key, count in figures.items():
        total = grid[:, [atoms.index(atom) for atom in parts[key]]].sum(axis=1)
        low, high = _limits(count, threshold, base)
        grid = grid[(total >= low) & (total <= high)]
    return grid


def _limits(count: int, threshold: int, base: int) -> tuple[int, int]:
    fitting = [n for n in range(count + base + 1) if base * ((2 * n + base) // (2 * base)) == count]
    fitting = [n for n in fitting if n >= threshold]
    return min(fitting), max(fitting)


def _fit(count: int | None, threshold: int, base: int) -> range:
    if count is None:
        return range(27)
    low, high = _limits(count, threshold, base)
    return range(low, high + 1)
