"""The step of the build for lists kept by hand: claims, the site register, the programme.

Belongs here: what they read from the warehouse and leave in it. Does not: any rule of their own
(``registers/``, ``claims/``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.claims.conclude import conclude
from assetmap.claims.ledger import Ledger
from assetmap.claims.registry import REGISTRY, read_registry
from assetmap.claims.screen import claim_faults
from assetmap.dataset import Source
from assetmap.disclosure.claims import CLAIMS
from assetmap.indicators import expand, find_indicators
from assetmap.inputs import hash_file
from assetmap.quarantine import REASONS
from assetmap.registers.claim_lists import FOLDER as CLAIMS_FOLDER
from assetmap.registers.history import read_record, record_text, require_appended
from assetmap.registers.programme_lists import STORY
from assetmap.registers.read import (
    REGISTERS,
    Fault,
    Lists,
    claim_places,
    future_faults,
    lapsed_stories,
    read_lists,
    require_none,
)
from assetmap.registers.site_lists import NEED
from assetmap.survey.restricted import write_private
from assetmap.survey.themes import read_themes
from assetmap.warehouse import column_types, fetch_table, write_table, write_typed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    import duckdb

    from assetmap.claims.registry import ClaimIndicator
    from assetmap.registers.history import Record
    from assetmap.settings import Settings

_SHOWN: Final = 60
_JOURNALS: Final = "https://www.uia-initiative.eu/en/uia-cities/birmingham"
_TERMS: Final = "figures and facts in our own words, with their place in the documents"


def _source(title: str) -> Source:
    return Source(
        publisher="assetmap, after the USE-IT! journals and the registers named with each row",
        title=title,
        url=_JOURNALS,
        licence=_TERMS,
        period="2016 to 2020",
        as_of="2020-01-31",
        is_assembled=True,
    )


SOURCES: Final = {
    "claims": _source("Claims, targets and contradictions of the programme's documents"),
    "sites": _source("Site register: who, when, how much, and for whom"),
    "programme": _source("Programme register: partners, bodies, events, outcomes"),
}
"""The folders of lists, as the list of sources names them."""

_MARTS: Final = {contract.table.replace("pub_", "mart_", 1): contract for contract in CLAIMS}
_READ: Final = (*(register.table for register in REGISTERS), "int_area", "mart_indicator")
READS: Final = {mart: [f"FROM {table}" for table in _READ] for mart in _MARTS}
"""What each mart of claims may be made from: every list, the areas, the computed figures."""


@dataclass(frozen=True)
class Account:
    """What became of the lists of one folder: rows read, rows held, files with their hashes."""

    rows_in: int
    held: tuple[int, ...]
    files: tuple[tuple[str, str], ...]


def class_rows() -> pd.DataFrame:
    """Return table, column and disclosure class of every list."""
    rows = [
        (register.table, column.name, str(column.disclosure))
        for register in REGISTERS
        for column in register.contract.columns
    ]
    return pd.DataFrame(rows, columns=["table_name", "column_name", "disclosure"])


def load_registers(
    settings: Settings, con: duckdb.DuckDBPyConnection, record: Path, *, today: date
) -> dict[str, Account]:
    """Read every list, refuse what does not hold together, and stage the rest.

    Parameters
    ----------
    settings
        Where the raw folder and the record of append-only lists are.
    con
        The growing warehouse, with ``int_site``.
    record
        Where the new record of append-only lists goes, until the build is whole.
    today
        Decides which stories may still be told.

    Returns
    -------
    What was loaded and held, by folder; none for a folder without a list.

    Raises
    ------
    ContractError
        Rows break the contract of a list or refer to nothing, figures do not read as they are
        written, or the registry does not know an indicator; by file and row.
    HistoryError
        An append-only list was shortened or changed since the last build.
    """
    known = {
        "sites": frozenset(fetch_table(con, "int_site", columns=("site_id",))["site_id"]),
        "study_area": frozenset({settings.study_area.id}),
    }
    lists = read_lists(settings.raw, known, held=_held_sites(con))
    registry = read_registry(settings.raw)
    faults = claim_faults(lists.frames, registry)
    faults += [*future_faults(lists.frames, today), *_theme_faults(lists)]
    faults += _figure_faults(registry, settings)
    require_none(settings.raw, faults)
    write_private(record, record_text(_require_grown(settings, lists)))
    lapsed = lapsed_stories(lists.frames[STORY.table], today)
    for register in REGISTERS:
        rows = lists.frames[register.table]
        if register is STORY:
            rows = rows[~rows.index.isin(lapsed)]
        write_table(con, register.contract, rows)
    return _accounts(settings.raw, lists, lapsed)


def _figure_faults(registry: Mapping[str, ClaimIndicator], settings: Settings) -> list[Fault]:
    """Return a fault for each figure that the registry names and nothing computes."""
    members = expand(find_indicators(), settings.study_area.catchments_m)
    known = {member.id for member in members}
    return [
        Fault(
            REGISTRY,
            (),
            f"{name}: measures names {measure.figure[:_SHOWN]!r}, which is not computed; "
            "`assetmap list` shows what is",
        )
        for name, entry in registry.items()
        for measure in entry.measures
        if measure.figure not in known
    ]


def _theme_faults(lists: Lists) -> list[Fault]:
    """Return a fault for each need or story whose theme is not in the survey's vocabulary."""
    themes = set(read_themes()["theme"].dropna())
    return [
        Fault(
            register.path,
            (int(str(number)),),
            f"theme {theme[:_SHOWN]!r} is not known; use one of {', '.join(sorted(themes))}",
        )
        for register in (NEED, STORY)
        for number, theme in lists.frames[register.table]["theme"].dropna().items()
        if theme not in themes
    ]


