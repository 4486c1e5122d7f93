"""The account of a run: its settings, what came in and what was held, and the marts of these.

Belongs here: tables that say what a run was made from, and reports beside the warehouse. Does
not: the order of the steps (``build.py``), nor any figure.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap import fields, provenance, register_step, survey_step
from assetmap.caveats import CAVEATS
from assetmap.contracts import Disclosure
from assetmap.convert import MARK_COLUMNS
from assetmap.datasets import get_dataset
from assetmap.disclosure.tables import PUBLISHED
from assetmap.geography import crs_operation
from assetmap.quality import REPORT, as_records
from assetmap.quarantine import HELD_COLUMNS, Rejects
from assetmap.registers.programme_lists import STORY
from assetmap.warehouse import append, column_types, create_empty, fetch_table, write_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import duckdb

    from assetmap.contracts import Contract
    from assetmap.dataset import Dataset, Loaded, Source
    from assetmap.indicators import Member
    from assetmap.register_step import Account
    from assetmap.settings import Settings

ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Office for National Statistics and MHCLG. Contains OS data and Royal Mail data "
    "© Crown copyright and database right. Positions of hospitals © OpenStreetMap contributors "
    "(ODbL)."
)

ACCOUNTS: Final[dict[str, dict[str, str]]] = {
    "run_dataset": {
        "dataset_id": "VARCHAR",
        "row_count": "BIGINT",
        "loaded_count": "BIGINT",
        "held_count": "BIGINT",
        "is_starter": "BOOLEAN",
        "notes": "VARCHAR",
        "vintage": "VARCHAR",
        "as_of": "VARCHAR",
        "is_listing": "BOOLEAN",
    },
    "run_file": {"dataset_id": "VARCHAR", "file": "VARCHAR", "sha256": "VARCHAR"},
    "run_held": {name: "BIGINT" if name == "row_number" else "VARCHAR" for name in HELD_COLUMNS},
    "run_source_mark": {
        "dataset": "VARCHAR",
        "file": "VARCHAR",
        "row_number": "BIGINT",
        "column_name": "VARCHAR",
        "status": "VARCHAR",
    },
    "run_column": {"table_name": "VARCHAR", "column_name": "VARCHAR", "disclosure": "VARCHAR"},
}

_VINTAGES: Final = {
    "lsoa11cd": "LSOAs of 2011",
    "lsoa21cd": "LSOAs of 2021",
    "oa21cd": "output areas of 2021",
    "wd17cd": "wards of 2017",
    "lad17cd": "local authorities of 2017",
}
"""Vintage of the areas whose codes a column holds."""


def prepare(
    con: duckdb.DuckDBPyConnection, settings: Settings, datasets: Iterable[Dataset]
) -> None:
    """Write the settings and make every table of the account, and of the datasets, empty."""
    _write_settings(con, settings)
    for table, types in ACCOUNTS.items():
        create_empty(con, table, types)
    for dataset in datasets:
        _prepare_table(con, dataset)
    for rows in (survey_step.class_rows(), register_step.class_rows()):
        append(con, "run_column", rows, ACCOUNTS["run_column"])


def _write_settings(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    area = settings.study_area
    tables: dict[str, dict[str, list[str] | list[int]]] = {
        "cfg_study_area": {"area_code": [area.id], "area_name": [area.name]},
        "cfg_ward": {"wd17cd": list(area.wards)},
        "cfg_register": {"brownfield_min_homes": [area.brownfield_min_homes]},
        "cfg_catchment": {"catchment_m": sorted(area.catchments_m)},
        "cfg_benchmark": {
            "lad17cd": [b.code for b in area.benchmarks],
            "lad17nm": [b.name for b in area.benchmarks],
            "lsoa11_count": [b.lsoa11_count for b in area.benchmarks],
        },
        "cfg_kind": {
            "kind": list(fields.KINDS),
            "kind_label": [label for label, _ in fields.KINDS.values()],
        },
    }
    for table, columns in tables.items():
        whole = ("brownfield_min_homes", "catchment_m", "lsoa11_count")
        types = {name: "BIGINT" if name in whole else "VARCHAR" for name in columns}
        write_typed(con, table, pd.DataFrame(columns), types)


def _prepare_table(con: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    """Make the dataset's table empty, so that an optional dataset may be absent."""
    contract = dataset.contract
    create_empty(con, contract.table, column_types(contract))
    classes = pd.DataFrame(
        {
            "table_name": contract.table,
            "column_name": contract.names,
            "disclosure": [str(column.disclosure) for column in contract.columns],
        }
    )
    append(con, "run_column", classes, ACCOUNTS["run_column"])


