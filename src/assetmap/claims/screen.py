"""Whether the lists of claims hold together with the registry, before anything is judged.

Belongs here: what refuses a list: figures, units, indicators, damaged text. Does not: shapes of
cells and references between lists (``registers/read.py``), nor what claims say about each
other (``findings.py``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from assetmap.claims.documents import find_shifted
from assetmap.claims.figures import FigureError, read_figure
from assetmap.claims.findings import BY_HAND, RULES
from assetmap.claims.registry import REGISTRY
from assetmap.registers.claim_lists import CLAIM, CLAIM_LISTS, CONTRADICTION, TARGET
from assetmap.registers.programme_lists import BODY, CHANNEL, OUTCOME
from assetmap.registers.read import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from assetmap.claims.registry import ClaimIndicator

    Frames = Mapping[str, pd.DataFrame]
    Entries = Mapping[str, ClaimIndicator]

_MONEY: Final = ("gbp", "eur")
_SHOWN: Final = 60


def claim_faults(frames: Frames, registry: Entries) -> list[Fault]:
    """Return what is wrong with the lists of claims and the registry, by file and row.

    Parameters
    ----------
    frames
        Every list by table name, each row under its number in the file.
    registry
        The indicators that claims may be about.
    """
    claims = frames[CLAIM.table]
    named = len(claims) + len(frames[TARGET.table])
    if named and not registry:
        what = f"it has no indicator, and {named} claims and targets name one; put the file back"
        return [Fault(REGISTRY, (), what)]
    return [
        *_damaged(frames),
        *(fault for row in claims.itertuples() for fault in _of_claim(row, registry)),
        *(
            fault
            for row in frames[TARGET.table].itertuples()
            for fault in _of_target(row, registry)
        ),
        *_of_rules(frames[CONTRADICTION.table]),
        *_of_lists(frames, registry),
        *_of_registry(frames, registry),
    ]


def _damaged(frames: Frames) -> Iterator[Fault]:
    """Yield a fault for each cell with words that were decoded with a wrong table."""
    for register in CLAIM_LISTS:
        frame = frames[register.table]
        for column in frame.columns:
            for number, cell in frame[column].items():
                if isinstance(cell, str) and (words := find_shifted(cell)):
                    what = (
                        f"{column} was decoded with a wrong table in {len(words)} of its words, "
                        f"e.g. {words[0][:_SHOWN]!r}; read the document and write it by hand"
                    )
                    yield Fault(register.path, (_row(number),), what)


def _of_claim(claim: Any, registry: Entries) -> Iterator[Fault]:
    entry = registry.get(claim.indicator_id)
    if entry is None:
        yield _unknown(CLAIM.path, claim)
        return
    for what in (
        _wrong_unit(claim.unit, entry),
        _wrong_figure(claim),
        _entered_ratio(claim.indicator_id, entry),
    ):
        if what:
            yield Fault(CLAIM.path, (_row(claim.Index),), what)


def _of_target(target: Any, registry: Entries) -> Iterator[Fault]:
    entry = registry.get(target.indicator_id)
    if entry is None:
        yield _unknown(TARGET.path, target)
    elif target.unit != entry.unit:
        what = (
            f"the target is in {target.unit}, {target.indicator_id} in {entry.unit}; "
            "write both in one unit"
        )
        yield Fault(TARGET.path, (_row(target.Index),), what)


def _unknown(path: str, row: Any) -> Fault:
    what = f"indicator {row.indicator_id[:_SHOWN]!r} is not known; add it to {REGISTRY} first"
    return Fault(path, (_row(row.Index),), what)


def _wrong_unit(unit: str, entry: ClaimIndicator) -> str:
    fits = _MONEY if entry.kind == "money" and entry.unit in _MONEY else (entry.unit,)
    if unit in fits:
        return ""
    return f"the claim is in {unit}, its indicator in {' or '.join(fits)}; write the one that holds"


def _wrong_figure(claim: Any) -> str:
    notation = claim.notation if isinstance(claim.notation, str) else None
    try:
        value = read_figure(claim.written, unit=claim.unit, notation=notation)
    except FigureError as error:
        return f"written: {error}"
    if math.isclose(value, claim.value, rel_tol=1e-9):
        return ""
    return (
        f"written {claim.written[:_SHOWN]!r} reads as {value:,.12g}, but value is "
        f"{claim.value:,.12g}; mend the one that is wrong"
    )


def _entered_ratio(indicator: str, entry: ClaimIndicator) -> str:
    if entry.ratio is None:
        return ""
    return f"{indicator} is derived from two others and never entered; take the row out"


def _of_rules(rows: pd.DataFrame) -> Iterator[Fault]:
    for row in rows.itertuples():
        rule = str(row.rule)
        if rule not in (*RULES, BY_HAND):
            known = f"{', '.join(RULES)} or {BY_HAND}"
            what = f"rule {rule[:_SHOWN]!r} is not known; use one of {known}"
            yield Fault(CONTRADICTION.path, (_row(row.Index),), what)


def _of_lists(frames: Frames, registry: Entries) -> Iterator[Fault]:
    """Yield a fault for each row of another list that names an indicator nobody knows."""
    for register in (CONTRADICTION, BODY, CHANNEL, OUTCOME):
        for row in frames[register.table].itertuples():
            if isinstance(row.indicator_id, str) and row.indicator_id not in registry:
                yield _unknown(register.path, row)


def _of_registry(frames: Frames, registry: Entries) -> Iterator[Fault]:
    claims = frames[CLAIM.table]
    about = {
        str(claim.claim_id): (str(claim.indicator_id), str(claim.unit))
        for claim in claims[claims["status"] != "withdrawn"].itertuples()
    }
    for name, entry in registry.items():
        for what in (
            _wrong_headline(name, entry, about),
            _wrong_list(entry, frames),
            _wrong_ratio(entry, registry),
        ):
            if what:
                yield Fault(REGISTRY, (), f"{name}: {what}")


def _wrong_headline(name: str, entry: ClaimIndicator, about: Mapping[str, tuple[str, str]]) -> str:
    named = entry.headline_claim
    if not named or about.get(named) == (name, entry.unit):
        return ""
    return f"headline_claim {named[:_SHOWN]!r} is no claim of it in {entry.unit} that stands"


def _wrong_list(entry: ClaimIndicator, frames: Frames) -> str:
    listed = entry.listed
    if listed is None:
        return ""
    if listed.table not in frames:
        return f"listed names the table {listed.table!r}, which is none of the lists"
    if listed.column and listed.column not in frames[listed.table].columns:
        return f"listed names the column {listed.column!r}, which {listed.table} does not have"
    return ""


def _wrong_ratio(entry: ClaimIndicator, registry: Entries) -> str:
    ratio = entry.ratio
    if ratio is None:
        return ""
    derived = [part for part in (ratio.numerator, ratio.denominator) if registry[part].ratio]
    return f"its part {derived[0]} is derived itself; name entered indicators" if derived else ""


def _row(number: object) -> int:
    """Return the number of a row in its file, which is its label in the frame."""
    return int(str(number))
