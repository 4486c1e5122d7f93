"""The published tables: every column that a page or download can ever show.

Belongs here: the contracts of ``pub_*``. The gate writes these tables and no other;
``publish/`` reads these and nothing else. Geometry is WKB in the British National Grid.
"""

from __future__ import annotations

from typing import Final

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.disclosure.claims import CLAIMS
from assetmap.disclosure.programme import PROGRAMME
from assetmap.disclosure.quality import QUALITY
from assetmap.disclosure.released import PUB_CODEBOOK, RELEASED
from assetmap.disclosure.site_register import SITE_REGISTER
from assetmap.geography import SLUG_PATTERN, WARD_PATTERN

_O: Final = Disclosure.ORGANISATION
_B: Final = Disclosure.BASE

STATUSES: Final = ("published", "suppressed", "not_measured")
GEOGRAPHIES: Final = ("study_area", "ward", "lad", "site")
RELATIONS: Final = ("inside", "overlaps", "adjacent", "outside")
EXTENT_METHODS: Final = ("surveyed", "digitised", "indicative_disc", "point", "unknown")


def _homes(name: str, description: str) -> Column:
    return fields.column("integer", name, description, unit="homes", nullable=True, about=_O)


def _permission(name: str, description: str) -> Column:
    return fields.label(name, description, nullable=True, about=_O)


def _geometry(description: str, *, nullable: bool = False, about: Disclosure = _B) -> Column:
    return fields.column("geometry", "geom_27700", description, nullable=nullable, about=about)


_SITE_ID: Final = Column(
    name="site_id",
    kind="text",
    description="Macro-asset site.",
    disclosure=_O,
    pattern=SLUG_PATTERN,
)
_ASSET_ID: Final = fields.label("asset_id", "Micro-asset.", about=_O)
_DISTANCE: Final = Column(
    name="distance_m",
    kind="number",
    description="Straight line from the edge of the site; 0 inside it.",
    disclosure=_O,
    unit="m",
    minimum=0,
)

PUB_AREA: Final = Contract(
    table="pub_area",
    row_is="one ward, the study area, or one local authority",
    primary_key=("area_code",),
    columns=(
        fields.label("area_code", "GSS code, or the study area's own id."),
        fields.label("area_name", "Name of the area."),
        Column(
            name="geography",
            kind="text",
            description="What kind of area.",
            disclosure=_B,
            allowed=("study_area", "ward", "lad"),
        ),
        fields.column("boolean", "is_complete", "True where all LSOAs of the area are loaded."),
        _geometry("Outline, dissolved from best-fit LSOAs.", nullable=True),
    ),
)

PUB_LSOA: Final = Contract(
    table="pub_lsoa",
    row_is="one LSOA of 2011 in the study area or near a site",
    primary_key=("lsoa11cd",),
    columns=(
        fields.LSOA11CD,
        fields.LSOA11NM,
        fields.code("wd17cd", "Best-fit ward of 2017.", WARD_PATTERN, nullable=True),
        fields.label("wd17nm", "Name of that ward, or 'not in the lookup'."),
        fields.column("boolean", "is_in_study_area", "True inside the study area."),
        fields.column(
            "integer", "imd_decile", "1 = most deprived tenth in England.", nullable=True
        ),
        fields.column("number", "imd_score", "Higher is more deprived.", nullable=True),
        fields.column("integer", "imd_rank", "1 = most deprived of 32,844.", nullable=True),
        fields.count("resident_count", "Census 2021 residents."),
        _geometry("Outline, generalised."),
    ),
)

PUB_SITE: Final = Contract(
    table="pub_site",
    row_is="one macro-asset site",
    primary_key=("site_id",),
    columns=(
        _SITE_ID,
        fields.label("site_name", "Name.", about=_O),
        fields.label("aliases", "Other names, separated by semicolons.", nullable=True, about=_O),
        fields.label("kind", "housing, hospital, leisure …", about=_O),
        fields.label("local_authority", "Local authority that it lies in.", about=_O),
        fields.label("register_ref", "Reference in the register.", nullable=True, about=_O),
        Column(
            name="extent_method",
            kind="text",
            description="How the outline came about.",
            disclosure=_O,
            allowed=EXTENT_METHODS,
        ),
        fields.column(
            "number", "stated_ha", "Hectares by the register.", unit="ha", nullable=True, about=_O
        ),
        _homes("homes_min_count", "Fewest homes, of all statements."),
        _homes("homes_max_count", "Most homes, of all statements."),
        fields.label("location_source", "Where the position comes from.", nullable=True, about=_O),
        fields.label("note", "What the documents say.", nullable=True, about=_O),
        fields.easting(_O),
        fields.northing(_O),
        _geometry("Extent: polygon, or point without hectares.", nullable=True, about=_O),
        fields.label(
            "origin",
            "Which list it comes from.",
            allowed=("brownfield_register", "site_layer"),
            about=_O,
        ),
        _permission("permission_status", "Whether planning permission is given, by the register."),
        _permission("permission_type", "Kind of that permission: full, outline …"),
        _permission("permission_date", "Day of that permission."),
    ),
)