def write_dataset(con: duckdb.DuckDBPyConnection, dataset: Dataset, loaded: Loaded) -> None:
    """Write what became of the rows of one dataset."""
    is_dated = loaded.is_starter or not dataset.source.is_replaced
    _write_counts(
        con,
        dataset_id=dataset.id,
        row_count=loaded.rows_in,
        loaded_count=len(loaded.table),
        held_count=len(loaded.held),
        is_starter=loaded.is_starter,
        notes="; ".join(loaded.notes),
        vintage=_vintage_of(dataset.contract),
        as_of=dataset.source.as_of if is_dated else None,
        is_listing=_is_listing(dataset.contract),
    )
    con.executemany(
        "INSERT INTO run_file VALUES (?, ?, ?)", [(dataset.id, *pair) for pair in loaded.files]
    )
    marks = loaded.marks[MARK_COLUMNS].rename(columns={"column": "column_name"})
    append(con, "run_held", loaded.held, ACCOUNTS["run_held"])
    append(con, "run_source_mark", marks, ACCOUNTS["run_source_mark"])


def write_register(con: duckdb.DuckDBPyConnection, folder: str, account: Account) -> None:
    """Write what became of the lists of one folder."""
    held = len(account.held)
    _write_counts(
        con,
        dataset_id=folder,
        row_count=account.rows_in,
        loaded_count=account.rows_in - held,
        held_count=held,
        is_starter=False,
        notes="",
        vintage=None,
        as_of=_source_of(folder).as_of,
        is_listing=True,
    )
    con.executemany(
        "INSERT INTO run_file VALUES (?, ?, ?)", [(folder, *pair) for pair in account.files]
    )
    rows = Rejects.of(account.held, "consent_not_live", "consent").frame(folder, STORY.filename)
    append(con, "run_held", rows, ACCOUNTS["run_held"])


def _write_counts(con: duckdb.DuckDBPyConnection, **row: object) -> None:
    append(con, "run_dataset", pd.DataFrame([row]), ACCOUNTS["run_dataset"])


def _vintage_of(contract: Contract) -> str | None:
    """Return the vintages of area codes in a table; None where it has none."""
    return ", ".join(text for name, text in _VINTAGES.items() if name in contract.names) or None


def _is_listing(contract: Contract) -> bool:
    """Return True for a list of places or sites, which goes out of date as they come and go."""
    return any(column.disclosure is Disclosure.ORGANISATION for column in contract.columns)


def write_marts(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    members: list[Member],
    figures: pd.DataFrame,
) -> None:
    """Write the marts that are made here rather than by a statement."""
    caveats = pd.DataFrame({"caveat": list(CAVEATS), "meaning": list(CAVEATS.values())})
    classes = {m.id: str(m.indicator.disclosure) for m in members}
    sources = figures["source"].map(_keep_loaded(con))
    write_public(con, "indicator", figures.assign(source=sources))
    meta = pd.DataFrame([member.meta() for member in members])
    meta["source"] = meta["source"].map(_keep_loaded(con))
    write_public(con, "indicator_meta", meta)
    write_public(con, "caveat", caveats)
    write_public(con, "dataset", _dataset_table(con))
    write_public(con, "input", _input_table(con, settings.raw))
    write_public(con, "run", _run_table(con, settings))
    write_public(con, "codebook", survey_step.read_codebook(settings.raw))
    write_typed(
        con,
        "run_indicator",
        pd.DataFrame({"indicator_id": list(classes), "disclosure": list(classes.values())}),
        {"indicator_id": "VARCHAR", "disclosure": "VARCHAR"},
    )


