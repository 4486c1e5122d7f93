"""The published tables: every column that a page or download can ever show.

Belongs here: the contracts of ``pub_*``. The gate writes these tables and no other;
``publish/`` reads these and nothing else. Geometry is WKB in the British National Grid.
"""

from __future__ import annotations

from typing import Final

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure, Kind
from assetmap.disclosure.released import PUB_CODEBOOK, RELEASED
from assetmap.geography import SLUG_PATTERN, WARD_PATTERN

_O: Final = Disclosure.ORGANISATION
_B: Final = Disclosure.BASE

STATUSES: Final = ("published", "suppressed", "not_measured")
GEOGRAPHIES: Final = ("study_area", "ward", "lad", "site")
RELATIONS: Final = ("inside", "overlaps", "adjacent", "outside")
EXTENT_METHODS: Final = ("surveyed", "digitised", "indicative_disc", "point", "unknown")


def _text(name: str, description: str, *, nullable: bool = False, about: Disclosure = _B) -> Column:
    return Column(
        name=name, kind="text", description=description, disclosure=about, nullable=nullable
    )


def _of(
    kind: Kind,
    name: str,
    description: str,
    *,
    unit: str = "",
    nullable: bool = False,
    about: Disclosure = _B,
) -> Column:
    return Column(
        name=name,
        kind=kind,
        description=description,
        disclosure=about,
        unit=unit,
        nullable=nullable,
    )


def _homes(name: str, description: str) -> Column:
    return _of("integer", name, description, unit="homes", nullable=True, about=_O)


def _geometry(description: str, *, nullable: bool = False, about: Disclosure = _B) -> Column:
    return _of("geometry", "geom_27700", description, nullable=nullable, about=about)


_SITE_ID: Final = Column(
    name="site_id",
    kind="text",
    description="Macro-asset site.",
    disclosure=_O,
    pattern=SLUG_PATTERN,
)
_ASSET_ID: Final = _text("asset_id", "Micro-asset.", about=_O)
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
        _text("area_code", "GSS code, or the study area's own id."),
        _text("area_name", "Name of the area."),
        Column(
            name="geography",
            kind="text",
            description="What kind of area.",
            disclosure=_B,
            allowed=("study_area", "ward", "lad"),
        ),
        _of("boolean", "is_complete", "True where all LSOAs of the area are loaded."),
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
        _text("wd17nm", "Name of that ward, or 'not in the lookup'."),
        _of("boolean", "is_in_study_area", "True inside the study area."),
        _of("integer", "imd_decile", "1 = most deprived tenth in England.", nullable=True),
        _of("number", "imd_score", "Higher is more deprived.", nullable=True),
        _of("integer", "imd_rank", "1 = most deprived of 32,844.", nullable=True),
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
        _text("site_name", "Name.", about=_O),
        _text("aliases", "Other names, separated by semicolons.", nullable=True, about=_O),
        _text("kind", "housing, hospital, leisure …", about=_O),
        _text("local_authority", "Local authority that it lies in.", about=_O),
        _text("register_ref", "Reference in the register.", nullable=True, about=_O),
        Column(
            name="extent_method",
            kind="text",
            description="How the outline came about.",
            disclosure=_O,
            allowed=EXTENT_METHODS,
        ),
        _of("number", "stated_ha", "Hectares by the register.", unit="ha", nullable=True, about=_O),
        _homes("homes_min_count", "Fewest homes planned."),
        _homes("homes_max_count", "Most homes planned."),
        _text("location_source", "Where the position comes from.", nullable=True, about=_O),
        _text("note", "What the documents say.", nullable=True, about=_O),
        fields.easting(_O),
        fields.northing(_O),
        _geometry("Extent: polygon, or point without hectares.", nullable=True, about=_O),
    ),
)

PUB_CATCHMENT: Final = Contract(
    table="pub_catchment",
    row_is="one site and one catchment distance",
    primary_key=("site_id", "catchment_m"),
    columns=(
        _SITE_ID,
        _of("integer", "catchment_m", "Distance from the site's edge.", unit="m", about=_O),
        _geometry("Everything within that distance of the site.", about=_O),
    ),
)

PUB_SITE_AREA: Final = Contract(
    table="pub_site_area",
    row_is="one site and one area",
    primary_key=("site_id", "area_code"),
    columns=(
        _SITE_ID,
        _text("area_code", "Ward, study area or local authority."),
        _text("area_name", "Its name."),
        _text("geography", "What kind of area."),
        Column(
            name="relation",
            kind="text",
            description="Where the site lies.",
            disclosure=_O,
            allowed=RELATIONS,
        ),
        _DISTANCE,
        _of("number", "overlap_share", "Share of the site inside the area (0-1).", about=_O),
    ),
)

PUB_ASSET: Final = Contract(
    table="pub_asset",
    row_is="one micro-asset with a public address",
    primary_key=("asset_id",),
    columns=(
        _ASSET_ID,
        _text("asset_name", "Name.", about=_O),
        _text("kind", "school, gp_practice, library, hospital …", about=_O),
        _text("detail", "Phase or type.", nullable=True, about=_O),
        _text("postcode", "Public address.", nullable=True, about=_O),
        _text("lsoa11cd", "LSOA whose outline holds it.", nullable=True, about=_O),
        _text("wd17cd", "Best-fit ward of that LSOA.", nullable=True, about=_O),
        _text("wd17nm", "Name of that ward.", nullable=True, about=_O),
        _of("boolean", "is_in_study_area", "True inside the study area.", about=_O),
        _text("register", "Register that lists it.", about=_O),
        _text("location_precision", "address, postcode …", about=_O),
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
        _text("asset_name", "Its name.", about=_O),
        _text("kind", "Its kind.", about=_O),
        _SITE_ID,
        _text("site_name", "Its name.", about=_O),
        _DISTANCE,
        _of(
            "integer",
            "catchment_m",
            "Smallest catchment that holds the asset.",
            unit="m",
            about=_O,
        ),
        _of("boolean", "is_nearest_site", "True for the asset's nearest site.", about=_O),
        _of("integer", "kind_rank", "1 = nearest of its kind to the site.", about=_O),
        _text("reason", "Why the two are linked, in one sentence.", about=_O),
        _geometry("Line from the site's edge to the asset.", about=_O),
    ),
)