PUB_CATCHMENT: Final = Contract(
    table="pub_catchment",
    row_is="one site and one catchment distance",
    primary_key=("site_id", "catchment_m"),
    columns=(
        _SITE_ID,
        fields.column(
            "integer", "catchment_m", "Distance from the site's edge.", unit="m", about=_O
        ),
        _geometry("Everything within that distance of the site.", about=_O),
    ),
)

PUB_SITE_AREA: Final = Contract(
    table="pub_site_area",
    row_is="one site and one area",
    primary_key=("site_id", "area_code"),
    columns=(
        _SITE_ID,
        fields.label("area_code", "Ward, study area or local authority."),
        fields.label("area_name", "Its name."),
        fields.label("geography", "What kind of area."),
        Column(
            name="relation",
            kind="text",
            description="Where the site lies.",
            disclosure=_O,
            allowed=RELATIONS,
        ),
        _DISTANCE,
        fields.column(
            "number", "overlap_share", "Share of the site inside the area (0-1).", about=_O
        ),
    ),
)

PUB_ASSET: Final = Contract(
    table="pub_asset",
    row_is="one micro-asset with a public address",
    primary_key=("asset_id",),
    columns=(
        _ASSET_ID,
        fields.label("asset_name", "Name.", about=_O),
        fields.label("kind", "school, gp_practice, library, hospital …", about=_O),
        fields.label("detail", "Phase or type.", nullable=True, about=_O),
        fields.label("postcode", "Public address.", nullable=True, about=_O),
        fields.label("lsoa11cd", "LSOA whose outline holds it.", nullable=True, about=_O),
        fields.label("wd17cd", "Best-fit ward of that LSOA.", nullable=True, about=_O),
        fields.label("wd17nm", "Name of that ward.", nullable=True, about=_O),
        fields.column("boolean", "is_in_study_area", "True inside the study area.", about=_O),
        fields.label("register", "Register that lists it.", about=_O),
        fields.label("location_precision", "address, postcode …", about=_O),
        fields.easting(_O),
        fields.northing(_O),
        _geometry("Point.", nullable=True, about=_O),
    ),
)

PUB_LINK: Final = Contract(
    table="pub_link",
    row_is="one micro-asset in reach of one site",
    primary_key=("asset_id", "site_id"),
    columns=(
        _ASSET_ID,
        fields.label("asset_name", "Its name.", about=_O),
        fields.label("kind", "Its kind.", about=_O),
        _SITE_ID,
        fields.label("site_name", "Its name.", about=_O),
        _DISTANCE,
        fields.column(
            "integer",
            "catchment_m",
            "Smallest catchment that holds the asset.",
            unit="m",
            about=_O,
        ),
        fields.column("boolean", "is_nearest_site", "True for the asset's nearest site.", about=_O),
        fields.column("integer", "kind_rank", "1 = nearest of its kind to the site.", about=_O),
        fields.label("reason", "Why the two are linked, in one sentence.", about=_O),
        _geometry("Line from the site's edge to the asset.", about=_O),
    ),
)

PUB_NEAREST: Final = Contract(
    table="pub_nearest",
    row_is="one site, one kind of micro-asset, one place in the order of distance",
    primary_key=("site_id", "kind", "kind_rank"),
    columns=(
        _SITE_ID,
        fields.label("kind", "Kind of micro-asset.", about=_O),
        fields.column("integer", "kind_rank", "1 = nearest.", about=_O),
        _ASSET_ID,
        fields.label("asset_name", "Its name.", about=_O),
        _DISTANCE,
    ),
)

