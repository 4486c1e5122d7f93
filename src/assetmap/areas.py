"""Guards on area codes: the study area's wards exist, its id is its own, no vintages mix.

Belongs here: checks across tables that must hold before anything is joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.errors import ConfigError, MixedVintageError, UnknownAreaError
from assetmap.warehouse import fetch_table

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from assetmap.settings import StudyArea

_WARDS: Final = "stg_lookup_lsoa11_ward17"
_OF_2011: Final = ("stg_imd_2019", "stg_lsoa_2011", _WARDS)
_OF_2021: Final = tuple(
    f"stg_census_2021_{table}"
    for table in ("ts001", "ts004", "ts007a", "ts029", "ts045", "ts062", "ts067")
)


def require_known_wards(con: duckdb.DuckDBPyConnection, study_area: StudyArea, path: Path) -> None:
    """Raise UnknownAreaError unless every ward code is in the lookup of 2017."""
    lookup = fetch_table(con, _WARDS, columns=("wd17cd", "wd17nm"))
    known = lookup.drop_duplicates()
    unknown = [code for code in study_area.wards if code not in set(known["wd17cd"])]
    if unknown:
        some = ", ".join(f"{row.wd17cd} {row.wd17nm}" for row in known.head(3).itertuples())
        message = (
            f"{path}: wards has {len(unknown)} of {len(study_area.wards)} codes that are not wards "
            f"in force in 2017, e.g. {unknown[0]!r}. Wards were redrawn in 2018 and some kept "
            f"their names under new codes. Use codes of the {len(known)} wards in "
            f"lookup_lsoa11_ward17 (such as {some}), or put the full lookup into its folder."
        )
        raise UnknownAreaError(message)


def require_whole_wards(con: duckdb.DuckDBPyConnection, study_area: StudyArea, path: Path) -> None:
    """Raise UnknownAreaError where the lookup may hold only a part of the wards.

    The starter extract of the lookup has whole wards for the area that ships and parts of
    those around it, so there ``lsoa11_count`` must be stated; wherever it is, it must agree.
    """
    lookup = fetch_table(con, _WARDS, columns=("lsoa11cd", "wd17cd"))
    accounts = fetch_table(con, "run_dataset", columns=("dataset_id", "is_starter"))
    is_starter = bool(accounts.set_index("dataset_id")["is_starter"]["lookup_lsoa11_ward17"])
    count, stated = int(lookup["wd17cd"].isin(study_area.wards).sum()), study_area.lsoa11_count
    if stated == count or (stated is None and not is_starter):
        return
    said = "is not given" if stated is None else f"says {stated}"
    message = (
        f"{path}: lookup_lsoa11_ward17 gives the wards {count} LSOAs of 2011 and lsoa11_count "
        f"{said}. The starter extract of the lookup holds only parts of most wards: put the full "
        "lookup into its folder, or state the true number of LSOAs."
    )
    raise UnknownAreaError(message)


def require_own_id(con: duckdb.DuckDBPyConnection, study_area: StudyArea, path: Path) -> None:
    """Raise ConfigError where the study area has the id of a site: both are codes of areas."""
    sites = fetch_table(con, "int_site", columns=("site_id",))
    if study_area.id in set(sites["site_id"]):
        message = (
            f"{path}: id is {study_area.id!r}, which is also the id of a site in "
            "master_plan_sites, so that figures of the two could not be told apart. Give the area "
            "another id."
        )
        raise ConfigError(message)


def require_vintages(con: duckdb.DuckDBPyConnection) -> None:
    """Raise MixedVintageError where a table has LSOA codes that exist in the other census only."""
    for table in _OF_2011:
        _require_vintage(con, table, own="lsoa11cd", other="lsoa21cd")
    for table in _OF_2021:
        _require_vintage(con, table, own="lsoa21cd", other="lsoa11cd")


def _require_vintage(con: duckdb.DuckDBPyConnection, table: str, *, own: str, other: str) -> None:
    pairs = fetch_table(con, "stg_lookup_lsoa11_lsoa21", columns=(own, other))
    codes = fetch_table(con, table, columns=(own,))[own]
    strangers = codes[~codes.isin(pairs[own]) & codes.isin(pairs[other])]
    if len(strangers):
        year, wrong = ("2011", "2021") if own == "lsoa11cd" else ("2021", "2011")
        message = (
            f"{table} holds {len(strangers)} LSOA codes of {wrong} where it needs those of {year}, "
            f"e.g. {strangers.iloc[0]!r}. Use the edition of the file for the LSOAs of "
            f"{year}; the two meet only through lookup_lsoa11_lsoa21."
        )
        raise MixedVintageError(message)
