"""From the ledger to the published tables of claims.

Belongs here: putting the results of the rules together. Does not: any rule
(``findings.py``, ``headline.py``, ``progress.py``, ``against_data.py``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.claims.against_data import compare
from assetmap.claims.findings import find_all
from assetmap.claims.headline import headlines
from assetmap.claims.intervals import interval
from assetmap.claims.progress import assess

if TYPE_CHECKING:
    from assetmap.claims.ledger import Ledger
    from assetmap.claims.registry import ClaimIndicator

CONFLICTS: Final = ("claims_differ", "implied_rate")
"""Rules whose findings say that claims of one indicator do not fit together."""


def conclude(ledger: Ledger) -> dict[str, pd.DataFrame]:
    """Return ``mart_document`` to ``mart_claim_check``, with the columns of their twins."""
    findings = find_all(ledger)
    tops = headlines(ledger)
    return {
        "mart_document": _documents(ledger),
        "mart_section": ledger.lists["stg_section"],
        "mart_claim": _claims(ledger, findings),
        "mart_claim_indicator": _indicators(ledger, tops, findings),
        "mart_target": _targets(ledger),
        "mart_finding": findings,
        "mart_claim_check": compare(ledger),
    }


def _documents(ledger: Ledger) -> pd.DataFrame:
    documents = ledger.lists["stg_document"]
    counts = ledger.claims["document"].value_counts()
    return documents.assign(claim_count=documents["document"].map(counts).fillna(0).astype(int))


def _claims(ledger: Ledger, findings: pd.DataFrame) -> pd.DataFrame:
    claims = ledger.lists["stg_claim"]
    limits = [
        _finite(interval(value, bound))
        for value, bound in zip(claims["value"], claims["bound"], strict=True)
    ]
    named = _part_counts(findings["claims"])
    titles = _titles(ledger)
    return claims.assign(
        indicator_title=claims["indicator_id"].map(titles),
        low=pd.Series([low for low, _ in limits], index=claims.index, dtype=float),
        high=pd.Series([high for _, high in limits], index=claims.index, dtype=float),
        area_name=claims["area_code"].map(ledger.places),
        document_title=claims["document"].map(_document_titles(ledger)),
        finding_count=[named.get(claim, 0) for claim in claims["claim_id"]],
    ).drop(columns=["notation", "base_area_code"])


def _finite(limits: tuple[float, float] | None) -> tuple[float | None, float | None]:
    if limits is None:
        return None, None
    low, high = (None if math.isinf(limit) else limit for limit in limits)
    return low, high


def _part_counts(lists: pd.Series) -> dict[str, int]:
    parts = lists.dropna().str.split(";").explode()
    return {str(name): int(count) for name, count in parts.value_counts().items()}


def _targets(ledger: Ledger) -> pd.DataFrame:
    targets = ledger.lists["stg_target"]
    return targets.assign(
        indicator_title=targets["indicator_id"].map(_titles(ledger)),
        document_title=targets["document"].map(_document_titles(ledger)),
    )


def _indicators(ledger: Ledger, tops: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    described = pd.DataFrame(
        [_describe(name, entry) for name, entry in ledger.registry.items()],
        columns=[
            *("indicator_id", "sort_order", "ref", "topic", "title", "meaning", "unit", "kind"),
            *("direction", "comparison", "headline_reason"),
        ],
    )
    heads = tops.rename(
        columns={
            "policy": "headline_policy",
            "low": "headline_low",
            "high": "headline_high",
            "claims": "headline_claims",
        }
    ).drop(columns="unit")
    merged = described.merge(heads, on="indicator_id", validate="one_to_one").merge(
        assess(ledger, tops), on="indicator_id", validate="one_to_one"
    )
    is_open = merged["headline_high"].map(lambda high: high is not None and math.isinf(high))
    return merged.assign(
        headline_high=merged["headline_high"].mask(is_open, None),
        is_open_above=is_open.astype(bool),
        claim_count=_counted(merged, ledger.claims),
        finding_count=_counted(merged, findings),
        conflict_count=_counted(merged, findings[findings["rule"].isin(CONFLICTS)]),
    )


def _describe(name: str, entry: ClaimIndicator) -> dict[str, object]:
    return {
        "indicator_id": name,
        "sort_order": entry.order,
        "ref": entry.ref or None,
        "topic": entry.topic,
        "title": entry.title,
        "meaning": entry.meaning,
        "unit": entry.unit,
        "kind": entry.kind,
        "direction": entry.direction,
        "comparison": entry.comparison,
        "headline_reason": entry.headline_reason or None,
    }


def _counted(indicators: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    counts = rows["indicator_id"].value_counts()
    return indicators["indicator_id"].map(counts).fillna(0).astype(int)


def _titles(ledger: Ledger) -> dict[str, str]:
    return {name: entry.title for name, entry in ledger.registry.items()}


def _document_titles(ledger: Ledger) -> dict[str, str]:
    documents = ledger.lists["stg_document"]
    return dict(zip(documents["document"], documents["document_title"], strict=True))
