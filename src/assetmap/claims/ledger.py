"""All that is known when claims are judged: the lists, the registry, the computed figures.

Belongs here: :class:`Ledger`. Does not: any rule (``findings.py``, ``progress.py``,
``against_data.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from assetmap.claims.registry import ClaimIndicator


@dataclass(frozen=True, eq=False)
class Ledger:
    """The claims with everything that they are judged by.

    ``lists`` holds every staged list by table name (``stg_claim``, ``stg_target``,
    ``stg_document``, ``stg_section``, ``stg_claim_area``, ``stg_contradiction``,
    ``stg_partner`` …), with the columns of its contract. ``figures`` is ``mart_indicator``:
    what the pipeline computed. ``places`` maps the code of every known area and site to its
    name.
    """

    registry: Mapping[str, ClaimIndicator]
    lists: Mapping[str, pd.DataFrame]
    figures: pd.DataFrame
    places: Mapping[str, str]
    study_area: str

    @property
    def claims(self) -> pd.DataFrame:
        """``stg_claim`` without what its authors took back, in claim order."""
        claims = self.lists["stg_claim"]
        return claims[claims["status"] != "withdrawn"].reset_index(drop=True)
