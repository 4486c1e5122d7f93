"""The figures of a build: those whose statement reads what changed, beside those that stand.

Belongs here: which indicators are run again, and putting old and new rows into one order. Does
not: running an indicator (``indicators.py``), what changed (``carry.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from assetmap.indicators import measure
from assetmap.warehouse import fetch_table, tables_read_by

if TYPE_CHECKING:
    import duckdb

    from assetmap.carry import Kept
    from assetmap.indicators import Member

_AREAS = "int_area"
_FIGURES = "mart_indicator"
_AT = "_at"


def measure_anew(con: duckdb.DuckDBPyConnection, members: list[Member], kept: Kept) -> pd.DataFrame:
    """Return what :func:`~assetmap.indicators.measure` does, in its order.

    A figure is taken from the last build where its statement reads nothing that differs from it
    and the areas are the same; the columns of ``mart_indicator`` are then all that there is.
    """
    areas = fetch_table(con, _AREAS, ["geography", "area_code"])
    reads = {m.indicator.stem: tables_read_by(con, m.indicator.statement) for m in members}
    stands = {stem for stem, tables in reads.items() if kept.holds({_AREAS, *tables})}
    anew = [member for member in members if member.indicator.stem not in stands]
    kept.note(f"indicator {stem}" for stem in dict.fromkeys(m.indicator.stem for m in anew))
    if not stands:
        return measure(con, members, areas)
    old = _standing([m for m in members if m.indicator.stem in stands], kept)
    parts = [measure(con, anew, areas)[list(old.columns)]] if anew else []
    return _in_order(pd.concat([*parts, old], ignore_index=True), members, areas)


def _standing(members: list[Member], kept: Kept) -> pd.DataFrame:
    """Return the last build's rows of ``members``, with all that their headers name as sources."""
    sources = {member.id: ";".join(member.indicator.sources) for member in members}
    rows = kept.read(_FIGURES)
    rows = rows[rows["indicator_id"].isin(list(sources))]
    return rows.assign(source=rows["indicator_id"].map(sources))


def _in_order(rows: pd.DataFrame, members: list[Member], areas: pd.DataFrame) -> pd.DataFrame:
    """Order rows by indicator, then by its geographies as they are declared, then by area."""
    codes = {
        name: list(of_kind["area_code"]) for name, of_kind in areas.groupby("geography", sort=True)
    }
    pairs = [
        (member.id, code)
        for member in members
        for geography in member.indicator.geographies
        for code in codes.get(geography, [])
    ]
    place = {pair: at for at, pair in enumerate(pairs)}
    at = [place[pair] for pair in zip(rows["indicator_id"], rows["area_code"], strict=True)]
    return rows.assign(**{_AT: at}).sort_values(_AT, ignore_index=True).drop(columns=_AT)
