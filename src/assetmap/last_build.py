"""What the last build held, for the checks that compare with it.

Belongs here: reading the last build at the start of the next one, and the tables of this. Does
not: any judgement (``sql/quality/last_build_*.sql``), nor anything that is published: pages hang
on the inputs alone, so the gate does not know these tables and refuses what is made from them.

A build that a comparison stopped is not the measure of the next one: that is still compared with
what stood before, or else building twice would pass any fall.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.disclosure.quality import LAST_BUILD
from assetmap.quality import REPORT, find_failed, read_report
from assetmap.warehouse import fetch_table, open_warehouse, write_typed

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from assetmap.settings import Settings

_LOG = logging.getLogger(__name__)

TABLES: Final[dict[str, dict[str, str]]] = {
    "run_last_dataset": {
        "dataset_id": "VARCHAR",
        "loaded_count": "BIGINT",
        "held_count": "BIGINT",
        "is_starter": "BOOLEAN",
    },
    "run_last_total": {"indicator_id": "VARCHAR", "value": "DOUBLE"},
    "run_last_limit": {"largest_fall": "DOUBLE"},
    "run_last_note": {"reason": "VARCHAR"},
}
"""The tables of the comparison, each with the type of its columns."""

_ADDS_UP: Final = ("count", "homes", "ha")


def _empty(table: str) -> Callable[[], pd.DataFrame]:
    return lambda: pd.DataFrame(columns=list(TABLES[table]))


@dataclass(frozen=True, eq=False)
class _Last:
    datasets: pd.DataFrame = field(default_factory=_empty("run_last_dataset"))
    totals: pd.DataFrame = field(default_factory=_empty("run_last_total"))
    note: str = ""


def write_last_build(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Write what the last build held, and how much of it may be lost.

    A last build that is not there leaves the tables empty; one that is damaged, or of another
    study area, leaves a note too. Neither is an error: it must not stop the build that mends it.
    """
    last = _read(settings)
    limit = settings.policy.quality.largest_fall
    frames = {
        "run_last_dataset": last.datasets,
        "run_last_total": last.totals,
        "run_last_limit": pd.DataFrame({"largest_fall": [limit]}),
        "run_last_note": pd.DataFrame({"reason": [last.note] if last.note else []}),
    }
    for table, types in TABLES.items():
        write_typed(con, table, frames[table], types)


def _read(settings: Settings) -> _Last:
    if not settings.public.exists():
        return _Last()
    try:
        if _area_of(settings) != settings.study_area.id:
            return _Last(note="it is of another study area")
        return _read_measure(settings) if _was_stopped(settings) else _read_published(settings)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the next build mends it
        _LOG.warning("the last build cannot be read: %s", type(fault).__name__)
        return _Last(note="it is damaged or of an older form")


def _area_of(settings: Settings) -> str:
    with open_warehouse(settings.public, read_only=True) as con:
        run = fetch_table(con, "pub_run")
    return str(run.set_index("key").loc["area_id", "value"])


def _was_stopped(settings: Settings) -> bool:
    failed = find_failed(read_report(settings.processed / REPORT))
    return any(record["topic"] == LAST_BUILD for record in failed)


def _read_measure(settings: Settings) -> _Last:
    """Return what the last build itself was compared with."""
    with open_warehouse(settings.warehouse, read_only=True) as con:
        return _Last(fetch_table(con, "run_last_dataset"), fetch_table(con, "run_last_total"))


def _read_published(settings: Settings) -> _Last:
    with open_warehouse(settings.public, read_only=True) as con:
        datasets = fetch_table(con, "pub_dataset")
        figures = fetch_table(con, "pub_indicator")
    is_total = (
        (figures["geography"] == "study_area")
        & figures["unit"].isin(_ADDS_UP)
        & figures["value"].notna()
    )
    is_starter = datasets["extent"] == "starter extract"
    return _Last(datasets.assign(is_starter=is_starter), figures[is_total])
