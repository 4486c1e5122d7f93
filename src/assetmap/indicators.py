"""Indicators: finds their SQL files, reads the headers, runs them, gives one long table.

Belongs here: the header's grammar and what every result must satisfy. Does not: any single
indicator (``sql/indicators/<id>.sql``).

A header is a block of ``-- key: value`` lines. ``each: name`` makes a series: the statement
runs once for each value of that name (bound as ``$name``), and ``{name}`` in title and
meaning becomes the value's label.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from assetmap import fields
from assetmap.caveats import ABSENCES, CAVEATS
from assetmap.contracts import Disclosure
from assetmap.errors import IndicatorError
from assetmap.statements import read_statements
from assetmap.warehouse import fetch_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

GEOGRAPHIES: Final = ("study_area", "ward", "lad", "site")
DOMAINS: Final[dict[str, str]] = {
    "barriers": "barriers to housing and services",
    "crime": "crime",
    "education": "education, skills and training",
    "employment": "employment",
    "health": "health and disability",
    "idaci": "income deprivation of children",
    "idaopi": "income deprivation of older people",
    "income": "income",
    "living_environment": "living environment",
}
DECIMALS_KEPT: Final = 6

_REQUIRED: Final = (
    "order",
    "topic",
    "title",
    "meaning",
    "unit",
    "decimals",
    "geography",
    "direction",
    "class",
    "source",
    "period",
    "vintage",
    "interval",
    "caveat",
)
_KNOWN: Final = (*_REQUIRED, "each")
_DIRECTIONS: Final = ("higher_is_better", "lower_is_better", "neutral")
_LINE: Final = re.compile(r"^-- ([a-z]+): (.+)$")
_SERIES: Final = ("catchment_m", "decile", "domain", "kind")
_PARAMETER: Final = re.compile(r"\$([a-z_]+)")

RESULT_COLUMNS: Final = ("area_code", "value", "numerator", "denominator")
OPTIONAL_COLUMNS: Final = ("low", "high", "extra_caveat")
_NUMBERS: Final = ("value", "numerator", "denominator", "low", "high")
_EMPTY: Final[dict[str, Any]] = dict.fromkeys(OPTIONAL_COLUMNS)

META_COLUMNS: Final = (
    "indicator_id",
    "sort_order",
    "topic",
    "title",
    "meaning",
    "unit",
    "decimals",
    "direction",
    "period",
    "vintage",
    "interval",
    "caveat",
    "source",
    "definition",
)


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One SQL file: its published metadata and its statement."""

    stem: str
    header: Mapping[str, str]
    statement: str

    @property
    def geographies(self) -> tuple[str, ...]:
        """Kinds of area that it has figures for."""
        return _split(self.header["geography"], ",")

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the datasets behind it."""
        return _split(self.header["source"], ";")

    @property
    def caveats(self) -> tuple[str, ...]:
        """Keys of its standing caveats."""
        return _split(self.header["caveat"], ";")

    @property
    def disclosure(self) -> Disclosure:
        """Class of its figures."""
        return Disclosure(self.header["class"])

    @property
    def definition(self) -> str:
        """SHA-256 over header and statement: how the figures are worked out and told."""
        text = json.dumps([dict(self.header), self.statement], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Member:
    """One published indicator: an :class:`Indicator` with the value of its series, if any."""

    indicator: Indicator
    id: str
    position: int = 0
    values: Mapping[str, str | int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return a header line with the labels of the series in place; capitalised."""
        text = self.indicator.header[key].format_map(self.labels)
        return text[:1].upper() + text[1:]

    def meta(self) -> dict[str, str | int]:
        """Return its row of the metadata table."""
        header = self.indicator.header
        row: dict[str, str | int] = {name: header.get(name, "") for name in META_COLUMNS}
        return row | {
            "indicator_id": self.id,
            "sort_order": int(header["order"]) * 100 + self.position,
            "title": self.text("title"),
            "meaning": self.text("meaning"),
            "decimals": int(header["decimals"]),
            "caveat": ";".join(self.indicator.caveats),
            "source": ";".join(self.indicator.sources),
            "definition": self.indicator.definition,
        }


