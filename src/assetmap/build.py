"""The build, from raw files to gated tables, as steps that share one folder.

Belongs here: the order of things, and what each step reads from and leaves in the build
folder. Does not: reading, geometry, figures or pages themselves. Every step takes settings
and ids, never rows, so that an orchestrator can run each as a task of its own.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap import fields, linking, provenance, survey_step
from assetmap.areas import (
    require_known_wards,
    require_own_id,
    require_vintages,
    require_whole_wards,
)
from assetmap.caveats import CAVEATS
from assetmap.convert import MARK_COLUMNS
from assetmap.dataset import Dataset, Loaded, load
from assetmap.datasets import find_datasets, get_dataset
from assetmap.disclosure.gate import pass_gate
from assetmap.disclosure.people_tables import Terms
from assetmap.disclosure.tables import PUBLISHED
from assetmap.errors import MissingInputError, StorageError
from assetmap.fields import COLLECTED
from assetmap.geography import crs_operation
from assetmap.indicators import Member, expand, find_indicators, measure
from assetmap.inputs import find_inputs
from assetmap.lineage import derive, write_lineage
from assetmap.quality import as_table, assess, find_checks
from assetmap.quarantine import HELD_COLUMNS
from assetmap.statements import read_statements
from assetmap.survey.restricted import FILE_MODE, FOLDER_MODE, make_private
from assetmap.warehouse import (
    append,
    column_types,
    create_empty,
    fetch_table,
    open_warehouse,
    write_typed,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import duckdb

    from assetmap.settings import Settings

_LOG = logging.getLogger(__name__)

ATTRIBUTION: Final = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: Office for National Statistics and MHCLG. Contains OS data and Royal Mail data "
    "© Crown copyright and database right. Positions of hospitals © OpenStreetMap contributors "
    "(ODbL)."
)

_ACCOUNTS: Final[dict[str, dict[str, str]]] = {
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


def build_folder(settings: Settings) -> Path:
    """Return the folder in which a build grows; it replaces the last build when whole."""
    return settings.processed / "build"


def growing_warehouse(settings: Settings) -> Path:
    """Return the warehouse in the build folder."""
    return build_folder(settings) / settings.warehouse.name


def start_build(settings: Settings) -> list[str]:
    """Make a fresh build folder and return the ids of the datasets to load, in order.

    Raises
    ------
    MissingInputError
        A required dataset has no file; all of them are named at once.
    StorageError
        The folder cannot be written.
    """
    datasets = find_datasets()
    present = {key: _has_input(dataset, settings) for key, dataset in datasets.items()}
    missing = [d for key, d in datasets.items() if d.required and not present[key]]
    if missing:
        raise MissingInputError(_missing_message(missing, settings.raw))
    folder = build_folder(settings)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        # The warehouse holds answers: nobody else may look into it, from its first byte on.
        folder.mkdir(parents=True, mode=FOLDER_MODE)
    except OSError as fault:
        message = f"{folder}: cannot be made ({fault.strerror}). Check free space and rights."
        raise StorageError(message) from None
    with open_warehouse(growing_warehouse(settings)) as con:
        _write_settings(con, settings)
        for table, types in _ACCOUNTS.items():
            create_empty(con, table, types)
        for dataset in datasets.values():
            _prepare_table(con, dataset)
        survey_step.prepare_survey(con)
        append(con, "run_column", survey_step.class_rows(), _ACCOUNTS["run_column"])
    growing_warehouse(settings).chmod(FILE_MODE)
    return [key for key in datasets if present[key]]


def load_dataset(settings: Settings, dataset_id: str) -> dict[str, int]:
    """Load one dataset into the build; return its counts of rows in, loaded and held."""
    dataset = get_dataset(dataset_id)
    loaded = load(dataset, settings.raw, max_held_share=settings.policy.max_held_share)
    with open_warehouse(growing_warehouse(settings)) as con:
        # load() has held what breaks the contract: there is nothing left to check.
        write_typed(con, dataset.contract.table, loaded.table, column_types(dataset.contract))
        _write_account(con, dataset, loaded)
    return {"rows": loaded.rows_in, "loaded": len(loaded.table), "held": len(loaded.held)}


def link_assets(settings: Settings) -> dict[str, int]:
    """Check the areas, make what geometry needs, and join assets, postcodes and sites."""
    with open_warehouse(growing_warehouse(settings)) as con:
        path = settings.raw / "study_area.toml"
        require_known_wards(con, settings.study_area, path)
        require_whole_wards(con, settings.study_area, path)
        require_own_id(con, settings.study_area, path)
        require_vintages(con)
        derive(con, read_statements("intermediate"))
        return linking.link(con, settings.study_area)


def load_survey(settings: Settings) -> dict[str, int]:
    """Load responses and registers; return the counts of responses loaded and held."""
    lists = build_folder(settings) / settings.lists.name
    return survey_step.load_survey(settings, growing_warehouse(settings), lists)


def measure_indicators(settings: Settings) -> int:
    """Derive the marts, run every indicator and every check; return the indicators' count."""
    indicators = find_indicators()
    members = expand(indicators, settings.study_area.catchments_m)
    checks = find_checks()
    with open_warehouse(growing_warehouse(settings)) as con:
        statements = read_statements("intermediate") | read_statements("marts")
        derive(con, statements, require_all=True)
        areas = fetch_table(con, "int_area", ["geography", "area_code"])
        figures = measure(con, members, areas)
        figures["source"] = figures["source"].map(_keep_loaded(con))
        _write_marts(con, settings, members, figures)
        findings = as_table(assess(con, checks))
        _write_public(con, "quality", findings)
        write_lineage(
            con,
            statements,
            {
                "mart_indicator": ["FROM int_area", *(i.statement for i in indicators)],
                "mart_quality": [check.statement for check in checks],
            },
        )
        _write_reports(con, settings, findings)
    return len(members)


