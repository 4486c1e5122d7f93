"""The nightly round: download what has a publisher, then build and publish."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from assetmap.fetch import fetch
from assetmap.sources import read_sources
from flows.build import build_flow
from flows.publish import publish_flow


@task(task_run_name="fetch {dataset_id}", retries=2, retry_delay_seconds=60)
def fetch_dataset(raw: str, dataset_id: str) -> str:
    """Download one dataset; returns whether it changed."""
    source = read_sources(Path(raw) / "sources.toml")[dataset_id]
    return fetch(source, Path(raw) / source.folder).state


@flow(name="refresh")
def refresh_flow(raw: str = "data/raw", out: str = ".") -> str:
    """Fetch every dataset that has an address, then build and publish.

    A download that fails for good leaves the last good file, and the round goes on.
    """
    sources = read_sources(Path(raw) / "sources.toml")
    wanted = [source.id for source in sources.values() if source.url]
    for dataset_id in wanted:
        fetch_dataset(raw, dataset_id, return_state=True)
    build_flow(raw, out)
    return publish_flow(raw, out)
