"""Schools, GP practices, libraries and hospitals with a public address, from four registers.

A place that somebody adds by hand is rarely known by easting and northing: a file may have
latitude and longitude in their stead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assetmap import fields
from assetmap.contracts import Contract, Disclosure
from assetmap.coordinates import place_rows
from assetmap.dataset import Dataset, Source, fold_heading
from assetmap.postcodes import normalise_postcode
from assetmap.readers import Layout, RawTable, read_csv

if TYPE_CHECKING:
    import pandas as pd

    from assetmap.inputs import InputFile

_NO_DETAIL = ("Not applicable",)
_NO_PUBLIC_LIBRARY = {
    "Archive": "archive",
    "Prison Library": "prison_library",
    "Static Local History Library": "archive",
}


def read(source: InputFile) -> RawTable:
    """Read a list of places, with positions in metres or degrees; see :func:`place_rows`."""
    raw = read_csv(source, Layout())
    return place_rows(replace(raw, frame=raw.frame.rename(columns=fold_heading)))


def stage(raw: pd.DataFrame) -> pd.DataFrame:
    """Make an id from the register's own, and write postcodes in their published spelling.

    A detail that says nothing becomes NULL. A place that its register does not number is
    known by kind, name and position. A prison's library and an archive stand in the list of
    libraries, but nobody can walk in and borrow a book: they get a kind of their own that
    the contract does not know, so that they are held and not counted as libraries.
    """
    place = raw["easting_m"].astype("str") + " " + raw["northing_m"].astype("str")
    described = (
        raw["kind"] + " " + raw["asset_name"] + " " + place.str.replace(r"\.0\b", "", regex=True)
    )
    named = raw["asset_id"].where(raw["asset_id"].notna(), described)
    return raw.assign(
        asset_id=named.str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-"),
        kind=_kind(raw),
        detail=raw["detail"].where(~raw["detail"].isin(_NO_DETAIL), None),
        asset_name=raw["asset_name"].str.strip(),
        postcode=raw["postcode"].map(normalise_postcode, na_action="ignore").replace("", None),
    )


def _kind(raw: pd.DataFrame) -> pd.Series:
    found = raw["detail"].map(_NO_PUBLIC_LIBRARY).where(raw["kind"] == "library")
    return raw["kind"].where(found.isna(), found)


DATASET = Dataset(
    id="public_places",
    source=Source(
        publisher="Department for Education, NHS England, Arts Council England",
        title="Schools, GP practices, libraries and hospitals (four registers, assembled)",
        url="https://www.get-information-schools.service.gov.uk/Downloads",
        licence=(
            "OGL v3.0 (schools, GP practices); ODbL, © OpenStreetMap contributors (positions of "
            "hospitals); terms of the list of libraries not confirmed"
        ),
        period="2022 to 2025",
        as_of="2025-05-01",
        is_replaced=True,
        is_assembled=True,
    ),
    contract=Contract(
        table="stg_public_place",
        row_is="one public place",
        primary_key=("asset_id",),
        columns=(
            fields.label("asset_id", "Register and number.", about=Disclosure.ORGANISATION),
            fields.label("asset_name", "Name.", about=Disclosure.ORGANISATION),
            fields.label(
                "kind",
                "Kind of micro-asset.",
                about=Disclosure.ORGANISATION,
                allowed=tuple(fields.KINDS),
            ),
            fields.label("detail", "Phase or type.", about=Disclosure.ORGANISATION, nullable=True),
            fields.label(
                "postcode", "Public address.", about=Disclosure.ORGANISATION, nullable=True
            ),
            fields.label("register", "Register that lists it.", about=Disclosure.ORGANISATION),
            fields.label(
                "location_precision", "How exact the point is.", about=Disclosure.ORGANISATION
            ),
            fields.easting(Disclosure.ORGANISATION),
            fields.northing(Disclosure.ORGANISATION),
        ),
    ),
    headings={
        "source_id": "asset_id",
        "name": "asset_name",
        "kind": "kind",
        "detail": "detail",
        "easting": "easting_m",
        "northing": "northing_m",
        "postcode": "postcode",
        "register": "register",
        "location_precision": "location_precision",
    },
    read=read,
    stage=stage,
)
