"""What the census and the postcode lookup say of the three wards, for the synthetic sample.

Belongs here: adding the starter files up to wards, as the build does. Does not: anything made
up (``survey_sample_words.py``).
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.errors import UnreadableFileError
from survey_sample_words import LADYWOOD, SMETHWICK, SOHO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WARDS: Final = (LADYWOOD, SOHO, SMETHWICK)

_BIRTH: Final = "Country of birth: {}; measures: Value"
_LEVEL: Final = "Highest level of qualification: {}"
_BIRTHS: Final = {
    "uk": _BIRTH.format("Europe: United Kingdom"),
    "eu": _BIRTH.format("Europe: EU countries"),
    "africa": _BIRTH.format("Africa"),
    "middle_east_asia": _BIRTH.format("Middle East and Asia"),
    "": _BIRTH.format("Total"),
}
_LEVELS: Final = {
    "none": _LEVEL.format("No qualifications"),
    "level_4_plus": _LEVEL.format("Level 4 qualifications and above"),
    "": _LEVEL.format("Total: All usual residents aged 16 years and over"),
}
_RESIDENTS: Final = {"": "Residence type: Total; measures: Value"}


@dataclass(frozen=True, kw_only=True)
class Ward:
    """One ward of 2017: census counts, with ``rest`` for what its table leaves, and postcodes."""

    code: str
    residents: int
    births: dict[str, int]
    levels: dict[str, int]
    live: tuple[str, ...]
    terminated: tuple[str, ...]


def read_wards(raw: Path) -> dict[str, Ward]:
    """Return the three wards by code, from the starter files below ``raw``.

    Raises
    ------
    UnreadableFileError
        An LSOA of the wards was merged or changed: its counts would have to be shared out.
    """
    ward_of = _read_ward_of(raw)
    ward_of_lsoa21 = _read_ward_of_lsoa21(raw, ward_of)
    residents = _sum(_census(raw, "ts001"), ward_of_lsoa21, _RESIDENTS)
    births = _sum(_census(raw, "ts004"), ward_of_lsoa21, _BIRTHS)
    levels = _sum(_census(raw, "ts067"), ward_of_lsoa21, _LEVELS)
    live, terminated, _ = _read_postcodes(raw, ward_of)
    return {
        code: Ward(
            code=code,
            residents=residents[code][""],
            births=_with_rest(births[code]),
            levels=_with_rest(levels[code]),
            live=tuple(live[code]),
            terminated=tuple(terminated[code]),
        )
        for code in WARDS
    }


def read_outside(raw: Path) -> tuple[str, ...]:
    """Return the live postcodes of the lookup that lie in none of the three wards."""
    return tuple(_read_postcodes(raw, _read_ward_of(raw))[2])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _census(raw: Path, table: str) -> list[dict[str, str]]:
    return _rows(raw / f"census_2021_{table}/census2021-{table}-lsoa_starter.csv")


def _read_ward_of(raw: Path) -> dict[str, str]:
    rows = _rows(raw / "lookup_lsoa11_ward17/LSOA11_WD17_LAD17_starter.csv")
    return {row["LSOA11CD"]: row["WD17CD"] for row in rows}


def _read_ward_of_lsoa21(raw: Path, ward_of: dict[str, str]) -> dict[str, str]:
    path = raw / "lookup_lsoa11_lsoa21/LSOA11_LSOA21_LAD22_exact_fit_starter.csv"
    rows = [row for row in _rows(path) if ward_of[row["LSOA11CD"]] in WARDS]
    shared = [row["LSOA21CD"] for row in rows if row["CHGIND"] not in ("U", "S")]
    if shared:
        message = (
            f"{path}: {len(shared)} LSOAs of the wards were merged or changed, e.g. {shared[0]}. "
            "Share their counts out by weight before the sample is drawn."
        )
        raise UnreadableFileError(message)
    return {row["LSOA21CD"]: ward_of[row["LSOA11CD"]] for row in rows}


def _sum(
    rows: Iterable[dict[str, str]], ward_of: dict[str, str], headings: dict[str, str]
) -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = {code: Counter() for code in WARDS}
    for row in rows:
        if row["geography code"] in ward_of:
            counts = {name: int(row[heading]) for name, heading in headings.items()}
            sums[ward_of[row["geography code"]]].update(counts)
    return sums


def _with_rest(counts: Counter[str]) -> dict[str, int]:
    named = {name: count for name, count in counts.items() if name}
    return {**named, "rest": counts[""] - sum(named.values())}


def _read_postcodes(
    raw: Path, ward_of: dict[str, str]
) -> tuple[dict[str, list[str]], dict[str, list[str]], list[str]]:
    """Return postcodes in use and out of use by ward, and those in use elsewhere.

    Large users are left out; so is what ended, by the lookup, but is in use again.
    """
    folder = raw / "postcodes"
    rows = _rows(folder / "postcode_lsoa/PCD_OA_LSOA_MSOA_LAD_MAY22_starter.csv")
    with (folder / "code_point_open/b_starter.csv").open(encoding="utf-8", newline="") as lines:
        in_use = {row[0] for row in csv.reader(lines)}
    live: dict[str, list[str]] = {code: [] for code in WARDS}
    terminated: dict[str, list[str]] = {code: [] for code in WARDS}
    outside = []
    for row in rows:
        postcode, ward = row["pcds"], ward_of[row["lsoa11cd"]]
        is_live = not row["doterm"] and postcode in in_use and row["usertype"] == "0"
        if is_live and ward not in WARDS:
            outside.append(postcode)
        elif is_live:
            live[ward].append(postcode)
        elif row["doterm"] and postcode not in in_use and ward in WARDS:
            terminated[ward].append(postcode)
    return live, terminated, outside
