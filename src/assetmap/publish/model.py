"""The published tables as the pages read them: checked, typed, and looked up by id.

Belongs here: :class:`Published` and the small facts that several pages share (names of
kinds, order of areas, caveats). Does not: formatting, HTML, or anything about files.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import shapely

from assetmap.disclosure.tables import PUBLISHED
from assetmap.errors import PublishError
from assetmap.fields import NO_SURVEY, SURVEY_STATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assetmap.contracts import Contract, Kind

Row = dict[str, Any]
"""One row: Python values, ``None`` where missing, shapely objects for geometry."""

RUN_KEYS: Final = (
    "run_id",
    "code_version",
    "policy_hash",
    "data_as_of",
    "area_name",
    "area_id",
    "crs_operation",
    "crs_accuracy_m",
    "catchments_m",
    "attribution",
    "summary_rows_loaded",
    "summary_rows_held",
    "survey_state",
)

_AREA_ORDER: Final = ("study_area", "ward", "lad")
_FIGURES: Final = {
    "pub_people": ("count", "share_pct", "answered_pct", "weighted_pct", "coverage_ratio"),
    "pub_survey": ("value",),
}


@dataclass(frozen=True)
class Published:
    """All published tables; build it with :func:`accept`."""

    frames: Mapping[str, pd.DataFrame]

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        return {c.table: _rows(self.frames[c.table], c) for c in PUBLISHED}

    def rows(self, table: str) -> list[Row]:
        """Return the rows of one table in the order of its primary key."""
        return self._rows[table]

    def of_site(self, table: str, site_id: str) -> list[Row]:
        """Return the rows of one table about one site."""
        return self._by_site.get((table, site_id), [])

    def links_of(self, site_id: str) -> list[Row]:
        """Return the links of one site, nearest first."""
        return sorted(
            self.of_site("pub_link", site_id),
            key=lambda row: (row["distance_m"], row["asset_name"], row["asset_id"]),
        )

    @cached_property
    def _by_site(self) -> dict[tuple[str, str], list[Row]]:
        index: dict[tuple[str, str], list[Row]] = {}
        for contract in PUBLISHED:
            if "site_id" in contract.names:
                for row in self.rows(contract.table):
                    index.setdefault((contract.table, row["site_id"]), []).append(row)
        return index

    @cached_property
    def run(self) -> dict[str, str]:
        """Facts about the run, by key; every key of :data:`RUN_KEYS` is there."""
        return {row["key"]: row["value"] for row in self.rows("pub_run")}

    @cached_property
    def survey_state(self) -> str:
        """One of :data:`SURVEY_STATES`."""
        return self.run["survey_state"]

    @cached_property
    def survey_facts(self) -> dict[str, Row]:
        """Each row of ``pub_survey``, by key."""
        return {row["key"]: row for row in self.rows("pub_survey")}

    @cached_property
    def catchments(self) -> tuple[int, ...]:
        """Catchment distances in metres, smallest first."""
        return tuple(sorted(int(part) for part in self.run["catchments_m"].split(";")))

    @cached_property
    def caveats(self) -> dict[str, str]:
        """Each caveat in plain words, by key."""
        return {row["caveat"]: row["meaning"] for row in self.rows("pub_caveat")}

    @cached_property
    def figures(self) -> dict[tuple[str, str], Row]:
        """Each row of ``pub_indicator``, by indicator and area (or site)."""
        return {(r["indicator_id"], r["area_code"]): r for r in self.rows("pub_indicator")}

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of micro-asset, in alphabetical order: the same on every page."""
        found = {r["kind"] for t in ("pub_asset", "pub_link", "pub_nearest") for r in self.rows(t)}
        return tuple(sorted(found))

    @cached_property
    def areas(self) -> list[Row]:
        """Study area first, then wards, then local authorities, by name."""
        rank = {name: place for place, name in enumerate(_AREA_ORDER)}
        return sorted(
            self.rows("pub_area"),
            key=lambda r: (rank[r["geography"]], r["area_name"], r["area_code"]),
        )

    @cached_property
    def wards(self) -> list[Row]:
        """The wards, by name."""
        return [row for row in self.areas if row["geography"] == "ward"]

    @cached_property
    def sites(self) -> list[Row]:
        """The sites: those on the map first, by name."""
        return sorted(
            self.rows("pub_site"),
            key=lambda r: (r["geom_27700"] is None, r["site_name"], r["site_id"]),
        )

    @cached_property
    def local_assets(self) -> list[Row]:
        """The micro-assets inside the study area."""
        return [row for row in self.rows("pub_asset") if row["is_in_study_area"]]

    @cached_property
    def kind_counts(self) -> Counter[str]:
        """Micro-assets inside the study area, by kind."""
        return Counter(row["kind"] for row in self.local_assets)

    @cached_property
    def dataset_titles(self) -> dict[str, str]:
        """Each dataset's title, by id."""
        return {row["dataset_id"]: row["title"] for row in self.rows("pub_dataset")}


