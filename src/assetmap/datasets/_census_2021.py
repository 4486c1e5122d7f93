"""What the census tables of 2021 share: two layouts of Nomis, one way to load them.

Bulk files have a column ``date``; one of another census has the same columns and headings, and
would load without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from assetmap import fields
from assetmap.contracts import Contract
from assetmap.dataset import Dataset, Source, fold_heading
from assetmap.geography import OA_PATTERN
from assetmap.inputs import refuse
from assetmap.readers import Layout, RawTable, read_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from assetmap.inputs import InputFile

Level = Literal["lsoa21", "oa21"]

_YEAR: Final = "2021"
_LAYOUT: Final = Layout(heading_cell="mnemonic")
_VALUE_SUFFIX: Final = "; measures: value"
_NAME_HEADINGS: Final = {
    "lsoa21": ("geography", "2021 super output area - lower layer"),
    "oa21": ("geography", "2021 output area"),
}


@dataclass(frozen=True, kw_only=True)
class CensusTable:
    """One topic summary of the census.

    ``variable`` is what bulk files write before every category; ``categories`` maps a
    category to our column and its description.
    """

    code: str
    title: str
    variable: str
    categories: dict[str, tuple[str, str]]


def census_dataset(table: CensusTable, level: Level = "lsoa21") -> Dataset:
    """Return the dataset of a census table, for bulk files and query downloads alike."""
    area_code, area_name = f"{level}cd", f"{level}nm"
    headings = dict.fromkeys(_NAME_HEADINGS[level], area_name)
    headings |= dict.fromkeys(("geography code", "mnemonic"), area_code)
    headings |= {category: name for category, (name, _) in table.categories.items()}
    measures = {name: fields.count(name, text) for name, text in table.categories.values()}
    key = (
        fields.LSOA21CD
        if level == "lsoa21"
        else fields.code(area_code, "Output area of 2021.", OA_PATTERN)
    )
    name = fields.label(area_name, "Name of the area.", nullable=True)
    middle = "" if level == "lsoa21" else f"{level}_"
    return Dataset(
        id=f"census_2021_{middle}{table.code}",
        source=Source(
            publisher=fields.ONS,
            title=f"Census 2021, {table.code.upper()} {table.title}",
            url=f"https://www.nomisweb.co.uk/datasets/c2021{table.code}",
            licence=fields.OGL,
            period="21 March 2021",
            as_of="2021-03-21",
        ),
        contract=Contract(
            table=f"stg_census_2021_{middle}{table.code}",
            row_is=f"one {'LSOA' if level == 'lsoa21' else 'output area'} of 2021",
            primary_key=(area_code,),
            columns=(key, name, *measures.values()),
        ),
        headings=headings,
        read=read,
        fold=_fold(table.variable),
        members=f"*-{'lsoa' if level == 'lsoa21' else 'oa'}*.csv",
    )


def read(source: InputFile) -> RawTable:
    """Read a table of the census.

    Raises
    ------
    UnreadableFileError
        Its column ``date`` says another year, or the file cannot be read.
    """
    raw = read_csv(source, _LAYOUT)
    titles = [title for title in raw.frame.columns if fold_heading(title) == "date"]
    for title in titles:
        dates = raw.frame[title].astype("str").str.strip()
        others = dates[(dates != "") & ~dates.str.contains(_YEAR, regex=False)]
        if len(others):
            what = (
                f"its column {title} says another year than {_YEAR} in {len(others)} of "
                f"{len(dates)} rows, e.g. {others.iloc[0][:20]!r}"
            )
            refuse(source.name, what, f"Download the table of the census of {_YEAR}")
    return raw


def _fold(variable: str) -> Callable[[str], str]:
    prefix = f"{variable.lower()}:"

    def fold(heading: str) -> str:
        text = fold_heading(heading).removesuffix(_VALUE_SUFFIX).removeprefix(prefix)
        return text.strip()

    return fold
