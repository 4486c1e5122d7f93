"""The build as a flow: raw files to gated tables."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from assetmap import build
from assetmap.editions import take_over
from assetmap.reports import indicator_rows, quality_markdown
from assetmap.settings import read_settings
from flows.home import keep_home_private


@task(task_run_name="load {dataset_id}")
def load_dataset(raw: str, out: str, dataset_id: str) -> dict[str, int]:
    """Load one dataset; returns its row counts."""
    return build.load_dataset(read_settings(Path(raw), Path(out)), dataset_id)


@task
def link_assets(raw: str, out: str) -> dict[str, int]:
    """Join assets, postcodes and sites; returns row counts."""
    return build.link_assets(read_settings(Path(raw), Path(out)))


@task
def load_registers(raw: str, out: str) -> dict[str, int]:
    """Load the lists kept by hand; returns row counts."""
    return build.load_registers(read_settings(Path(raw), Path(out)))


@task
def load_survey(raw: str, out: str) -> None:
    """Load responses and registers; returns nothing, for counts of people are restricted."""
    build.load_survey(read_settings(Path(raw), Path(out)))


@task
def measure_indicators(raw: str, out: str) -> int:
    """Derive marts and indicators; returns how many indicators."""
    return build.measure_indicators(read_settings(Path(raw), Path(out)))


@task
def pass_gate(raw: str, out: str) -> dict[str, int]:
    """Write the public tables and take the last build's place; returns row counts."""
    return build.finish_build(read_settings(Path(raw), Path(out)))


@flow(name="build")
def build_flow(raw: str = "data/raw", out: str = ".") -> None:
    """Load, link, measure and gate, one task a dataset that changed; none where nothing did."""
    keep_home_private()
    settings = read_settings(Path(raw), Path(out))
    with take_over(settings):
        plan = build.plan_build(settings)
        if plan.is_nothing:
            build.stand_by(settings)
        else:
            _make(raw, out, build.start_build(settings, plan))
    create_table_artifact(key="indicators", table=indicator_rows(settings.public))
    create_markdown_artifact(key="quality", markdown=quality_markdown(settings.public))


def _make(raw: str, out: str, dataset_ids: list[str]) -> None:
    for dataset_id in dataset_ids:
        load_dataset(raw, out, dataset_id)
    link_assets(raw, out)
    load_registers(raw, out)
    load_survey(raw, out)
    measure_indicators(raw, out)
    pass_gate(raw, out)
