"""True counts of distinct people, inside the gate only.

Belongs here: reading people and their answers into arrays, counting them, and what their
answers have in common (nobody gives two, everybody gives one) that an attacker may know.
Does not: anything that is shown. Nothing here is logged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from assetmap.errors import DisclosureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from assetmap.disclosure.cells import Cell, Scope
    from assetmap.survey.attributes import Attribute

ShapeKind = Literal["one", "nested", "many"]


@dataclass(frozen=True, kw_only=True)
class People:
    """The restricted tables that are counted.

    ``persons`` has ``population, person_id, wd17cd``; ``attributes`` has ``population,
    person_id, attribute, category``; ``weights`` has ``person_id, weight`` of respondents;
    ``margins`` has ``dimension, category, area_code, people_count`` (open data). ``secret``
    is mixed into the digests of a release, so that a guessable id cannot be tried out.
    """

    persons: pd.DataFrame
    attributes: pd.DataFrame
    weights: pd.DataFrame | None = None
    margins: pd.DataFrame | None = None
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How the categories of an attribute relate in the data; each flag narrows an attacker.

    ``one``: nobody has two. ``nested``: who is in one is in all before it. ``many``: neither.
    ``has_rest``: somebody has none.
    """

    kind: ShapeKind
    has_rest: bool

    def merge(self, other: Shape) -> Shape:
        """Return what holds in both."""
        return Shape(
            kind=self.kind if self.kind == other.kind else "many",
            has_rest=self.has_rest or other.has_rest,
        )


@dataclass(frozen=True, kw_only=True)
class Population:
    """Distinct people in order of their id: wards, and a true/false table an attribute."""

    name: str
    person_ids: tuple[str, ...]
    wards: NDArray[np.object_]
    held: Mapping[str, NDArray[np.bool_]]
    shapes: Mapping[str, Shape]

    @property
    def has_unplaced(self) -> bool:
        """True where somebody has no ward."""
        return bool((self.wards == "").any())

    def find_mask(self, cell: Cell, scope: Scope) -> NDArray[np.bool_]:
        """Return who is counted in ``cell``."""
        here = self.wards == cell.area_code
        mask = np.ones(len(self.wards), bool) if cell.area_code == scope.area_code else here
        for attribute, category in cell.answers:
            position = list(scope.attributes[attribute].categories).index(category)
            mask = mask & self.held[attribute][:, position]
        return mask

    def count(self, cell: Cell, scope: Scope) -> int:
        """Return the number of distinct people in ``cell``."""
        return int(self.find_mask(cell, scope).sum())


def read_population(people: People, name: str, scope: Scope) -> Population:
    """Read the people of one population and their answers on the declared attributes.

    Raises
    ------
    DisclosureError
        Somebody stands in two wards, outside the study area, or has answers but no row; or an
        answer is not a category, or breaks what its attribute promises.
    """
    rows = people.persons[people.persons["population"] == name]
    wards = rows["wd17cd"].astype("object").where(rows["wd17cd"].notna(), "")
    pairs = sorted(set(zip(rows["person_id"].astype(str), wards.astype(str), strict=True)))
    ids = tuple(person for person, _ in pairs)
    if len(set(ids)) < len(ids):
        _refuse(name, "the same person stands in two wards", "Give each person one ward.")
    if {ward for _, ward in pairs} - {*scope.wards, ""}:
        _refuse(name, "a person's ward is outside the study area", "Leave such people out.")
    used = sorted({n for table in scope.tables_of(name) for n in table.attributes})
    held = {n: _read_held(people.attributes, (name, n), ids, scope.attributes[n]) for n in used}
    return Population(
        name=name,
        person_ids=ids,
        wards=np.array([ward for _, ward in pairs], dtype=object),
        held=held,
        shapes={n: _find_shape(held[n], (name, n), scope.attributes[n]) for n in used},
    )


def _read_held(
    rows: pd.DataFrame, names: tuple[str, str], ids: tuple[str, ...], attribute: Attribute
) -> NDArray[np.bool_]:
    population, name = names
    rows = rows[(rows["population"] == population) & (rows["attribute"] == name)]
    person_at = {person: position for position, person in enumerate(ids)}
    category_at = {code: position for position, code in enumerate(attribute.categories)}
    people = rows["person_id"].astype(str).map(person_at)
    categories = rows["category"].map(category_at)
    if people.isna().any():
        _refuse(f"{population}.{name}", "answers have no person", "Leave such answers out.")
    if categories.isna().any():
        _refuse(f"{population}.{name}", "an answer is no category", "Declare each category.")
    held = np.zeros((len(ids), len(category_at)), bool)
    held[people.to_numpy(int), categories.to_numpy(int)] = True
    return held


def _find_shape(held: NDArray[np.bool_], names: tuple[str, str], attribute: Attribute) -> Shape:
    where = ".".join(names)
    sizes = held.sum(axis=1)
    if attribute.is_nested:
        if (held[:, 1:] & ~held[:, :-1]).any():
            _refuse(where, "somebody skipped a stage", "Fill in every stage before the last.")
        return Shape(kind="nested", has_rest=bool((sizes == 0).any()))
    if attribute.is_exclusive:
        if (sizes != 1).any():
            _refuse(where, "somebody has no category or two", "Give each person exactly one.")
        return Shape(kind="one", has_rest=False)
    is_many = not len(held) or bool((sizes > 1).any())
    return Shape(
        kind="many" if is_many else "one",
        has_rest=not len(held) or bool((sizes == 0).any()),
    )


def find_mean_weight(
    weights: Mapping[str, float], population: Population, mask: NDArray[np.bool_]
) -> float:
    """Return the mean weight of the people in ``mask``, who are not nobody."""
    chosen = [weights[population.person_ids[i]] for i in np.flatnonzero(mask)]
    return math.fsum(chosen) / len(chosen)


def _refuse(where: str, what: str, do: str) -> None:
    message = f"{where}: {what}, so it cannot be counted. {do}"
    raise DisclosureError(message)
