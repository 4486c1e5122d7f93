"""The site as a whole: every page, map and file, written below one folder.

Belongs here: the order of the work, the page shell and the Content-Security-Policy. Does
not: reading the published tables (the caller hands them over), the content of a page,
staging and swapping, the manifest.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assetmap.errors import StorageError
from assetmap.publish.area_page import map_page
from assetmap.publish.assets import write_own, write_vendored
from assetmap.publish.claims_page import claims_page
from assetmap.publish.codebook_page import codebook_page
from assetmap.publish.dashboard_page import dashboard_page
from assetmap.publish.data_page import data_page
from assetmap.publish.encode import plain
from assetmap.publish.exports import write_exports
from assetmap.publish.indicator_page import areas_page
from assetmap.publish.maps import render_map
from assetmap.publish.model import accept
from assetmap.publish.overview import accessibility_page, overview_page
from assetmap.publish.partners_page import partners_page
from assetmap.publish.pipeline_page import pipeline_page
from assetmap.publish.programme_page import programme_page
from assetmap.publish.quality_page import quality_page
from assetmap.publish.site_page import site_pages
from assetmap.publish.survey_page import survey_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from assetmap.publish.maps import RenderedMap
    from assetmap.publish.model import Published
    from assetmap.publish.page import Page

_LOG = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)
NAVIGATION: Final = (
    {"href": "index.html", "label": "Overview"},
    {"href": "map.html", "label": "Map"},
    {"href": "indicators.html", "label": "Targets"},
    {"href": "areas.html", "label": "Area figures"},
    {"href": "pipeline.html", "label": "Pipeline"},
    {"href": "claims.html", "label": "Documents"},
    {"href": "partners.html", "label": "Partners"},
    {"href": "survey.html", "label": "Survey"},
    {"href": "data.html", "label": "Data"},
)
SURVEY_NAVIGATION: Final = (
    {"href": "survey.html", "label": "Results"},
    {"href": "programme.html", "label": "Programme"},
    {"href": "codebook.html", "label": "Questionnaire"},
)

_TEMPLATES: Final = Path(__file__).parent / "templates"
_MAX_TEXT: Final = 5_000


@dataclass(frozen=True, kw_only=True)
class PublishReport:
    """What was written: files relative to the target, in alphabetical order."""

    target: Path
    pages: tuple[str, ...]
    files: tuple[str, ...]
    size_bytes: int


def write_site(tables: Mapping[str, pd.DataFrame], target: Path) -> PublishReport:
    """Write the site of ``tables``, one frame per published table, below ``target``.

    ``target`` is new or empty. The same tables give the same bytes.

    Raises
    ------
    PublishError
        A table, column or fact is missing, or a page, map or asset cannot be made safely.
    StorageError
        A file cannot be written.
    """
    published = accept(tables)
    try:
        return _write(published, target)
    except OSError as fault:
        message = (
            f"{target}: the site cannot be written: {fault.strerror or fault}. Free the disk or "
            "change the folder's permissions, then publish again."
        )
        raise StorageError(message) from fault


def _write(published: Published, target: Path) -> PublishReport:
    assets = target / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    (target / "sites").mkdir(exist_ok=True)
    write_own(assets)
    exports = write_exports(published, target)
    pages = [
        overview_page(published),
        map_page(published),
        *site_pages(published),
        pipeline_page(published),
        partners_page(published),
        dashboard_page(published),
        areas_page(published),
        claims_page(published),
        survey_page(published),
        programme_page(published),
        codebook_page(published),
        data_page(published, exports),
        quality_page(published),
        accessibility_page(),
    ]
    environment = _environment()
    for page in pages:
        _write_page(environment, published, page, target)
    report = _report(target, tuple(page.path for page in pages))
    _LOG.info("site: %d pages, %d files", len(report.pages), len(report.files))
    return report


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_readable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _readable(value: object) -> object:
    """Return what a template prints: text loses what cannot be read, markup stays."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return plain(value, max_length=_MAX_TEXT)
    return value


def _write_page(env: Environment, published: Published, page: Page, target: Path) -> None:
    html = env.get_template(page.template).render(
        page=page,
        root=page.root,
        run=published.run,
        banner=page.banner(published.survey_state),
        navigation=NAVIGATION,
        survey_navigation=SURVEY_NAVIGATION,
        csp=CONTENT_SECURITY_POLICY,
        **_map_parts(page, target / "assets"),
        **page.content,
    )
    (target / page.path).write_text(html, encoding="utf-8", newline="\n")


def _map_parts(page: Page, assets: Path) -> dict[str, Any]:
    if page.map_spec is None:
        return {"map_html": "", "map_styles": (), "map_scripts": ()}
    rendered: RenderedMap = render_map(page.map_spec)
    write_vendored((*rendered.script_urls, *rendered.style_urls), assets)
    script = f"map-{page.map_spec.name}.js"
    (assets / script).write_text(rendered.script, encoding="utf-8", newline="\n")
    return {
        "map_html": rendered.html,
        "map_styles": rendered.styles,
        "map_scripts": (*rendered.scripts, "map.js", script),
    }


def _report(target: Path, pages: tuple[str, ...]) -> PublishReport:
    sizes = {
        path.relative_to(target).as_posix(): path.stat().st_size
        for path in target.rglob("*")
        if path.is_file()
    }
    return PublishReport(
        target=target,
        pages=pages,
        files=tuple(sorted(sizes)),
        size_bytes=sum(sizes.values()),
    )