def _keep_loaded(con: duckdb.DuckDBPyConnection) -> Callable[[str], str]:
    """Return what leaves only loaded datasets in a list of sources: some are optional."""
    loaded = set(fetch_table(con, "run_dataset", columns=("dataset_id",))["dataset_id"])
    return lambda sources: ";".join(name for name in sources.split(";") if name in loaded)


def write_public(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Write ``mart_<name>`` with the columns of its published twin."""
    contract = next(c for c in PUBLISHED if c.table == f"pub_{name}")
    write_typed(con, f"mart_{name}", frame, column_types(contract))


def _input_table(con: duckdb.DuckDBPyConnection, raw: Path) -> pd.DataFrame:
    files = fetch_table(con, "run_file", ["file"])
    return files.assign(size_bytes=[(raw / name).stat().st_size for name in files["file"]])


def _dataset_table(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    accounts = fetch_table(con, "run_dataset", ["dataset_id"])
    sources = [asdict(_source_of(key)) for key in accounts["dataset_id"]]
    described = pd.DataFrame(sources)[["title", "publisher", "licence", "url", "period"]]
    is_starter = accounts["is_starter"].astype(bool)
    return pd.concat([accounts, described], axis=1).assign(
        extent=is_starter.map({True: "starter extract", False: "full"}),
        is_boundary=accounts["dataset_id"].map(_is_boundary),
        period=described["period"].where(
            accounts["as_of"].notna(), "as in the file that was loaded"
        ),
    )


def _source_of(dataset_id: str) -> Source:
    """Return the source of a dataset, or of a folder of lists."""
    if dataset_id in register_step.SOURCES:
        return register_step.SOURCES[dataset_id]
    return get_dataset(dataset_id).source


def _is_boundary(dataset_id: str) -> bool:
    return dataset_id not in register_step.SOURCES and get_dataset(dataset_id).is_boundary


def _run_table(con: duckdb.DuckDBPyConnection, settings: Settings) -> pd.DataFrame:
    accounts = fetch_table(con, "run_dataset", ["dataset_id"])
    inputs = _all_inputs(con)
    operation, accuracy = crs_operation()
    facts = {
        "run_id": provenance.run_id(
            settings, dict(zip(inputs["file"], inputs["sha256"], strict=True))
        ),
        "code_version": provenance.code_version(),
        "policy_hash": provenance.hash_policy(settings),
        "study_area_hash": provenance.hash_study_area(settings),
        **provenance.published_settings(settings),
        "environment": provenance.environment_text(),
        # The latest date that is known: that of a file that its publisher replaces is not.
        "data_as_of": accounts["as_of"].dropna().max(),
        "area_name": settings.study_area.name,
        "area_id": settings.study_area.id,
        "crs_operation": operation,
        "crs_accuracy_m": f"{accuracy:g}",
        "catchments_m": ";".join(map(str, sorted(settings.study_area.catchments_m))),
        "attribution": ATTRIBUTION,
        "summary_rows_loaded": str(accounts["loaded_count"].sum()),
        "summary_rows_held": str(accounts["held_count"].sum()),
        "survey_state": survey_step.find_state(con),
    }
    return pd.DataFrame({"key": list(facts), "value": list(facts.values())})


def _all_inputs(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return every input with its hash, restricted ones too: they make the run what it is."""
    tables = ("run_file", survey_step.FILE_TABLE)
    parts = [fetch_table(con, table, columns=("file", "sha256")) for table in tables]
    return pd.concat(parts, ignore_index=True).sort_values("file", ignore_index=True)


def write_reports(con: duckdb.DuckDBPyConnection, folder: Path, findings: pd.DataFrame) -> None:
    """Write quarantine.csv and the full quality report beside the warehouse."""
    held = fetch_table(con, "run_held", ["dataset", "file", "row_number", "reason"])
    held.to_csv(folder / "quarantine.csv", index=False, lineterminator="\n")
    datasets = fetch_table(con, "run_dataset", ["dataset_id"]).drop(
        columns=["is_starter", "is_listing"]
    )
    report = {
        "checks": as_records(findings),
        "datasets": json.loads(datasets.to_json(orient="records")),
    }
    text = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / REPORT).write_text(text + "\n", encoding="utf-8", newline="\n")
