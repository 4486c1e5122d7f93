"""Brownfield land registers: sites that local authorities find suitable for housing.

Optional. Two layouts are read: the resources that were published until 2020, with a latitude
and a longitude, and those of the planning data platform since, with a point as WKT. Columns
that only some editions have may be absent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source, fold_heading
from assetmap.datasets._sites import draw_extents, extent, homes, stated_hectares
from assetmap.geography import WGS84
from assetmap.inputs import refuse
from assetmap.layers import GEOMETRY, POINT, Layer, screen_layer
from assetmap.quarantine import Rejects
from assetmap.readers import Layout, RawTable, read_csv

if TYPE_CHECKING:
    from assetmap.inputs import InputFile

_O: Final = Disclosure.ORGANISATION
DATE_PATTERN: Final = r"^\d{4}-\d{2}-\d{2}$"
REGISTER_ID_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,39}/[a-z0-9][a-z0-9-]{0,28}$"

_LAYOUT: Final = Layout(long_columns=("geometry", "point"))
_FORMER: Final = {
    "reference": "site",
    "organisation": "organisation-entity",
    "ownership-status": "ownership",
}
"""Headings of which an edition has the one or the other; where it has both, the first counts."""
_OPTIONAL: Final = (
    *("deliverable", "hectares", "maximum-net-dwellings", "ownership-status", "site-address"),
    *("planning-permission-date", "planning-permission-status", "planning-permission-type"),
    *("end-date", "entry-date", "resource-date", "start-date"),
)

_FAR_M: Final = 25_000
_FAR_TIMES: Final = 5
_LEAST_PLACES: Final = 5


def fold(heading: str) -> str:
    """Return a heading as it is compared: some editions write ``_`` for ``-``."""
    return fold_heading(heading).replace("_", "-")


def read(source: InputFile) -> RawTable:
    """Read a register of either layout in one form, with points in the British grid.

    A point is held (``bad_coordinate``) where it cannot be one of its register's: see
    :func:`hold_far`.
    """
    raw = read_csv(source, _LAYOUT)
    frame = raw.frame.rename(columns=fold)
    if frame.columns.has_duplicates:
        what = "two of its headings differ only in _ and -"
        refuse(source.name, what, "Keep one of the two columns")
    geometry, broken = _points(frame, source.name)
    layer = Layer(_in_one_form(frame), geometry, broken, WGS84, raw.rejects, raw.notes)
    return hold_far(screen_layer(layer, allowed=POINT, may_be_absent=True))


def _in_one_form(frame: pd.DataFrame) -> pd.DataFrame:
    doubled = [old for new, old in _FORMER.items() if {new, old} <= set(frame.columns)]
    spent = [name for name in ("latitude", "longitude", "point") if name in frame.columns]
    renamed = frame.drop(columns=[*doubled, *spent]).rename(
        columns={old: new for new, old in _FORMER.items()}
    )
    return renamed.assign(**{name: "" for name in _OPTIONAL if name not in renamed.columns})


def _points(frame: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the point of each row, and where a WKT was written that is none."""
    if "point" in frame.columns:
        texts = frame["point"].astype("str").str.strip()
        points = shapely.from_wkt(texts.to_numpy(dtype=object), on_invalid="ignore")
        return points, shapely.is_missing(points) & (texts != "").to_numpy()
    if not {"latitude", "longitude"} <= set(frame.columns):
        what = "it has neither a column point nor latitude and longitude"
        refuse(name, what, "Download the register as its publisher lays it out")
    texts = frame[["longitude", "latitude"]].astype("str").apply(lambda cells: cells.str.strip())
    degrees = texts.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    points = np.asarray(shapely.points(degrees), dtype=object)
    points[(texts == "").all(axis=1).to_numpy()] = None
    return points, np.zeros(len(points), dtype=bool)


