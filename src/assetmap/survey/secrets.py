"""Restricted values that must stand nowhere in what is published.

Belongs here: reading them from the warehouse for the leak scan. Does not: the scan
(``disclosure/leaks.py``). What comes from here is never logged or shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from assetmap.names import fold_name
from assetmap.warehouse import fetch_table, open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

_ALIKE: Final = 80
"""Likeness, 0 to 100, from which on a name counts as that of a public place."""

_COLUMNS: Final = {
    "a pseudonym": ("stg_survey_response", "respondent"),
    "a free answer": ("stg_survey_text", "text"),
    "the number of a voucher": ("stg_voucher_payment", "voucher_ref"),
}


def read_secrets(warehouse: Path) -> dict[str, list[str]]:
    """Return restricted values by what they are, in words that a message may use.

    A name that is much like that of a public place, as a whole and in any order of words, is no
    secret: the place is on the map. A person's name beside a place's is one.
    """
    with open_warehouse(warehouse, read_only=True) as con:
        found = {
            kind: fetch_table(con, table, columns=(column,))[column].dropna().unique().tolist()
            for kind, (table, column) in _COLUMNS.items()
        }
        names = fetch_table(con, "stg_survey_mention", columns=("name",))["name"].unique()
        places = fetch_table(con, "stg_public_place", columns=("asset_name",))["asset_name"]
    folded = [fold_name(place) for place in places]
    found["a name that a respondent wrote"] = [
        name
        for name in names.tolist()
        if process.extractOne(
            fold_name(name), folded, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE
        )
        is None
    ]
    return found
