"""What can have moved a figure: the one room in which causes are found and named.

Belongs here: the evidence for each cause between two snapshots. Does not: finding what moved
(``changes.py`` for the digest, ``differences/`` for two sites).

A cause is named only where something changed that the figure rests on. Where several did, all are
named, in the order of :data:`CAUSES`: nobody can tell them apart without a run for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.fields import NO_SURVEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assetmap.digest.snapshot import Snapshot

Causes = tuple[tuple[str, str], ...]
"""Names of causes, each with what changed."""

CAUSES: Final = ("data", "boundary", "claim", "method", "suppression", "code")
"""Every cause, in the order in which they are named."""

SUPPRESSED: Final = "suppressed"

_AREA: Final = "study_area."
_PEOPLE: Final = "policy.people."
_POLICY: Final = "policy."
_WARDS: Final = "study_area.wards"
_HARMLESS: Final = ("study_area.name", "study_area.lsoa11_count")
"""Settings that move no figure: a name, and a number that is only checked."""

_RESTS_ON: Final = {
    "brownfield_land": ("lookup_lsoa11_ward17", "lsoa_2011"),
    "gp_practices": ("code_point_open",),
}
"""Datasets that others place: sites count that lie in the area, practices stand at a postcode."""

_ANSWERS: Final = ("data", "answers of people, which are not listed")
_HIDDEN_POLICY: Final = ("method", "policy, in a part that is not published")
_UNPROVED: Final = (_ANSWERS, _HIDDEN_POLICY)
"""Causes that may or may not have changed: nothing that is published says so."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What one figure rests on: its indicator, datasets, claims, and its status before and after.

    Figures about people rest on answers too, which no published list names, and on the policy.
    """

    indicator_id: str = ""
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    statuses: tuple[str, str] = ("", "")
    is_about_people: bool = False


def find_causes(before: Snapshot, after: Snapshot, basis: Basis) -> Causes:
    """Return everything that changed of what a figure rests on; nothing where nothing did."""
    data, boundary = _changed_sources(before, after, basis.sources)
    if _knows_settings(before, after) and _differs(before.settings, after.settings, _WARDS):
        boundary.append("wards of the study area")
    data += _survey_state(before, after) if basis.is_about_people else []
    found: dict[str, Iterable[str]] = {
        "data": data,
        "boundary": boundary,
        "claim": _changed_claims(before, after, basis.claims),
        "method": _methods(before, after, basis.indicator_id),
        "suppression": _suppressions(before, after, basis),
        "code": _program(before, after),
    }
    proved = [(cause, what) for cause in CAUSES if (what := ", ".join(found[cause]))]
    return tuple(sorted([*proved, *_unproved(before, after, basis)], key=_place))


def leading_causes(causes: Causes) -> Causes:
    """Return the causes without the program where another one is proved.

    The program changes with every version; a figure that moved because of it has no other cause.
    """
    is_explained = any(one[0] != "code" and one not in _UNPROVED for one in causes)
    return tuple(one for one in causes if one[0] != "code" or not is_explained)


def _place(cause: tuple[str, str]) -> int:
    return CAUSES.index(cause[0])


def _changed_sources(
    before: Snapshot, after: Snapshot, sources: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Return the datasets that changed: those that say what things are, and where they end."""
    known = {*before.datasets, *after.datasets}
    named = set(sources) & known
    under = {other for name in named for other in _RESTS_ON.get(name, ())}
    changed = [n for n in sorted(named | under) if _differs(before.datasets, after.datasets, n)]
    limits = {*before.boundaries, *after.boundaries}
    return [n for n in changed if n not in limits], [n for n in changed if n in limits]


def _survey_state(before: Snapshot, after: Snapshot) -> list[str]:
    states = [snapshot.run.get("survey_state", NO_SURVEY) for snapshot in (before, after)]
    return [f"survey {states[0]}, now {states[1]}"] if states[0] != states[1] else []


def _changed_claims(before: Snapshot, after: Snapshot, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name not in before.claims:
            yield f"{name} added"
        elif name not in after.claims:
            yield f"{name} gone"
        elif before.claims[name] != after.claims[name]:
            yield f"{name} changed"


def _methods(before: Snapshot, after: Snapshot, indicator_id: str) -> Iterator[str]:
    """Name what changed of how a figure is worked out."""
    if _differs(before.definitions, after.definitions, indicator_id):
        yield "definition"
    if _knows_settings(before, after):
        yield from _changed_settings(before, after, _AREA, but=(_WARDS, *_HARMLESS))
        return
    facts = {"policy_hash": "policy", "area_id": "study area", "catchments_m": "catchments"}
    yield from (word for key, word in facts.items() if _differs(before.run, after.run, key))
    if before.areas != after.areas:
        yield "areas"


def _suppressions(before: Snapshot, after: Snapshot, basis: Basis) -> Iterator[str]:
    old, new = basis.statuses
    if (old == SUPPRESSED) != (new == SUPPRESSED):
        yield "withheld now" if new == SUPPRESSED else "withheld before"
    if basis.is_about_people and _knows_settings(before, after):
        yield from _changed_settings(before, after, _PEOPLE)


def _program(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if _differs(before.run, after.run, "code_version"):
        yield "program"
    names = sorted(before.packages.keys() | after.packages.keys())
    known = names if before.packages and after.packages else []
    changed = [name for name in known if _differs(before.packages, after.packages, name)]
    if changed:
        yield f"packages {' '.join(changed)}"


def _unproved(before: Snapshot, after: Snapshot, basis: Basis) -> Iterator[tuple[str, str]]:
    """Name what may have changed for people's figures without showing in anything published."""
    if not basis.is_about_people:
        return
    if _differs(before.run, after.run, "run_id") and not _survey_state(before, after):
        yield _ANSWERS
    if _differs(before.run, after.run, "policy_hash") and _knows_settings(before, after):
        is_told = any(_changed_settings(before, after, _POLICY))
        yield from () if is_told else (_HIDDEN_POLICY,)


def _changed_settings(
    before: Snapshot, after: Snapshot, prefix: str, but: Iterable[str] = ()
) -> Iterator[str]:
    names = sorted(before.settings.keys() | after.settings.keys())
    for name in names:
        is_meant = name.startswith(prefix) and name not in but
        if is_meant and _differs(before.settings, after.settings, name):
            yield name.removeprefix(prefix)


def _knows_settings(before: Snapshot, after: Snapshot) -> bool:
    return bool(before.settings and after.settings)


def _differs(before: Mapping[str, str], after: Mapping[str, str], key: str) -> bool:
    return before.get(key) != after.get(key)