def _held_sites(con: duckdb.DuckDBPyConnection) -> str:
    """Return which rows of the site layer did not load, and why: a site may be among them."""
    held = fetch_table(con, "run_held", ("file", "row_number"))
    held = held[held["dataset"] == "master_plan_sites"]
    if held.empty:
        return ""
    first = held.iloc[0]
    where = f"{first['file']}, row {first['row_number']}: {REASONS[first['reason']]}"
    return f"{len(held)} {'row' if len(held) == 1 else 'rows'} did not load ({where})"


def _require_grown(settings: Settings, lists: Lists) -> Record:
    """Return the record of append-only lists, once each is the last build's with rows added."""
    earlier = read_record(settings.register_record)
    return {
        register.path: require_appended(
            register, earlier.get(register.path, ()), lists.frames[register.table]
        )
        for register in REGISTERS
        if register.is_append_only
    }


def _accounts(raw: Path, lists: Lists, lapsed: list[int]) -> dict[str, Account]:
    accounts = {}
    for folder in SOURCES:
        files = [(path, digest) for home, path, digest in lists.files if home == folder]
        if folder == CLAIMS_FOLDER and (raw / REGISTRY).is_file():
            files.append((REGISTRY, hash_file(raw / REGISTRY)))
        if files:
            rows = sum(len(lists.frames[r.table]) for r in REGISTERS if r.folder == folder)
            held = lapsed if folder == STORY.folder else []
            accounts[folder] = Account(rows, tuple(held), tuple(sorted(files)))
    return accounts


def judge_claims(settings: Settings, con: duckdb.DuckDBPyConnection) -> None:
    """Judge the claims by the lists, the registry and the computed figures; write their marts."""
    frames = {r.table: fetch_table(con, r.table, r.contract.primary_key) for r in REGISTERS}
    ledger = Ledger(
        registry=read_registry(settings.raw),
        lists=frames,
        figures=_figures(con),
        places=claim_places(frames) | _own_places(con),
        study_area=settings.study_area.id,
    )
    marts = conclude(ledger)
    for mart, contract in _MARTS.items():
        write_typed(con, mart, marts[mart], column_types(contract))


def _figures(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return what was computed, each figure with what it means."""
    figures = fetch_table(con, "mart_indicator", ("indicator_id", "area_code"))
    meta = fetch_table(con, "mart_indicator_meta", columns=("indicator_id", "meaning"))
    return figures.merge(meta, on="indicator_id", how="left", validate="many_to_one")


def _own_places(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    areas = fetch_table(con, "int_area", columns=("area_code", "area_name"))
    return dict(zip(areas["area_code"], areas["area_name"], strict=True))