def accept(tables: Mapping[str, pd.DataFrame]) -> Published:
    """Return ``tables`` as :class:`Published`.

    Raises
    ------
    PublishError
        A published table, one of its columns or a fact about the run is missing; all of
        them in one message. Columns beyond the contract are refused too: the gate did
        not let them through. So are an unknown state of the survey, and a withheld row
        that carries a figure all the same.
    """
    faults = [fault for contract in PUBLISHED for fault in _faults(tables, contract)]
    if not faults:
        faults = [*_run_faults(tables["pub_run"]), *_leaks(tables)]
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        message = f"public tables cannot be published:{lines}\nBuild them again."
        raise PublishError(message)
    return Published({c.table: _sorted(tables[c.table], c) for c in PUBLISHED})


def split_keys(text: str | None) -> tuple[str, ...]:
    """Return the parts of a list that is kept as text with semicolons."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def geometries(frame: pd.DataFrame) -> list[shapely.Geometry | None]:
    """Return the column ``geom_27700`` as shapely objects (EPSG:27700), None where missing."""
    blobs = [None if _missing(v) else bytes(v) for v in frame["geom_27700"]]
    return list(shapely.from_wkb(blobs)) if blobs else []


def _sorted(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    ordered = frame[contract.names].sort_values(list(contract.primary_key), kind="stable")
    return ordered.reset_index(drop=True)


def _faults(tables: Mapping[str, pd.DataFrame], contract: Contract) -> list[str]:
    if contract.table not in tables:
        return [f"{contract.table} is missing"]
    found = list(tables[contract.table].columns)
    missing = [f"{contract.table} has no {name}" for name in contract.names if name not in found]
    extra = [f"{contract.table} has undeclared {n!s}" for n in found if n not in contract.names]
    return missing + extra


def _run_faults(run: pd.DataFrame) -> list[str]:
    facts = dict(zip(run["key"], run["value"], strict=True))
    faults = [f"pub_run has no key {key}" for key in RUN_KEYS if key not in facts]
    if facts.get("survey_state", NO_SURVEY) not in SURVEY_STATES:
        faults.append(f"pub_run has a survey_state that is not one of {', '.join(SURVEY_STATES)}")
    return faults


def _leaks(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    faults = []
    for table, names in _FIGURES.items():
        withheld = tables[table][tables[table]["status"] != "published"]
        count = int(withheld[list(names)].notna().any(axis=1).sum())
        if count:
            faults.append(f"{table} has a figure in {count} of {len(withheld)} withheld rows")
    return faults


def _rows(frame: pd.DataFrame, contract: Contract) -> list[Row]:
    columns = [_values(frame, column.name, column.kind) for column in contract.columns]
    return [dict(zip(contract.names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(frame: pd.DataFrame, name: str, kind: Kind) -> list[Any]:
    if kind == "geometry":
        return list(geometries(frame))
    convert = {"text": str, "integer": int, "number": float, "boolean": bool}[kind]
    return [None if _missing(v) else convert(v) for v in frame[name]]


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or bool(value != value)  # noqa: PLR0124 - NaN, NaT
