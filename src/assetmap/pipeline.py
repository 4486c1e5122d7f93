"""The whole way as plain functions; the command line and the flows both call these.

Belongs here: running the steps of :mod:`assetmap.build` in order, publishing into a folder
beside the site and turning to it, the summary of a run. Does not: an orchestrator.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assetmap import build, people_release, publication
from assetmap.editions import (
    find_same,
    forget_erased,
    require_build,
    require_no_erased,
    take_over,
)
from assetmap.errors import ContractError
from assetmap.integrity import require_whole
from assetmap.provenance import describe_run, write_manifest
from assetmap.quality import find_failed
from assetmap.reports import quality_records
from assetmap.storage import refusals_of_disk, remove
from assetmap.store import MANIFEST, current, editions_of, grow, seal, turn
from assetmap.warehouse import keep_open, read_public

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from assetmap.settings import Settings
    from assetmap.store import Store

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


def run_build(
    settings: Settings, on_step: Callable[[str], None] = lambda _: None, *, force: bool = False
) -> bool:
    """Load every dataset, link, measure and pass the gate; the last build stays until the end.

    Where nothing changed since the last build, that one stands; else only what rests on what
    changed is made anew, unless ``force`` asks for all of it. The result is the same.

    Returns
    -------
    False where nothing changed, so that nothing was made.

    Raises
    ------
    AssetmapError
        A fault of the inputs or settings, BusyError where another run writes there, or
        StorageError; the last build and the site are untouched.
    """
    unchanged = "The last build stands."
    with take_over(settings), refusals_of_disk(settings.builds, "cannot be written", unchanged):
        on_step("looking for inputs")
        plan = build.plan_build(settings, force=force)
        if plan.is_nothing:
            on_step("nothing changed since the last build")
            build.stand_by(settings)
            return False
        dataset_ids = build.start_build(settings, plan)
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
    return True


def run_publish(settings: Settings, *, force: bool = False) -> Path:
    """Make the site from the gated tables and put it in place of the last one, whole.

    Where the site that stands was made from this very build it stays, unless ``force`` asks for
    a new one.

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
    IntegrityError
        The build is not as it was made.
    DisclosureError
        Somebody was erased since it was made, or a page tells of a person.
    PublishError
        A page cannot be made; the published site is untouched.
    """
    store = editions_of(settings)
    with (
        take_over(settings),
        refusals_of_disk(settings.maps, "cannot be written", "The site is unchanged."),
    ):
        require_build(settings)
        require_no_erased(settings)
        run_check(settings)
        today = datetime.now(tz=UTC).date()
        if not force and publication.still_stands(settings, today):
            _LOG.info("nothing changed since the site was published: %s", settings.maps)
        else:
            _publish(settings, store, today)
        forget_erased(settings, store)
    return settings.maps / "index.html"


def _publish(settings: Settings, store: Store, today: date) -> None:
    tables = _without_lapsed(read_public(settings.public), today)
    with people_release.record(settings, settings.maps, _facts(tables["pub_run"])["run_id"]):
        _renew(tables, store, lambda site: people_release.scan(settings, site, tables))
    publication.write_note(settings, today)
    _LOG.info("published: %s", settings.maps)


def _without_lapsed(tables: dict[str, pd.DataFrame], today: date) -> dict[str, pd.DataFrame]:
    """Return the tables without stories whose consent ended after the build."""
    stories = tables["pub_story"]
    is_live = stories["consent_until"] >= today.isoformat()
    return {**tables, "pub_story": stories[is_live].reset_index(drop=True)}


def _renew(tables: dict[str, pd.DataFrame], store: Store, inspect: Callable[[Path], None]) -> None:
    """Write a new site beside the others, inspect it and turn to it; a failure changes nothing."""
    from assetmap.publish.links import require_links  # noqa: PLC0415 - beside the site

    fresh = grow(store)
    try:
        _write_site(tables, fresh)
        inspect(fresh)
        require_links(fresh)
        require_whole(fresh, MANIFEST, "Publish again.")
        edition = find_same(store, fresh) or seal(store)
        if current(store) != edition:
            turn(store, edition)
    finally:
        remove(fresh)


def _write_site(tables: dict[str, pd.DataFrame], fresh: Path) -> None:
    """Write the site and its manifest into the new folder ``fresh``."""
    from assetmap.publish import site  # noqa: PLC0415 - folium is slow to import

    site.write_site(tables, fresh)
    write_manifest(fresh, describe_run(tables))


def run_check(settings: Settings) -> list[dict[str, object]]:
    """Return the quality checks of the last build; ContractError where a blocking one fails.

    Raises
    ------
    ContractError
        A blocking check fails; all of them are named.
    MissingInputError
        There is no build yet.
    StorageError
        The report of the last build is missing or damaged.
    """
    records = quality_records(settings)
    failed = find_failed(records)
    if failed:
        listed = "".join(f"\n  - {record['name']}: {record['notes']}" for record in failed)
        message = (
            f"{settings.public}: {len(failed)} blocking checks fail, so this build is not "
            f"published:{listed}\nMend what they name and build again."
        )
        raise ContractError(message)
    return records


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
