"""The build, from raw files to gated tables, as steps that share one folder.

Belongs here: the order of things, and what each step reads from and leaves in the build
folder. Does not: reading, geometry, figures or pages themselves. Every step takes settings
and ids, never rows, so that an orchestrator can run each as a task of its own.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from assetmap import accounts, linking, provenance, register_step, reuse, survey_step
from assetmap.areas import (
    require_known_wards,
    require_own_id,
    require_vintages,
    require_whole_wards,
)
from assetmap.carry import Kept
from assetmap.dataset import Dataset, load
from assetmap.datasets import find_datasets, get_dataset
from assetmap.disclosure.facts import FACT_TABLE
from assetmap.disclosure.gate import pass_gate
from assetmap.disclosure.people_tables import Terms
from assetmap.errors import MissingInputError
from assetmap.fields import COLLECTED
from assetmap.figures import measure_anew
from assetmap.indicators import expand, find_indicators
from assetmap.integrity import describe_files, read_index
from assetmap.last_build import write_last_build
from assetmap.lineage import derive, write_lineage
from assetmap.quality import as_table, assess, find_checks, published
from assetmap.registers.read import REGISTERS
from assetmap.statements import read_statements
from assetmap.storage import refusals_of_disk, remove
from assetmap.store import BUILD, KEPT, builds_of, grow, prune, seal, turn
from assetmap.store import kept as kept_of
from assetmap.survey.erasure import read_erasures
from assetmap.survey.restricted import FILE_MODE, FOLDER_MODE, make_private, write_private
from assetmap.survey.tables import RESTRICTED
from assetmap.warehouse import (
    column_types,
    fetch_table,
    open_warehouse,
    sort_rows,
    write_typed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    import duckdb

    from assetmap.reuse import Plan
    from assetmap.settings import Settings

_LOG = logging.getLogger(__name__)

_ROWS_OF: Final = {
    "run_dataset": "dataset_id",
    "run_file": "dataset_id",
    "run_held": "dataset",
    "run_source_mark": "dataset",
}
"""Tables of the account that hold rows of each dataset, and the column with its id."""
_SURVEY_READS: Final = (
    "int_census_margin",
    "stg_lookup_lsoa11_ward17",
    "stg_postcode_lsoa",
    "stg_public_place",
)
_SURVEY_WRITES: Final = (
    *(contract.table for contract in RESTRICTED),
    *(FACT_TABLE, survey_step.FILE_TABLE, survey_step.STATE_TABLE),
)


def build_folder(settings: Settings) -> Path:
    """Return the folder in which a build grows; it takes the last build's place when whole."""
    return builds_of(settings).growing


def growing_warehouse(settings: Settings) -> Path:
    """Return the warehouse in the build folder."""
    return build_folder(settings) / settings.warehouse.name


def plan_build(settings: Settings, *, force: bool = False) -> Plan:
    """Return what changed since the last build, and so what a new one has to make.

    Raises
    ------
    StorageError, UnreadableFileError
        An input cannot be read.
    """
    plan = reuse.plan_build(settings, _today(), force=force)
    if plan.is_nothing:
        _LOG.info("nothing changed since the last build")
    elif plan.last:
        _LOG.info("changed since the last build: %s", ", ".join(sorted(plan.changed)))
    else:
        _LOG.info("everything is made anew: %s", plan.reason)
    return plan


def stand_by(settings: Settings) -> None:
    """Leave the last build as it is, and take away what a run that was cut off should have."""
    _forget_earlier(settings, hash_erasures(settings))


