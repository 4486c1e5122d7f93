"""What the lookups of postcodes share: rows whose postcode is none are held at reading."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assetmap.dataset import fold_heading
from assetmap.postcodes import normalise_postcode, postcode_fault
from assetmap.quarantine import Rejects

if TYPE_CHECKING:
    import pandas as pd

    from assetmap.readers import RawTable


def hold_bad_postcodes(table: RawTable, heading: str) -> RawTable:
    """Hold rows whose text below ``heading`` is no postcode of a place; a blank one stays."""
    titles = [title for title in table.frame.columns if fold_heading(title) == heading]
    for title in titles:
        faults = table.frame[title].astype("str").map(postcode_fault)
        rejects = table.rejects
        for reason in sorted(set(faults) - {""}):
            rejects += Rejects.of(faults.index[faults == reason], reason, "postcode")
        table = replace(table, frame=table.frame[faults == ""], rejects=rejects)
    return table


def spell(postcodes: pd.Series) -> pd.Series:
    """Return postcodes in their published spelling; one that is absent stays so."""
    return postcodes.map(normalise_postcode, na_action="ignore")