PUB_INDICATOR: Final = Contract(
    table="pub_indicator",
    row_is="one indicator for one area",
    primary_key=("indicator_id", "area_code"),
    columns=(
        fields.label("indicator_id", "Indicator."),
        fields.label("title", "Title."),
        fields.label("unit", "Unit of value, low and high."),
        Column(
            name="geography",
            kind="text",
            description="What kind of area.",
            disclosure=_B,
            allowed=GEOGRAPHIES,
        ),
        fields.label("area_code", "GSS code, study area id or site id."),
        fields.label("area_name", "Name of the area."),
        fields.label("period", "When it was measured."),
        fields.column("number", "value", "The figure.", nullable=True),
        fields.column("number", "numerator", "Count above the line.", nullable=True),
        fields.column("number", "denominator", "Count below the line.", nullable=True),
        fields.column("number", "low", "Lower end of the interval.", nullable=True),
        fields.column("number", "high", "Upper end of the interval.", nullable=True),
        Column(
            name="status",
            kind="text",
            description="Whether there is a figure.",
            disclosure=_B,
            allowed=STATUSES,
        ),
        fields.label("caveat", "Keys of the caveats, separated by semicolons.", nullable=True),
        fields.label("source", "Datasets, separated by semicolons."),
    ),
)

PUB_INDICATOR_META: Final = Contract(
    table="pub_indicator_meta",
    row_is="one indicator",
    primary_key=("indicator_id",),
    columns=(
        fields.label("indicator_id", "Indicator."),
        fields.column("integer", "sort_order", "Order in tables."),
        fields.label("topic", "Heading that it stands under."),
        fields.label("title", "Title."),
        fields.label("meaning", "What it says, in plain words."),
        fields.label("unit", "Unit of the value."),
        fields.column("integer", "decimals", "Decimals to show."),
        fields.label("direction", "higher_is_better, lower_is_better or neutral."),
        fields.label("period", "When it was measured."),
        fields.label("vintage", "Vintage of the area codes."),
        fields.label("interval", "Kind of interval, 'full count', or 'none' and why."),
        fields.label("caveat", "Keys of the caveats, separated by semicolons.", nullable=True),
        fields.label("source", "Datasets, separated by semicolons."),
        fields.label("definition", "SHA-256 over its statement and header."),
    ),
)

PUB_CAVEAT: Final = Contract(
    table="pub_caveat",
    row_is="one caveat",
    primary_key=("caveat",),
    columns=(
        fields.label("caveat", "Key."),
        fields.label("meaning", "The caveat, in plain words."),
    ),
)

PUB_DATASET: Final = Contract(
    table="pub_dataset",
    row_is="one dataset",
    primary_key=("dataset_id",),
    columns=(
        fields.label("dataset_id", "Dataset."),
        fields.label("title", "Title by its publisher."),
        fields.label("publisher", "Publisher."),
        fields.label("licence", "Licence."),
        fields.label("url", "Page of the publisher."),
        fields.label("period", "What time it describes."),
        fields.column("integer", "row_count", "Rows received."),
        fields.column("integer", "loaded_count", "Rows loaded."),
        fields.column("integer", "held_count", "Rows held in quarantine."),
        fields.label("extent", "full, or the starter extract."),
        fields.column(
            "boolean",
            "is_boundary",
            "True where it says where an area or a site ends, or what an area is made of.",
        ),
    ),
)

PUB_INPUT: Final = Contract(
    table="pub_input",
    row_is="one input file",
    primary_key=("file",),
    columns=(
        fields.label("file", "Path below the raw folder."),
        fields.label("dataset_id", "Dataset."),
        fields.label("sha256", "SHA-256 of the file as received."),
        fields.column("integer", "size_bytes", "Its size.", unit="bytes"),
    ),
)

PUB_RUN: Final = Contract(
    table="pub_run",
    row_is="one fact about this run",
    primary_key=("key",),
    columns=(fields.label("key", "Name of the fact."), fields.label("value", "Its value.")),
)

COPIED: Final[tuple[Contract, ...]] = (
    PUB_AREA,
    PUB_LSOA,
    PUB_SITE,
    PUB_CATCHMENT,
    PUB_SITE_AREA,
    PUB_ASSET,
    PUB_LINK,
    PUB_NEAREST,
    PUB_INDICATOR,
    PUB_INDICATOR_META,
    PUB_CAVEAT,
    PUB_DATASET,
    PUB_INPUT,
    *QUALITY,
    PUB_RUN,
    PUB_CODEBOOK,
    *CLAIMS,
    *SITE_REGISTER,
    *PROGRAMME,
)
"""Tables that the gate copies from their marts as they stand."""

PUBLISHED: Final = (*COPIED, *RELEASED)
"""Everything that publishing can see."""