def finish_build(settings: Settings) -> dict[str, int]:
    """Pass the gate and put the whole build in the last one's place; return table counts."""
    folder = build_folder(settings)
    with open_warehouse(growing_warehouse(settings), read_only=True) as con:
        state = survey_step.find_state(con)
    terms = Terms.of(
        settings,
        state,
        is_published=provenance.read_manifest(settings.maps).get("survey_state") == COLLECTED,
    )
    counts = pass_gate(growing_warehouse(settings), folder / settings.public.name, terms=terms)
    try:
        make_private(folder)
        shutil.rmtree(settings.lists, ignore_errors=True)
        for path in sorted(folder.iterdir()):
            os.replace(path, settings.processed / path.name)  # noqa: PTH105 - the atomic call
        folder.rmdir()
        settings.processed.chmod(FOLDER_MODE)
    except OSError as fault:
        message = (
            f"{settings.processed}: the new build cannot take the last one's place "
            f"({fault.strerror}). Close programs that have its files open, and build again."
        )
        raise StorageError(message) from None
    _LOG.info("built: %s", settings.processed)
    return counts


def _has_input(dataset: Dataset, settings: Settings) -> bool:
    return bool(find_inputs(dataset.folder_in(settings.raw), dataset.members))


def _missing_message(missing: list[Dataset], raw: Path) -> str:
    lines = "".join(
        f"\n  - {d.id}: no data file in {d.folder_in(raw)}. {d.how_to_get_it()}" for d in missing
    )
    return f"{len(missing)} of the required datasets are missing from {raw}:{lines}"


def _write_settings(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    area = settings.study_area
    tables: dict[str, dict[str, list[str] | list[int]]] = {
        "cfg_study_area": {"area_code": [area.id], "area_name": [area.name]},
        "cfg_ward": {"wd17cd": list(area.wards)},
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
        whole = ("catchment_m", "lsoa11_count")
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
    append(con, "run_column", classes, _ACCOUNTS["run_column"])


def _write_account(con: duckdb.DuckDBPyConnection, dataset: Dataset, loaded: Loaded) -> None:
    counts = (loaded.rows_in, len(loaded.table), len(loaded.held), loaded.is_starter)
    notes = "; ".join(loaded.notes)
    con.execute("INSERT INTO run_dataset VALUES (?, ?, ?, ?, ?, ?)", [dataset.id, *counts, notes])
    con.executemany(
        "INSERT INTO run_file VALUES (?, ?, ?)", [(dataset.id, *pair) for pair in loaded.files]
    )
    marks = loaded.marks[MARK_COLUMNS].rename(columns={"column": "column_name"})
    append(con, "run_held", loaded.held, _ACCOUNTS["run_held"])
    append(con, "run_source_mark", marks, _ACCOUNTS["run_source_mark"])


def _write_marts(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    members: list[Member],
    figures: pd.DataFrame,
) -> None:
    """Write the marts that are made here rather than by a statement."""
    caveats = pd.DataFrame({"caveat": list(CAVEATS), "meaning": list(CAVEATS.values())})
    classes = {m.id: str(m.indicator.disclosure) for m in members}
    _write_public(con, "indicator", figures)
    meta = pd.DataFrame([member.meta() for member in members])
    meta["source"] = meta["source"].map(_keep_loaded(con))
    _write_public(con, "indicator_meta", meta)
    _write_public(con, "caveat", caveats)
    _write_public(con, "dataset", _dataset_table(con))
    _write_public(con, "input", fetch_table(con, "run_file", ["file"]))
    _write_public(con, "run", _run_table(con, settings))
    _write_public(con, "codebook", survey_step.read_codebook(settings.raw))
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


def _write_public(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Write ``mart_<name>`` with the columns of its published twin."""
    contract = next(c for c in PUBLISHED if c.table == f"pub_{name}")
    write_typed(con, f"mart_{name}", frame, column_types(contract))


def _dataset_table(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    accounts = fetch_table(con, "run_dataset", ["dataset_id"])
    sources = [asdict(get_dataset(key).source) for key in accounts["dataset_id"]]
    described = pd.DataFrame(sources)[["title", "publisher", "licence", "url", "period"]]
    is_starter = accounts["is_starter"].astype(bool)
    is_dated = is_starter | ~accounts["dataset_id"].map(_is_replaced)
    return pd.concat([accounts, described], axis=1).assign(
        extent=is_starter.map({True: "starter extract", False: "full"}),
        period=described["period"].where(is_dated, "as in the file that was loaded"),
    )


def _is_replaced(dataset_id: str) -> bool:
    return get_dataset(dataset_id).source.is_replaced


def _data_as_of(accounts: pd.DataFrame) -> str:
    """Return the latest date that is known of the data: that of a replaced file is not."""
    dates = [
        source.as_of
        for key, is_starter in zip(accounts["dataset_id"], accounts["is_starter"], strict=True)
        for source in [get_dataset(key).source]
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


def _write_reports(
    con: duckdb.DuckDBPyConnection, settings: Settings, findings: pd.DataFrame
) -> None:
    """Write quarantine.csv and quality.json beside the warehouse."""
    folder = build_folder(settings)
    held = fetch_table(con, "run_held", ["dataset", "file", "row_number", "reason"])
    held.to_csv(folder / "quarantine.csv", index=False, lineterminator="\n")
    datasets = fetch_table(con, "run_dataset", ["dataset_id"]).drop(columns="is_starter")
    report = {
        "checks": json.loads(findings.to_json(orient="records")),
        "datasets": json.loads(datasets.to_json(orient="records")),
    }
    text = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "quality.json").write_text(text + "\n", encoding="utf-8", newline="\n")