def hold_far(table: RawTable) -> RawTable:
    """Hold the rows whose point cannot lie in the area of its register's authority.

    Registers hold points a degree off, and sites of other authorities. A point is held where
    it lies more than 25 km, and more than five times as far as half of its register's points
    do, from their middle (the median easting and northing). A register of fewer than five
    points is left as it is. The middle does not move with a few wrong points, and an
    authority that reaches far has points that do.
    """
    if not {"organisation", "reference"} <= set(table.frame.columns):
        return table  # it is refused when its columns get their names
    is_far = _is_far(table.frame)
    if not is_far.any():
        return table
    rejects = Rejects.of(table.frame.index[is_far], "bad_coordinate", "geometry")
    names = ", ".join(str(name)[:20] for name in table.frame.loc[is_far, "reference"].iloc[:5])
    said = f"{is_far.sum()} points far outside the area of their register held, e.g. {names}"
    return replace(
        table,
        frame=table.frame.loc[~is_far],
        rejects=table.rejects + rejects,
        notes=(*table.notes, said),
    )


def _is_far(frame: pd.DataFrame) -> np.ndarray:
    points = shapely.from_wkb(frame[GEOMETRY].to_numpy())
    places = pd.DataFrame({"x": shapely.get_x(points), "y": shapely.get_y(points)})
    registers = frame["organisation"].to_numpy()
    off = places - places.groupby(registers).transform("median")
    metres = pd.Series(np.hypot(off["x"], off["y"]))
    of_register = metres.groupby(registers)
    is_known = of_register.transform("count") >= _LEAST_PLACES
    limit = (_FAR_TIMES * of_register.transform("median")).clip(lower=_FAR_M)
    return (is_known & (metres > limit)).to_numpy(dtype=bool)


def stage(raw: pd.DataFrame) -> pd.DataFrame:
    """Give each site an id of register and reference, and draw its extent."""
    number = _slug(raw["organisation"]) + "/" + _slug(raw["register_ref"])
    return draw_extents(raw.assign(register_id=number, extent_method=""))


def _slug(texts: pd.Series) -> pd.Series:
    """Return texts in small letters, digits and hyphens."""
    return texts.str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-")


def _date(name: str, description: str) -> Column:
    return fields.label(name, description, about=_O, nullable=True, pattern=DATE_PATTERN)


def _label(name: str, description: str) -> Column:
    return fields.label(name, description, about=_O, nullable=True)


DATASET = Dataset(
    id="brownfield_land",
    source=Source(
        publisher="Local planning authorities; MHCLG",
        title="Brownfield land registers",
        url="https://www.planning.data.gov.uk/dataset/brownfield-land",
        licence=fields.OGL,
        period="current",
        as_of="2020-01-31",
        is_replaced=True,
    ),
    contract=Contract(
        table="stg_brownfield_site",
        row_is="one site of a brownfield land register",
        primary_key=("register_id",),
        ranges=(("homes_min_count", "homes_max_count"),),
        columns=(
            fields.label(
                "register_id",
                "Register and reference, in small letters.",
                about=_O,
                pattern=REGISTER_ID_PATTERN,
            ),
            fields.label("register_ref", "Reference in the register.", about=_O),
            fields.label("organisation", "Who keeps the register, as it says.", about=_O),
            _label("site_address", "Name and address."),
            homes("homes_min_count", "Fewest homes that the register expects."),
            homes("homes_max_count", "Most homes that the register expects."),
            stated_hectares(),
            _label("permission_status", "Whether planning permission is given."),
            _label("permission_type", "full, outline, reserved matters …"),
            _date("permission_date", "Day of the permission."),
            _label("deliverable", "Whether homes are likely within five years."),
            _label("ownership", "Whether a public authority owns the land."),
            _date("start_date", "Day on which the site came into the register."),
            _date("end_date", "Day on which it left the register."),
            _date("entry_date", "Day of the entry."),
            _date("resource_date", "Day of the edition of the register."),
            fields.label("extent_method", "How the outline came about.", about=_O),
            fields.easting(_O),
            fields.northing(_O),
            extent(),
        ),
    ),
    headings={
        "reference": "register_ref",
        "organisation": "organisation",
        "site-address": "site_address",
        "minimum-net-dwellings": "homes_min_count",
        "maximum-net-dwellings": "homes_max_count",
        "hectares": "stated_ha",
        "planning-permission-status": "permission_status",
        "planning-permission-type": "permission_type",
        "planning-permission-date": "permission_date",
        "deliverable": "deliverable",
        "ownership-status": "ownership",
        "start-date": "start_date",
        "end-date": "end_date",
        "entry-date": "entry_date",
        "resource-date": "resource_date",
        GEOMETRY: GEOMETRY,
    },
    read=read,
    stage=stage,
    fold=fold,
    required=False,
    is_boundary=True,
)
