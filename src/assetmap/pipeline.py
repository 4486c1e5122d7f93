"""The whole way as plain functions; the command line and the flows both call these.

Belongs here: running the steps of :mod:`assetmap.build` in order, publishing into a folder
beside the site and swapping the two, the summary of a run. Does not: an orchestrator.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assetmap import build, people_release
from assetmap.errors import AssetmapError, ContractError, StorageError
from assetmap.lock import hold
from assetmap.provenance import write_manifest
from assetmap.reports import quality_rows
from assetmap.warehouse import keep_open, read_public

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from assetmap.settings import Settings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a run holds, in five lines."""

    rows_loaded: int
    rows_held: int
    assets: int
    sites: int
    sites_mapped: int
    links: int
    indicators: int

    def lines(self) -> list[str]:
        """Return the five lines that a run ends with."""
        return [
            f"rows        {self.rows_loaded:,} loaded, {self.rows_held:,} held in quarantine",
            f"assets      {self.assets:,} places",
            f"sites       {self.sites:,}, of which {self.sites_mapped:,} have a known place",
            f"links       {self.links:,} between places and sites",
            f"indicators  {self.indicators:,}",
        ]


def run_build(settings: Settings, on_step: Callable[[str], None] = lambda _: None) -> None:
    """Load every dataset, link, measure and pass the gate; the last build stays until the end.

    Raises
    ------
    AssetmapError
        A fault of the inputs or settings, BusyError where another run writes there, or
        StorageError; the last build and the site are untouched.
    """
    with hold(settings):
        on_step("looking for inputs")
        people_release.settle(settings)
        dataset_ids = build.start_build(settings)
        with keep_open(build.growing_warehouse(settings)):
            for dataset_id in dataset_ids:
                on_step(f"loading {dataset_id}")
                build.load_dataset(settings, dataset_id)
            on_step("linking assets and sites")
            build.link_assets(settings)
            on_step("reading the lists kept by hand")
            build.load_registers(settings)
            on_step("reading the survey")
            build.load_survey(settings)
            on_step("measuring indicators")
            build.measure_indicators(settings)
        on_step("passing the gate")
        build.finish_build(settings)


def run_publish(settings: Settings) -> Path:
    """Make the site from the gated tables and put it in place of the last one, whole.

    A build of which a blocking check fails is not published, nor a story whose consent has
    ended since it was built.

    Returns
    -------
    The path of ``index.html``.

    Raises
    ------
    ContractError
        A blocking check fails.
    MissingInputError
        There is no build yet.
    PublishError
        A page cannot be made; the published site is untouched.
    """
    maps = settings.maps.resolve() if settings.maps.is_symlink() else settings.maps
    with hold(settings):
        try:
            _require_folder(maps)
            _recover(maps)
            run_check(settings)
            tables = _without_lapsed(read_public(settings.public), datetime.now(tz=UTC).date())
            with people_release.record(settings, maps, _facts(tables["pub_run"])["run_id"]):
                _renew(tables, maps, lambda site: people_release.scan(settings, site, tables))
        except AssetmapError:
            raise
        except OSError as fault:
            message = (
                f"{settings.maps}: cannot be written ({fault.strerror}). The site is unchanged. "
                "Check free space and rights, and publish again."
            )
            raise StorageError(message) from fault
    _LOG.info("published: %s", settings.maps)
    return settings.maps / "index.html"


def _without_lapsed(tables: dict[str, pd.DataFrame], today: date) -> dict[str, pd.DataFrame]:
    """Return the tables without stories whose consent ended after the build."""
    stories = tables["pub_story"]
    is_live = stories["consent_until"] >= today.isoformat()
    return {**tables, "pub_story": stories[is_live].reset_index(drop=True)}


def _renew(tables: dict[str, pd.DataFrame], maps: Path, inspect: Callable[[Path], None]) -> None:
    """Write a new site beside ``maps``, inspect it and swap the two; a failure leaves ``maps``."""
    fresh = maps.with_name(f"{maps.name}.new")
    _remove(fresh)
    try:
        fresh.mkdir(parents=True)
        _write_site(tables, fresh)
        inspect(fresh)
        _swap(fresh, maps)
    finally:
        _remove(fresh)


def _require_folder(maps: Path) -> None:
    if maps.exists() and not maps.is_dir():
        message = f"{maps} is a file where the site's folder belongs. Move it away."
        raise StorageError(message)


def _write_site(tables: dict[str, pd.DataFrame], fresh: Path) -> None:
    """Write the site and its manifest into the new folder ``fresh``."""
    from assetmap.publish import site  # noqa: PLC0415 - folium is slow to import

    site.write_site(tables, fresh)
    inputs = tables["pub_input"]
    facts = {
        **_facts(tables["pub_run"]),
        "inputs": dict(zip(inputs["file"], inputs["sha256"], strict=True)),
        "sources": _sources(tables["pub_dataset"].to_dict("records")),
    }
    write_manifest(fresh, facts)


def run_check(settings: Settings) -> list[dict[str, object]]:
    """Return the quality checks of the last build; ContractError where a blocking one fails."""
    findings = quality_rows(settings.public)
    failed = findings[~findings["passed"].astype(bool) & (findings["severity"] == "blocking")]
    if len(failed):
        listed = "".join(f"\n  - {row.check_id}: {row.message}" for row in failed.itertuples())
        message = (
            f"{settings.public}: {len(failed)} blocking checks fail, so this build is not "
            f"published:{listed}\nMend what they name and build again."
        )
        raise ContractError(message)
    return [{str(k): v for k, v in row.items()} for row in findings.to_dict("records")]


def summarise(settings: Settings) -> Summary:
    """Return what the last build holds."""
    tables = read_public(settings.public)
    facts = _facts(tables["pub_run"])
    sites = tables["pub_site"]
    return Summary(
        rows_loaded=int(facts["summary_rows_loaded"]),
        rows_held=int(facts["summary_rows_held"]),
        assets=len(tables["pub_asset"]),
        sites=len(sites),
        sites_mapped=int(sites["geom_27700"].notna().sum()),
        links=len(tables["pub_link"]),
        indicators=len(tables["pub_indicator_meta"]),
    )


def _facts(run: pd.DataFrame) -> dict[str, str]:
    return dict(zip(run["key"], run["value"], strict=True))


def _sources(rows: list[dict[object, object]]) -> dict[str, dict[str, object]]:
    kept = ("title", "publisher", "licence", "url", "period", "extent")
    return {str(row["dataset_id"]): {name: row[name] for name in kept} for row in rows}


def _swap(fresh: Path, published: Path) -> None:
    """Put ``fresh`` where ``published`` is; the old site goes only when the new one stands."""
    old = _old(published)
    _remove(old)
    if published.exists():
        os.replace(published, old)  # noqa: PTH105 - the atomic call, named as such
    try:
        os.replace(fresh, published)  # noqa: PTH105 - the atomic call, named as such
    except OSError:
        _recover(published)
        raise
    _remove(old)


def _recover(published: Path) -> None:
    """Put the old site back where a swap was cut off between its two steps."""
    if not published.exists() and _old(published).exists():
        os.replace(_old(published), published)  # noqa: PTH105 - the atomic call, named as such


def _remove(path: Path) -> None:
    """Remove what a run left there: a folder, or whatever stands under its name."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def _old(published: Path) -> Path:
    return published.with_name(f"{published.name}.old")
