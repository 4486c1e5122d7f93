"""The build, from raw files to gated tables, as steps that share one folder.

Belongs here: the order of things, and what each step reads from and leaves in the build
folder. Does not: reading, geometry, figures or pages themselves. Every step takes settings
and ids, never rows, so that an orchestrator can run each as a task of its own.
"""

from __future__ import annotations

import logging
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assetmap import accounts, linking, provenance, register_step, survey_step
from assetmap.areas import (
    require_known_wards,
    require_own_id,
    require_vintages,
    require_whole_wards,
)
from assetmap.dataset import Dataset, load
from assetmap.datasets import find_datasets, get_dataset
from assetmap.disclosure.gate import pass_gate
from assetmap.disclosure.people_tables import Terms
from assetmap.errors import MissingInputError, StorageError
from assetmap.fields import COLLECTED
from assetmap.indicators import expand, find_indicators, measure
from assetmap.lineage import derive, write_lineage
from assetmap.quality import as_table, assess, find_checks
from assetmap.statements import read_statements
from assetmap.survey.restricted import FILE_MODE, FOLDER_MODE, make_private, make_private_folder
from assetmap.warehouse import column_types, fetch_table, open_warehouse, write_typed

if TYPE_CHECKING:
    from pathlib import Path

    from assetmap.settings import Settings

_LOG = logging.getLogger(__name__)


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
        accounts.prepare(con, settings, datasets.values())
        survey_step.prepare_survey(con)
    growing_warehouse(settings).chmod(FILE_MODE)
    return [key for key in datasets if present[key]]


def load_dataset(settings: Settings, dataset_id: str) -> dict[str, int]:
    """Load one dataset into the build; return its counts of rows in, loaded and held."""
    dataset = get_dataset(dataset_id)
    loaded = load(dataset, settings.raw, max_held_share=settings.policy.max_held_share)
    with open_warehouse(growing_warehouse(settings)) as con:
        # load() has held what breaks the contract: there is nothing left to check.
        write_typed(con, dataset.contract.table, loaded.table, column_types(dataset.contract))
        accounts.write_dataset(con, dataset, loaded)
    return {"rows": loaded.rows_in, "loaded": len(loaded.table), "held": len(loaded.held)}


def link_assets(settings: Settings) -> dict[str, int]:
    """Check the areas, make what geometry needs, and join assets, postcodes and sites."""
    with open_warehouse(growing_warehouse(settings)) as con:
        path = settings.raw / "study_area.toml"
        require_known_wards(con, settings.study_area, path)
        require_whole_wards(con, settings.study_area, path)
        require_vintages(con)
        linking.place_register(con)
        derive(con, read_statements("intermediate"))
        require_own_id(con, settings.study_area, path)
        return linking.link(con, settings.study_area)


def load_registers(settings: Settings) -> dict[str, int]:
    """Load the lists kept by hand; return the counts of rows loaded and held."""
    with open_warehouse(growing_warehouse(settings)) as con:
        record = build_folder(settings) / settings.register_record.name
        today = datetime.now(tz=UTC).date()
        loaded = register_step.load_registers(settings, con, record, today=today)
        for folder, account in loaded.items():
            accounts.write_register(con, folder, account)
    held = sum(len(account.held) for account in loaded.values())
    return {"loaded": sum(account.rows_in for account in loaded.values()) - held, "held": held}


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
        accounts.write_marts(con, settings, members, figures)
        register_step.judge_claims(settings, con)
        findings = as_table(assess(con, checks))
        accounts.write_public(con, "quality", findings)
        write_lineage(
            con,
            statements,
            {
                "mart_indicator": ["FROM int_area", *(i.statement for i in indicators)],
                "mart_quality": [check.statement for check in checks],
                **register_step.READS,
            },
        )
        accounts.write_reports(con, build_folder(settings), findings)
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
        make_private_folder(settings.releases)
        kept = settings.register_record
        os.replace(settings.processed / kept.name, kept)  # noqa: PTH105 - the atomic call
    except OSError as fault:
        message = (
            f"{settings.processed}: the new build cannot take the last one's place "
            f"({fault.strerror}). Close programs that have its files open, and build again."
        )
        raise StorageError(message) from None
    _LOG.info("built: %s", settings.processed)
    return counts


def _has_input(dataset: Dataset, settings: Settings) -> bool:
    return bool(dataset.find_inputs(settings.raw))


def _missing_message(missing: list[Dataset], raw: Path) -> str:
    lines = "".join(
        f"\n  - {d.id}: no data file in {d.folder_in(raw)}. {d.how_to_get_it()}" for d in missing
    )
    return f"{len(missing)} of the required datasets are missing from {raw}:{lines}"
