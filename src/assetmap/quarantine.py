"""Rows that are held back, why, and the sum that shows none is lost.

Belongs here: the closed lists of reasons, refusals and notes, the table of held rows, the split
of a staged table into what loads and what is held, and the reconciliation. Does not: reading
files (``readers.py``) nor the rules themselves (``contracts.py``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from assetmap.contracts import Contract, describe, find_breaches
from assetmap.errors import ContractError, ReconciliationError

if TYPE_CHECKING:
    from collections.abc import Iterable

REASONS: Final[dict[str, str]] = {
    "bad_age": "the age is no age",
    "bad_category": "the value is not one of the list",
    "bad_code": "the code has not the shape of its kind",
    "bad_coordinate": "the coordinates are no place in Great Britain in the stated system",
    "bad_encoding": "the line is not in the encoding of its file",
    "bad_number": "the cell is not a number",
    "bad_postcode": "the text is no postcode",
    "consent_not_live": "consent to publish is withdrawn or over",
    "coordinates_swapped": "latitude and longitude are the wrong way round",
    "duplicate_id": "an earlier response has the same number",
    "double_entry_differs": "the questionnaire was entered twice, and not alike",
    "duplicate_key": "an earlier row has the same key",
    "empty_geometry": "the geometry holds no coordinates",
    "field_too_long": "a cell is longer than any real value",
    "invalid_geometry": "the outline crosses itself or is not closed",
    "missing_value": "a value that must be there is empty",
    "no_consent": "consent to research is not a clear yes",
    "no_response": "the row belongs to no response of the file that was loaded",
    "null_geometry": "there is no geometry",
    "out_of_range": "the number is outside its limits",
    "outside_study_area": "the place is outside the area that it should be in",
    "pseudo_postcode": "the postcode stands for no place",
    "range_inverted": "the lower end of a range is above its upper end",
    "rejected_by_reviewer": "somebody rejected the response on the survey's server",
    "repeated_header": "the heading stands again among the rows",
    "sliver": "the outline is narrower than any real one",
    "totals_row": "the row is a total of others",
    "under_18": "the person is under 18",
    "wrong_field_count": "the row has more or fewer cells than the heading",
    "wrong_geometry_type": "the geometry is of another type than the layer's",
}
"""Every reason for which a row can be held."""

REFUSALS: Final[dict[str, str]] = {
    "archive_too_large": "the archive holds too many files, or unpacks to too much",
    "bad_config": "a setting is missing, unknown or impossible",
    "corrupt_archive": "the archive is cut short or damaged",
    "corrupt_shapefile": "the shapefile is cut short or damaged",
    "duplicate_header": "two columns have one heading",
    "empty_file": "the file is empty",
    "malformed_csv": "a quote is left open or broken",
    "malformed_json": "the file is no JSON, or no GeoJSON",
    "missing_column": "a column is missing, or has no heading",
    "missing_crs": "the coordinate system is not known, and is not guessed",
    "missing_part": "a file that belongs to a shapefile is missing",
    "mixed_vintage": "area codes of two censuses stand in one table",
    "no_rows": "there is a heading and nothing below it",
    "not_csv": "the file is a web page, a workbook or an archive under another name",
    "truncated_download": "the packed file is cut short",
    "unsafe_member": "the archive holds a path that leads outside it",
    "unsafe_xml": "the file declares a document type, which can read other files",
    "unsupported_format": "the file is of a format that is not read",
    "wrong_year": "the file is of another year than its dataset",
}
"""Every kind of fault for which a file is refused whole; the message says it in full."""

NOTES: Final[dict[str, str]] = {
    "below_threshold": "a count of people is too small to be shown, and is withheld",
    "free_text_restricted": "what people wrote stays in one restricted table",
    "low_precision": "a position has two decimals of a degree or fewer: good to a kilometre",
    "overlapping_sites": "two sites overlap; what lies in both counts for both",
    "possible_duplicate": "two responses may be one person's; the later one waits for a review",
    "suppressed_source_value": "the publisher left a mark for a figure: no value, never zero",
    "terminated_postcode": "the postcode is no longer in use, and the lookup says since when",
    "unexpected_column_dropped": "a column that the dataset does not declare is dropped",
    "vintage_2011": "the codes are those of 2011 and meet 2021 only through the lookup",
    "z_dropped": "heights are dropped",
}
"""What loads although it is odd, and is said in a note, a status or a check."""

HELD_COLUMNS: Final = ["dataset", "file", "row_number", "reason", "column"]


@dataclass(frozen=True)
class Rejects:
    """Rows of one file that did not load: numbers and reasons, never contents."""

    row_numbers: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, row_numbers: Iterable[int], reason: str, column: str = "") -> Rejects:
        """Return rejects that share one ``reason`` and one ``column``."""
        _require_known(reason)
        rows = tuple(int(number) for number in row_numbers)
        return cls(rows, (reason,) * len(rows), (column,) * len(rows))

    def __add__(self, other: Rejects) -> Rejects:
        return Rejects(
            self.row_numbers + other.row_numbers,
            self.reasons + other.reasons,
            self.columns + other.columns,
        )

    def __len__(self) -> int:
        return len(self.row_numbers)

    def frame(self, dataset: str, file: str) -> pd.DataFrame:
        """Return the quarantine table of one file, ordered by row number."""
        held = pd.DataFrame(
            {
                "dataset": dataset,
                "file": file,
                "row_number": np.array(self.row_numbers, dtype="int64"),
                "reason": pd.array(list(self.reasons), dtype="str"),
                "column": pd.array(list(self.columns), dtype="str"),
            }
        )
        return held.sort_values(["row_number", "reason"], ignore_index=True)


@dataclass(frozen=True, eq=False)
class Screened:
    """A table split in two: rows that keep the contract, and rejects."""

    loaded: pd.DataFrame
    rejects: Rejects = field(default_factory=Rejects)


def screen(frame: pd.DataFrame, contract: Contract, *, max_held_share: float) -> Screened:
    """Split ``frame`` (index: row numbers of the file) by ``contract``.

    A row is held once, for its first breach in column order.

    Raises
    ------
    ContractError
        Where more than ``max_held_share`` of the rows break the contract: then the file is
        not what it claims to be, and the message lists every breach.
    """
    breaches = find_breaches(frame, contract)
    held = np.zeros(len(frame), dtype=bool)
    rejects = Rejects()
    for breach in breaches:
        fresh = breach.rows & ~held
        rejects += Rejects.of(frame.index[fresh], breach.reason, breach.column)
        held |= breach.rows
    if held.sum() > max_held_share * len(frame):
        raise ContractError(describe(contract.table, breaches))
    return Screened(frame.loc[~held], rejects)


def require_few_held(where: str, rejects: Rejects, rows_in: int, *, max_held_share: float) -> None:
    """Raise :class:`ContractError` where too many of a file's rows are held, whatever held them."""
    if len(rejects) <= max_held_share * rows_in:
        return
    counts = sorted(Counter(rejects.reasons).items(), key=lambda item: (-item[1], item[0]))
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts)
    message = (
        f"{where}: {len(rejects)} of {rows_in} rows would be held ({reasons}), more than "
        f"{max_held_share:.0%}: the file is not what it should be. Download it again, or check "
        "that it is the file of this dataset."
    )
    raise ContractError(message)


def reconcile(name: str, rows_in: int, loaded: int, held: int) -> None:
    """Raise :class:`ReconciliationError` unless rows in equal rows loaded plus rows held."""
    if rows_in != loaded + held:
        message = (
            f"{name}: {rows_in} rows came in but {loaded} were loaded and {held} held, so "
            f"{abs(rows_in - loaded - held)} are unaccounted for. This is a fault of the "
            "dataset's stage(): it must keep one row for one row."
        )
        raise ReconciliationError(message)


def _require_known(reason: str) -> None:
    if reason not in REASONS:
        message = f"quarantine reason {reason!r} is not in REASONS; add it there with its meaning."
        raise ReconciliationError(message)