def find_indicators() -> list[Indicator]:
    """Return every indicator in ``sql/indicators``, in the order of its header."""
    found = [parse(stem, text) for stem, text in read_statements("indicators").items()]
    return sorted(found, key=lambda indicator: (int(indicator.header["order"]), indicator.stem))


def parse(stem: str, text: str) -> Indicator:
    """Read an SQL file; IndicatorError that names every fault of its header."""
    lines = text.splitlines()
    size = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    matches = [_LINE.match(line) for line in lines[:size]]
    header = {match[1]: match[2].strip() for match in matches if match}
    statement = "\n".join(lines[size:]).strip()
    faults = [f"line {n} is not `-- key: value`" for n, m in enumerate(matches, 1) if not m]
    faults += _key_faults([match[1] for match in matches if match])
    faults += _header_faults(header, statement)
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        message = f"{stem}.sql has {len(faults)} faults in its header:{listed}"
        raise IndicatorError(message)
    return Indicator(stem=stem, header=header, statement=statement)


def _key_faults(keys: list[str]) -> list[str]:
    """Name keys that stand twice (the last would win) or that nothing reads."""
    return [
        f"{key} stands {keys.count(key)} times" if keys.count(key) > 1 else f"{key} is no key"
        for key in dict.fromkeys(keys)
        if keys.count(key) > 1 or key not in _KNOWN
    ]


def _header_faults(header: Mapping[str, str], statement: str) -> list[str]:
    missing = [key for key in _REQUIRED if key not in header]
    if missing:
        return [f"{key} is missing" for key in missing]
    faults = [
        f"{key} is {header[key]!r}, not one of {', '.join(allowed)}"
        for key, allowed in (("direction", _DIRECTIONS), ("class", tuple(Disclosure)))
        if header[key] not in allowed
    ]
    faults += [
        f"{key} is not a whole number" for key in ("order", "decimals") if not header[key].isdigit()
    ]
    areas = _split(header["geography"], ",")
    faults += [f"geography {area!r} is not known" for area in areas if area not in GEOGRAPHIES]
    caveats = _split(header["caveat"], ";")
    faults += [f"caveat {key!r} is not in CAVEATS" for key in caveats if key not in CAVEATS]
    each, bound = header.get("each"), set(_PARAMETER.findall(statement))
    if each is not None and each not in _SERIES:
        faults.append(f"each is {each!r}, not one of {', '.join(_SERIES)}")
    if bound != ({each} if each else set()):
        faults.append(f"the statement binds {sorted(bound) or 'nothing'} but each is {each}")
    faults += [
        f"{key} names {{{name}}} but each is {each}"
        for key in ("title", "meaning")
        for name in _placeholders(header[key])
        if name != each
    ]
    return faults


def _placeholders(text: str) -> list[str]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:  # a brace that does not close
        return [text]


def expand(indicators: list[Indicator], catchments_m: tuple[int, ...]) -> list[Member]:
    """Return every published indicator: a series gives one for each of its values."""
    return [member for indicator in indicators for member in _members(indicator, catchments_m)]


def _members(indicator: Indicator, catchments_m: tuple[int, ...]) -> list[Member]:
    each = indicator.header.get("each")
    if each is None:
        return [Member(indicator=indicator, id=indicator.stem)]
    suffix = "_m" if each == "catchment_m" else ""
    return [
        Member(
            indicator=indicator,
            id=f"{indicator.stem}_{value}{suffix}",
            position=position,
            values={each: value},
            labels={each: text},
        )
        for position, (value, text) in enumerate(_series(each, catchments_m).items())
    ]


def _series(each: str, catchments_m: tuple[int, ...]) -> Mapping[Any, str]:
    if each == "catchment_m":
        return {distance: f"{distance:,}" for distance in sorted(catchments_m)}
    if each == "decile":
        return {decile: str(decile) for decile in range(1, 11)}
    if each == "domain":
        return DOMAINS
    return {kind: heading for kind, (_, heading) in fields.KINDS.items()}


