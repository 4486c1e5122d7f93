"""The nightly round: download what has a publisher, then build and publish."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from assetmap.errors import DownloadError
from assetmap.fetch import fetch
from assetmap.sources import list_downloads, read_sources
from flows.build import build_flow
from flows.publish import publish_flow


@task(task_run_name="fetch {dataset_id}")
def fetch_dataset(raw: str, dataset_id: str) -> str:
    """Download one dataset, in up to five tries; returns what came of it.

    A download that fails for good leaves the last good file, and is told, not raised.
    """
    source = read_sources(Path(raw) / "sources.toml")[dataset_id]
    try:
        return fetch(source, Path(raw) / source.folder).state
    except DownloadError as fault:
        return f"failed: {fault}"


@flow(name="refresh")
def refresh_flow(raw: str = "data/raw", out: str = ".") -> str:
    """Fetch every dataset that has an address, then build and publish."""
    wanted = list_downloads(read_sources(Path(raw) / "sources.toml"))
    results = [{"dataset": key, "result": fetch_dataset(raw, key)} for key in wanted]
    create_table_artifact(key="downloads", table=results)
    build_flow(raw, out)
    return publish_flow(raw, out)