PUB_NEAREST: Final = Contract(
    table="pub_nearest",
    row_is="one site, one kind of micro-asset, one place in the order of distance",
    primary_key=("site_id", "kind", "kind_rank"),
    columns=(
        _SITE_ID,
        _text("kind", "Kind of micro-asset.", about=_O),
        _of("integer", "kind_rank", "1 = nearest.", about=_O),
        _ASSET_ID,
        _text("asset_name", "Its name.", about=_O),
        _DISTANCE,
    ),
)

PUB_INDICATOR: Final = Contract(
    table="pub_indicator",
    row_is="one indicator for one area",
    primary_key=("indicator_id", "area_code"),
    columns=(
        _text("indicator_id", "Indicator."),
        _text("title", "Title."),
        _text("unit", "Unit of value, low and high."),
        Column(
            name="geography",
            kind="text",
            description="What kind of area.",
            disclosure=_B,
            allowed=GEOGRAPHIES,
        ),
        _text("area_code", "GSS code, study area id or site id."),
        _text("area_name", "Name of the area."),
        _text("period", "When it was measured."),
        _of("number", "value", "The figure.", nullable=True),
        _of("number", "numerator", "Count above the line.", nullable=True),
        _of("number", "denominator", "Count below the line.", nullable=True),
        _of("number", "low", "Lower end of the interval.", nullable=True),
        _of("number", "high", "Upper end of the interval.", nullable=True),
        Column(
            name="status",
            kind="text",
            description="Whether there is a figure.",
            disclosure=_B,
            allowed=STATUSES,
        ),
        _text("caveat", "Keys of the caveats, separated by semicolons.", nullable=True),
        _text("source", "Datasets, separated by semicolons."),
    ),
)

PUB_INDICATOR_META: Final = Contract(
    table="pub_indicator_meta",
    row_is="one indicator",
    primary_key=("indicator_id",),
    columns=(
        _text("indicator_id", "Indicator."),
        _of("integer", "sort_order", "Order in tables."),
        _text("topic", "Heading that it stands under."),
        _text("title", "Title."),
        _text("meaning", "What it says, in plain words."),
        _text("unit", "Unit of the value."),
        _of("integer", "decimals", "Decimals to show."),
        _text("direction", "higher_is_better, lower_is_better or neutral."),
        _text("period", "When it was measured."),
        _text("vintage", "Vintage of the area codes."),
        _text("interval", "Kind of interval, 'full count', or 'none' and why."),
        _text("caveat", "Keys of the caveats, separated by semicolons.", nullable=True),
        _text("source", "Datasets, separated by semicolons."),
    ),
)

PUB_CAVEAT: Final = Contract(
    table="pub_caveat",
    row_is="one caveat",
    primary_key=("caveat",),
    columns=(_text("caveat", "Key."), _text("meaning", "The caveat, in plain words.")),
)

PUB_DATASET: Final = Contract(
    table="pub_dataset",
    row_is="one dataset",
    primary_key=("dataset_id",),
    columns=(
        _text("dataset_id", "Dataset."),
        _text("title", "Title by its publisher."),
        _text("publisher", "Publisher."),
        _text("licence", "Licence."),
        _text("url", "Page of the publisher."),
        _text("period", "What time it describes."),
        _of("integer", "row_count", "Rows received."),
        _of("integer", "loaded_count", "Rows loaded."),
        _of("integer", "held_count", "Rows held in quarantine."),
        _text("extent", "full, or the starter extract."),
    ),
)

PUB_INPUT: Final = Contract(
    table="pub_input",
    row_is="one input file",
    primary_key=("file",),
    columns=(
        _text("file", "Path below the raw folder."),
        _text("dataset_id", "Dataset."),
        _text("sha256", "SHA-256 of the file as received."),
    ),
)

PUB_QUALITY: Final = Contract(
    table="pub_quality",
    row_is="one check of this run",
    primary_key=("check_id",),
    columns=(
        _text("check_id", "Check."),
        Column(
            name="severity",
            kind="text",
            description="What a failure means.",
            disclosure=_B,
            allowed=("blocking", "warning", "note"),
        ),
        _of("boolean", "passed", "True where nothing is wrong."),
        _of("integer", "finding_count", "How many findings."),
        _text("message", "What was found, in one sentence."),
    ),
)

PUB_RUN: Final = Contract(
    table="pub_run",
    row_is="one fact about this run",
    primary_key=("key",),
    columns=(_text("key", "Name of the fact."), _text("value", "Its value.")),
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
    PUB_QUALITY,
    PUB_RUN,
    PUB_CODEBOOK,
)
"""Tables that the gate copies from their marts as they stand."""

PUBLISHED: Final = (*COPIED, *RELEASED)
"""Everything that publishing can see."""
