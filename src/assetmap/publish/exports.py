"""Downloads: the published tables as CSV, GeoPackage and GeoParquet.

Belongs here: writing ``data/``; the same tables give the same bytes. Does not: pages.
Layers are in the British National Grid (EPSG:27700), as the tables are.
"""

from __future__ import annotations

import csv
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pyogrio

from assetmap.disclosure.tables import PUBLISHED
from assetmap.fields import SYNTHETIC
from assetmap.geography import BNG
from assetmap.publish.encode import csv_cell
from assetmap.publish.model import geometries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from assetmap.contracts import Contract
    from assetmap.publish.model import Published, Row

_TABLES: Final = {contract.table: contract for contract in PUBLISHED}

FILES: Final = {
    "indicators": "pub_indicator",
    "indicators_metadata": "pub_indicator_meta",
    "assets": "pub_asset",
    "sites": "pub_site",
    "links": "pub_link",
    "nearest": "pub_nearest",
    "catchments": "pub_catchment",
    "site_areas": "pub_site_area",
    "areas": "pub_area",
    "lsoas": "pub_lsoa",
    "caveats": "pub_caveat",
    "datasets": "pub_dataset",
    "inputs": "pub_input",
    "quality": "pub_quality",
    "coverage": "pub_coverage",
    "held_rows": "pub_held",
    "run": "pub_run",
    "people": "pub_people",
    "people_tables": "pub_people_table",
    "survey": "pub_survey",
    "codebook": "pub_codebook",
    "documents": "pub_document",
    "document_sections": "pub_section",
    "claims": "pub_claim",
    "claim_indicators": "pub_claim_indicator",
    "targets": "pub_target",
    "contradictions": "pub_finding",
    "claims_against_data": "pub_claim_check",
    "site_parts": "pub_site_part",
    "site_roles": "pub_site_role",
    "site_capacity": "pub_site_capacity",
    "site_milestones": "pub_site_milestone",
    "site_slippage": "pub_site_slippage",
    "site_engagement": "pub_site_engagement",
    "site_needs": "pub_site_need",
    "site_groups": "pub_site_group",
    "commitments": "pub_commitment",
    "pipeline": "pub_pipeline",
    "organisations": "pub_organisation",
    "partners": "pub_partner",
    "partner_counts": "pub_partner_count",
    "work_packages": "pub_work_package",
    "bodies": "pub_body",
    "events": "pub_event",
    "channels": "pub_channel",
    "budget": "pub_budget",
    "sectors": "pub_sector",
    "outcomes": "pub_outcome",
    "stories": "pub_story",
}
"""Name of each download and the table that it holds."""

OF_PEOPLE: Final = ("people", "people_tables", "survey")
"""Downloads that rest on answers of people."""

FORMATS: Final = {"csv": "CSV", "gpkg": "GeoPackage", "parquet": "GeoParquet"}
"""Ending of each format and its name for readers."""

_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH: Final = "1970-01-01"


@dataclass(frozen=True, kw_only=True)
class Export:
    """One written download; ``path`` is relative to the site."""

    name: str
    table: str
    format: str
    path: str
    row_count: int
    size_bytes: int


def formats(name: str) -> tuple[str, ...]:
    """Return the endings in which the download ``name`` is written; KeyError if unknown."""
    return tuple(FORMATS) if "geom_27700" in _TABLES[FILES[name]].names else ("csv",)


def file_name(name: str, survey_state: str) -> str:
    """Return the file name, without ending, of the download ``name``.

    A file of made-up people says so in its name, so that the label travels with the file.
    """
    return f"{name}_synthetic" if survey_state == SYNTHETIC and name in OF_PEOPLE else name


def write_exports(published: Published, target: Path) -> tuple[Export, ...]:
    """Write every download below ``target/data`` and return what was written, in order."""
    folder = target / "data"
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Export] = []
    with _fixed_date(published.run["data_as_of"]):
        for key, table in FILES.items():
            name = file_name(key, published.survey_state)
            _write_table(published, _TABLES[table], folder, name)
            written += [
                Export(
                    name=name,
                    table=table,
                    format=ending,
                    path=f"data/{name}.{ending}",
                    row_count=len(published.frames[table]),
                    size_bytes=(folder / f"{name}.{ending}").stat().st_size,
                )
                for ending in formats(key)
            ]
    return tuple(written)


def _write_table(published: Published, contract: Contract, folder: Path, name: str) -> None:
    _write_csv(published.rows(contract.table), contract, folder / f"{name}.csv")
    if "geom_27700" not in contract.names:
        return
    layer = _layer(published.frames[contract.table], contract)
    layer.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
    pyogrio.write_dataframe(
        layer, folder / f"{name}.gpkg", layer=name, driver="GPKG", geometry_type="Unknown"
    )


def _write_csv(rows: list[Row], contract: Contract, path: Path) -> None:
    names = [column.name for column in contract.columns if column.kind != "geometry"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    # Programs differ on a bare carriage return: some end the row there.
    text = re.sub(r"\r\n?", "\n", value) if isinstance(value, str) else value
    return "" if text is None else csv_cell(text)


def _layer(frame: pd.DataFrame, contract: Contract) -> gpd.GeoDataFrame:
    columns = {c.name: frame[c.name] for c in contract.columns if c.kind != "geometry"}
    typed = {
        c.name: columns[c.name].astype("Int64") for c in contract.columns if c.kind == "integer"
    }
    return gpd.GeoDataFrame({**columns, **typed}, geometry=geometries(frame), crs=BNG)


@contextmanager
def _fixed_date(data_as_of: str) -> Iterator[None]:
    # A GeoPackage stores when it was written; the data's own date stands there instead.
    found = _ISO_DATE.search(data_as_of)
    moment = f"{found[0] if found else _EPOCH}T00:00:00.000Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
