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
from assetmap.convert import MARK_COLUMNS
from assetmap.datasets import get_dataset
from assetmap.disclosure.tables import PUBLISHED
from assetmap.geography import crs_operation
from assetmap.quarantine import HELD_COLUMNS, Rejects
from assetmap.registers.programme_lists import STORY
from assetmap.warehouse import append, column_types, create_empty, fetch_table, write_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import duckdb

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
    counts = (loaded.rows_in, len(loaded.table), len(loaded.held), loaded.is_starter)
    notes = "; ".join(loaded.notes)
    con.execute("INSERT INTO run_dataset VALUES (?, ?, ?, ?, ?, ?)", [dataset.id, *counts, notes])
    con.executemany(
        "INSERT INTO run_file VALUES (?, ?, ?)", [(dataset.id, *pair) for pair in loaded.files]
    )
    marks = loaded.marks[MARK_COLUMNS].rename(columns={"column": "column_name"})
    append(con, "run_held", loaded.held, ACCOUNTS["run_held"])
    append(con, "run_source_mark", marks, ACCOUNTS["run_source_mark"])


def write_register(con: duckdb.DuckDBPyConnection, folder: str, account: Account) -> None:
    """Write what became of the lists of one folder."""
    held = len(account.held)
    row = [folder, account.rows_in, account.rows_in - held, held, False, ""]
    con.execute("INSERT INTO run_dataset VALUES (?, ?, ?, ?, ?, ?)", row)
    con.executemany(
        "INSERT INTO run_file VALUES (?, ?, ?)", [(folder, *pair) for pair in account.files]
    )
    rows = Rejects.of(account.held, "consent_not_live", "consent").frame(folder, STORY.filename)
    append(con, "run_held", rows, ACCOUNTS["run_held"])


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
    write_public(con, "input", fetch_table(con, "run_file", ["file"]))
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


def _dataset_table(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    accounts = fetch_table(con, "run_dataset", ["dataset_id"])
    sources = [asdict(_source_of(key)) for key in accounts["dataset_id"]]
    described = pd.DataFrame(sources)[["title", "publisher", "licence", "url", "period"]]
    is_starter = accounts["is_starter"].astype(bool)
    is_dated = is_starter | ~accounts["dataset_id"].map(_is_replaced)
    return pd.concat([accounts, described], axis=1).assign(
        extent=is_starter.map({True: "starter extract", False: "full"}),
        period=described["period"].where(is_dated, "as in the file that was loaded"),
    )


def _source_of(dataset_id: str) -> Source:
    """Return the source of a dataset, or of a folder of lists."""
    if dataset_id in register_step.SOURCES:
        return register_step.SOURCES[dataset_id]
    return get_dataset(dataset_id).source


def _is_replaced(dataset_id: str) -> bool:
    return _source_of(dataset_id).is_replaced


def _data_as_of(accounts: pd.DataFrame) -> str:
    """Return the latest date that is known of the data: that of a replaced file is not."""
    dates = [
        source.as_of
        for key, is_starter in zip(accounts["dataset_id"], accounts["is_starter"], strict=True)
        for source in [_source_of(key)]
        if is_starter or not source.is_replaced
    ]
    return max(dates)


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
        "data_as_of": _data_as_of(accounts),
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
    """Write quarantine.csv and quality.json beside the warehouse."""
    held = fetch_table(con, "run_held", ["dataset", "file", "row_number", "reason"])
    held.to_csv(folder / "quarantine.csv", index=False, lineterminator="\n")
    datasets = fetch_table(con, "run_dataset", ["dataset_id"]).drop(columns="is_starter")
    report = {
        "checks": json.loads(findings.to_json(orient="records")),
        "datasets": json.loads(datasets.to_json(orient="records")),
    }
    text = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "quality.json").write_text(text + "\n", encoding="utf-8", newline="\n")
