"""The publication as a flow: gated tables to the site."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_link_artifact

from assetmap import pipeline
from assetmap.settings import read_settings


@task
def publish_site(raw: str, out: str) -> str:
    """Make the site and swap it in; returns the path of its first page."""
    return str(pipeline.run_publish(read_settings(Path(raw), Path(out))))


@flow(name="publish")
def publish_flow(raw: str = "data/raw", out: str = ".") -> str:
    """Publish the last build."""
    index = publish_site(raw, out)
    # Not resolved: the link is to the site that stands, also after the next run.
    create_link_artifact(key="site", link=Path(index).absolute().as_uri(), link_text="The site")
    return index