def start_build(settings: Settings, plan: Plan | None = None) -> list[str]:
    """Make a fresh build folder and return the ids of the datasets to load, in order.

    What ``plan`` finds unchanged is taken over from the last build; without a plan everything
    is loaded.

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
    plan = plan or plan_build(settings, force=True)
    # The warehouse holds answers: nobody else may look into it, from its first byte on.
    grow(builds_of(settings), FOLDER_MODE)
    reuse.write_plan(build_folder(settings), plan)
    with _open(settings) as (con, kept):
        accounts.prepare(con, settings, datasets.values())
        write_last_build(con, settings)
        survey_step.prepare_survey(con)
        to_load = [key for key in datasets if plan.has_changed(reuse.dataset_fact(key))]
        for key in datasets:
            if key not in to_load:
                _take_dataset(kept, datasets[key])
        kept.note(datasets[key].contract.table for key in to_load if not present[key])
    growing_warehouse(settings).chmod(FILE_MODE)
    return [key for key in to_load if present[key]]


def load_dataset(settings: Settings, dataset_id: str) -> dict[str, int]:
    """Load one dataset into the build; return its counts of rows in, loaded and held."""
    dataset = get_dataset(dataset_id)
    loaded = load(dataset, settings.raw, max_held_share=settings.policy.max_held_share)
    with _open(settings) as (con, kept):
        # load() has held what breaks the contract: there is nothing left to check.
        write_typed(con, dataset.contract.table, loaded.table, column_types(dataset.contract))
        accounts.write_dataset(con, dataset, loaded)
        kept.note([dataset.contract.table])
    return {"rows": loaded.rows_in, "loaded": len(loaded.table), "held": len(loaded.held)}


def link_assets(settings: Settings) -> dict[str, int]:
    """Check the areas, make what geometry needs, and join assets, postcodes and sites."""
    with _open(settings) as (con, kept):
        for table, column in _ROWS_OF.items():
            sort_rows(con, table, column)  # those taken over came first
        path = settings.raw / "study_area.toml"
        require_known_wards(con, settings.study_area, path)
        require_whole_wards(con, settings.study_area, path)
        require_vintages(con)
        if kept.gives_same(read_statements("placing")):
            kept.take(linking.PLACED)
        else:
            linking.place_register(con)
            kept.note(linking.PLACED)
        derive(con, read_statements("intermediate"), kept=kept)
        require_own_id(con, settings.study_area, path)
        if kept.gives_same(read_statements("layers")):
            return kept.take(linking.TABLES)
        counts = linking.link(con, settings.study_area)
        kept.note(linking.TABLES)
        return counts


def load_registers(settings: Settings) -> dict[str, int]:
    """Load the lists kept by hand; return the counts of rows loaded and held."""
    plan, record = reuse.read_plan(build_folder(settings)), settings.register_record.name
    facts = (reuse.REGISTER_FILES, reuse.HISTORY)
    with _open(settings) as (con, kept):
        if kept.holds(["int_site"]) and not any(map(plan.has_changed, facts)):
            _take_registers(kept)
            _copy_from_last(settings, plan, record)
        else:
            loaded = register_step.load_registers(
                settings, con, build_folder(settings) / record, today=_today()
            )
            for folder, account in loaded.items():
                accounts.write_register(con, folder, account)
            kept.note(register.table for register in REGISTERS)
        rows = fetch_table(con, "run_dataset").set_index("dataset_id")
    counts = rows.reindex(list(register_step.SOURCES))[["loaded_count", "held_count"]].sum()
    return {"loaded": int(counts["loaded_count"]), "held": int(counts["held_count"])}


def load_survey(settings: Settings) -> dict[str, int]:
    """Load responses and registers; return the counts of responses loaded and held.

    There are no counts where the last build's answers still hold.
    """
    plan, lists = reuse.read_plan(build_folder(settings)), settings.lists.name
    with _open(settings) as (_, kept):
        if kept.holds(_SURVEY_READS) and not plan.has_changed(reuse.SURVEY):
            kept.take(_SURVEY_WRITES)
            _copy_from_last(settings, plan, lists)
            return {}
        kept.note(["survey"])
    folder = build_folder(settings) / lists
    return survey_step.load_survey(settings, growing_warehouse(settings), folder)


def measure_indicators(settings: Settings) -> int:
    """Derive the marts, run every indicator and every check; return the indicators' count."""
    indicators = find_indicators()
    members = expand(indicators, settings.study_area.catchments_m)
    checks = find_checks()
    with _open(settings) as (con, kept):
        statements = read_statements("intermediate") | read_statements("marts")
        derive(con, statements, require_all=True, kept=kept)
        figures = measure_anew(con, members, kept)
        accounts.write_marts(con, settings, members, figures)
        register_step.judge_claims(settings, con)
        findings = as_table(assess(con, checks))
        accounts.write_public(con, "quality", published(findings))
        write_lineage(
            con,
            statements,
            {
                "mart_indicator": ["FROM int_area", *(i.statement for i in indicators)],
                "mart_quality": [c.statement for c in checks if c.is_published],
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
    store, erased = builds_of(settings), hash_erasures(settings)
    with refusals_of_disk(folder, "the new build cannot be kept", "The last one stands."):
        plan = reuse.read_plan(folder)
        reuse.require_same_inputs(settings, plan, _today())
        remove(folder / reuse.PLAN)
        make_private(folder)
        _write_index(settings, plan, erased)
        build = seal(store)
        turn(store, build)
        text = (build / settings.register_record.name).read_text(encoding="utf-8")
        write_private(settings.register_record, text)
    _forget_earlier(settings, erased)
    _LOG.info("built: %s", settings.processed)
    return counts


def hash_erasures(settings: Settings) -> str:
    """Return a hash over everybody whose answers must go; it tells nothing of any of them."""
    listed = "\n".join(sorted(read_erasures(settings.raw)))
    return hashlib.sha256(listed.encode()).hexdigest()


def _forget_earlier(settings: Settings, erased: str) -> None:
    """Keep the last few builds; after an erasure, none from before it."""
    store = builds_of(settings)
    is_purge = any(read_index(old, BUILD).get("erased") != erased for old in kept_of(store))
    prune(store, keep=1 if is_purge else KEPT)


def _write_index(settings: Settings, plan: Plan, erased: str) -> None:
    """Write ``build.json``: the run's id, whose erasures it knows, and every file's hash.

    Also what the build was made from, and what was made anew where the rest was taken over.
    """
    folder = build_folder(settings)
    with open_warehouse(folder / settings.public.name, read_only=True) as con:
        facts = fetch_table(con, "pub_run", columns=("key", "value"))
    index = {
        "run_id": dict(zip(facts["key"], facts["value"], strict=True))["run_id"],
        "erased": erased,
        "made_from": dict(plan.facts),
        "anew": sorted(set(plan.anew)) if plan.last else ["everything"],
        "files": describe_files(folder, BUILD),
    }
    write_private(folder / BUILD, json.dumps(index, indent=2, sort_keys=True) + "\n")


@contextmanager
def _open(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Kept]]:
    """Open the growing warehouse, and beside it the last one where tables are taken from it."""
    folder = build_folder(settings)
    plan = reuse.read_plan(folder)
    with ExitStack() as stack:
        con = stack.enter_context(open_warehouse(growing_warehouse(settings)))
        last = None
        if plan.last:
            path = plan.last / settings.warehouse.name
            last = stack.enter_context(open_warehouse(path, read_only=True))
        tables = Kept(con, last, plan.same)
        yield con, tables
        if plan.last:
            same = frozenset(tables.same)
            reuse.write_plan(folder, replace(plan, same=same, anew=(*plan.anew, *tables.anew)))


def _take_dataset(tables: Kept, dataset: Dataset) -> None:
    """Take over a dataset that did not change, and the account of it."""
    tables.take([dataset.contract.table])
    for table, column in _ROWS_OF.items():
        tables.take_rows(table, column, dataset.id)


def _take_registers(tables: Kept) -> None:
    """Take over the lists kept by hand, and the account of them."""
    tables.take(register.table for register in REGISTERS)
    for folder in register_step.SOURCES:
        for table, column in _ROWS_OF.items():
            tables.take_rows(table, column, folder)


def _copy_from_last(settings: Settings, plan: Plan, name: str) -> None:
    """Copy a file or folder that stands beside the last warehouse, if it is there."""
    source, target = (plan.last or build_folder(settings)) / name, build_folder(settings) / name
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copy2(source, target)


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _has_input(dataset: Dataset, settings: Settings) -> bool:
    return bool(dataset.find_inputs(settings.raw))


def _missing_message(missing: list[Dataset], raw: Path) -> str:
    lines = "".join(
        f"\n  - {d.id}: no data file in {d.folder_in(raw)}. {d.how_to_get_it()}" for d in missing
    )
    return f"{len(missing)} of the required datasets are missing from {raw}:{lines}"