def measure(
    con: duckdb.DuckDBPyConnection, members: list[Member], areas: pd.DataFrame
) -> pd.DataFrame:
    """Run indicators and return a row for every area of the geographies of each.

    ``areas`` is ``int_area``. An area without a row, or with a NULL value, is
    ``not_measured`` and says why; 0 is a figure.
    """
    known = dict(zip(areas["area_code"], areas["geography"], strict=True))
    found = pd.DataFrame(
        [row for member in members for row in _run(con, member, known)],
        columns=["indicator_id", "area_code", *_NUMBERS, "extra_caveat"],
        dtype=object,
    )
    wanted = _wanted(members).merge(areas, on="geography")
    rows = wanted.merge(
        found.assign(is_found=True),
        on=["indicator_id", "area_code"],
        how="left",
        validate="one_to_one",
    )
    for name in _NUMBERS:
        rows[name] = pd.to_numeric(rows[name]).astype(float).round(DECIMALS_KEPT)
    is_measured = rows["value"].notna()
    return rows.assign(
        low=rows["low"].where(is_measured),
        high=rows["high"].where(is_measured),
        status=np.where(is_measured, "published", "not_measured"),
        caveat=_caveats(rows),
    )


def _run(
    con: duckdb.DuckDBPyConnection, member: Member, areas: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Run one indicator; return its rows with the optional columns filled in."""
    names, rows = fetch_rows(con, member.indicator.statement, member.values)
    _require_columns(member, names)
    found = [_EMPTY | dict(zip(names, row, strict=True)) for row in rows]
    _require_areas(member, [row["area_code"] for row in found], areas)
    return [row | {"indicator_id": member.id} for row in found]


def _wanted(members: list[Member]) -> pd.DataFrame:
    """Return one row for each indicator and geography, with what every figure repeats."""
    rows = [
        (
            member.id,
            geography,
            member.text("title"),
            *(header[k] for k in ("unit", "period")),
            ";".join(member.indicator.caveats),
            ";".join(member.indicator.sources),
        )
        for member in members
        for header in [member.indicator.header]
        for geography in member.indicator.geographies
    ]
    columns = ["indicator_id", "geography", "title", "unit", "period", "standing", "source"]
    return pd.DataFrame(rows, columns=columns)


def _require_columns(member: Member, names: list[str]) -> None:
    if not set(RESULT_COLUMNS) <= set(names) <= {*RESULT_COLUMNS, *OPTIONAL_COLUMNS}:
        message = (
            f"{member.id}: its statement returns {sorted(names)}; it must return "
            f"{', '.join(RESULT_COLUMNS)} and may return {', '.join(OPTIONAL_COLUMNS)}."
        )
        raise IndicatorError(message)


def _require_areas(member: Member, codes: list[str], areas: Mapping[str, str]) -> None:
    """Raise unless each code is one of the indicator's areas, once."""
    geographies = member.indicator.geographies
    stray = [code for code in codes if areas.get(code) not in geographies]
    twice = [code for code, count in Counter(codes).items() if count > 1]
    if stray or twice:
        message = (
            f"{member.id}: its statement returns {len(stray)} areas that are not among those of "
            f"its geographies ({', '.join(geographies)}) and {len(twice)} rows for an area that "
            f"has one, e.g. {(stray + twice)[0]!r}. Return each area once."
        )
        raise IndicatorError(message)


def _caveats(rows: pd.DataFrame) -> list[str]:
    extra = rows["extra_caveat"].astype(object).where(rows["extra_caveat"].notna(), "")
    reasons = _why_not(rows)
    caveats = []
    for standing, text, value, reason in zip(
        rows["standing"], extra, rows["value"], reasons, strict=True
    ):
        keys = (*_split(standing, ";"), *_split(text, ";"))
        if np.isnan(value) and not ABSENCES.intersection(keys):
            keys = (*keys, reason)
        caveats.append(";".join(dict.fromkeys(keys)))
    return caveats


def _why_not(rows: pd.DataFrame) -> np.ndarray:
    """Return, for each row, what a missing figure would be put down to."""
    has_row = rows["is_found"].notna()
    cases = {
        "full_files_needed": ~rows["is_complete"].astype(bool),
        "site_without_place": ~has_row & (rows["geography"] == "site"),
        "nothing_to_divide": rows["denominator"] == 0,
    }
    return np.select(list(cases.values()), list(cases), "missing_parts")


def _split(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())
