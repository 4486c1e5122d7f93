"""Downloads, sources, quality and methods.

Belongs here: what a researcher needs to check or repeat the work. Does not: writing the
downloads (``exports.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.disclosure.tables import PUBLISHED
from assetmap.fields import COLLECTED, NO_SURVEY, SYNTHETIC
from assetmap.geography import BNG, WGS84
from assetmap.publish.encode import safe_url
from assetmap.publish.exports import FORMATS
from assetmap.publish.page import Page, downloads
from assetmap.publish.quality_page import quality_words
from assetmap.publish.site_page import Fact
from assetmap.publish.tables import Cell, Table, file_size, headings, metres, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.exports import Export
    from assetmap.publish.model import Published, Row

_ROW_IS: Final = {contract.table: contract.row_is for contract in PUBLISHED}

_METHODS: Final = (
    "Distance is a straight line from the edge of a site, 0 inside it.",
    (
        "A count of people in a catchment spreads the figure of each small area over its live "
        "postcodes and sums those inside. Area weighting is computed beside it; the two give the "
        "low and the high."
    ),
    (
        "Figures of wards come from small areas by population best fit. Rates are ratios of summed "
        "counts, never means of rates."
    ),
    (
        "A small area with a changed outline between 2011 and 2021 is matched by the official "
        "lookup only."
    ),
    (
        "People are counted for wards and the study area only. A count below the threshold of its "
        "table is withheld, others are rounded, and percentages come from the "
        "rounded counts."
    ),
    "A figure that is not measured says so and is never shown as zero.",
    (
        "The map draws its own outlines. It loads nothing from other hosts, and uses Leaflet "
        "(BSD 2-clause licence), which is stored with the site."
    ),
)

_SURVEY: Final = {
    NO_SURVEY: "no responses are loaded",
    SYNTHETIC: "made-up people and answers, to show how the system works",
    COLLECTED: "answers of residents",
}


def data_page(published: Published, exports: Sequence[Export]) -> Page:
    """Return the page of downloads, sources, checks and methods."""
    return Page(
        path="data.html",
        survey="files",
        template="data.html.j2",
        title="Data",
        summary="Everything that stands on these pages, to download; where it comes from; what "
        "was checked; and how to run it again.",
        content={
            "downloads": _download_table(exports),
            "datasets": _dataset_table(published),
            "inputs": _input_table(published),
            "quality": quality_words(published.rows("pub_quality")),
            "quality_files": downloads("quality"),
            "methods": _METHODS,
            "facts": _facts(published),
        },
    )


def _download_table(exports: Sequence[Export]) -> Table:
    by_name: dict[str, dict[str, Export]] = {}
    for export in exports:
        by_name.setdefault(export.name, {})[export.format] = export
    return Table(
        id="downloads",
        caption="Files, what a row of each is, and their size",
        headings=headings(
            "File", "A row is", "#Rows", *(f"#{label}" for label in FORMATS.values())
        ),
        rows=tuple(
            (
                Cell(text=name),
                Cell(text=_ROW_IS[formats["csv"].table]),
                Cell(text=whole(formats["csv"].row_count)),
                *(_download_cell(formats.get(ending)) for ending in FORMATS),
            )
            for name, formats in by_name.items()
        ),
    )


def _download_cell(export: Export | None) -> Cell:
    if export is None:
        return Cell(text="no shapes")
    label = f"{FORMATS[export.format]}, {file_size(export.size_bytes)}"
    return Cell(text=label, href=export.path, is_download=True, sort=str(export.size_bytes))


def _dataset_cell(row: Row) -> Cell:
    href = safe_url(row["url"])
    return Cell(
        text=row["title"], href=href, is_external=bool(href), small="" if href else row["url"]
    )


def _dataset_table(published: Published) -> Table:
    return Table(
        id="datasets",
        caption="Datasets: rows received, loaded, and held because they could not be trusted",
        headings=headings(
            "Dataset", "Publisher", "Licence", "Period", "Extent", "#Received", "#Loaded", "#Held"
        ),
        rows=tuple(
            (
                _dataset_cell(row),
                *(Cell(text=row[name]) for name in ("publisher", "licence", "period", "extent")),
                *(Cell(text=whole(row[n])) for n in ("row_count", "loaded_count", "held_count")),
            )
            for row in published.rows("pub_dataset")
        ),
        downloads=downloads("datasets"),
        remark=f"{whole(_count(published, 'summary_rows_loaded'))} rows were loaded and "
        f"{whole(_count(published, 'summary_rows_held'))} were held back.",
    )


def _count(published: Published, key: str) -> float | None:
    text = published.run[key]
    return int(text) if text.isascii() and text.isdigit() else None


def _input_table(published: Published) -> Table:
    titles = published.dataset_titles
    return Table(
        id="inputs",
        caption="Files that were read, with the checksum of each as received",
        headings=headings("File", "Dataset", "SHA-256"),
        rows=tuple(
            (
                Cell(text=row["file"]),
                Cell(text=str(titles.get(row["dataset_id"], row["dataset_id"]))),
                Cell(text=row["sha256"]),
            )
            for row in published.rows("pub_input")
        ),
        downloads=downloads("inputs"),
    )


def _facts(published: Published) -> list[Fact]:
    run = published.run
    distances = ", ".join(metres(distance) for distance in published.catchments)
    return [
        Fact(name="Build", value=run["run_id"]),
        Fact(name="Code version", value=run["code_version"]),
        Fact(name="Data as of", value=run["data_as_of"]),
        Fact(name="Disclosure policy", value=run["policy_hash"]),
        Fact(name="Study area", value=f"{run['area_name']} ({run['area_id']})"),
        Fact(name="Survey", value=_SURVEY[published.survey_state]),
        Fact(name="Catchments", value=distances),
        Fact(name="Built in", value=f"EPSG:{BNG} (British National Grid)"),
        Fact(
            name="Maps in",
            value=f"EPSG:{WGS84}, by “{run['crs_operation']}”, good to {run['crs_accuracy_m']} m",
        ),
    ]
