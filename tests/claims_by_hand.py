"""Small ledgers of claims by hand, for tests of single rules."""

from __future__ import annotations

import pandas as pd

from assetmap.claims.ledger import Ledger
from assetmap.claims.registry import ClaimIndicator
from assetmap.registers.read import REGISTERS

CLAIM = {
    "indicator_id": "people",
    "written": "70",
    "notation": None,
    "bound": "exact",
    "unit": "count",
    "role": "state",
    "area_code": "town",
    "area_type": "programme",
    "area_vintage": "unknown",
    "base_area_code": None,
    "period_start": "unknown",
    "period_end": "unknown",
    "as_of": "2017",
    "cited_source_date": None,
    "document": "paper",
    "section": "1",
    "paraphrase": "So many.",
    "status": "stated",
}
DOCUMENT = {
    "document": "paper",
    "document_title": "The paper",
    "publisher": "Somebody",
    "published": "2017-12",
    "period_covered": "2017",
    "url": None,
    "document_kind": "journal",
}
CONTRADICTION = {
    "title": "A trap",
    "what": "Two figures do not fit",
    "rule": "by_hand",
    "indicator_id": None,
    "claims": None,
    "resolution": "Nobody has decided",
    "state": "open",
    "decided_on": None,
    "document": "paper",
    "section": "1",
}
EVENT = {
    "event_id": "fair",
    "event_name": "Fair",
    "event_kind": "fair",
    "event_date": "2017-05-30",
    "weekday_stated": None,
    "venue": None,
    "attendance": None,
    "document": "paper",
    "section": "3",
}
INDICATOR = {
    "title": "People",
    "meaning": "So many people.",
    "topic": "People",
    "order": 1,
    "unit": "count",
    "kind": "count",
    "direction": "neutral",
    "comparison": "none",
    "headline": "range",
    "class": "O",
}


def indicator(**fields):
    return ClaimIndicator.model_validate(INDICATOR | fields)


def claim(claim_id, value, **fields):
    written = fields.pop("written", f"{value:g}")
    return CLAIM | {"claim_id": claim_id, "value": float(value), "written": written} | fields


def share(claim_id, value, **fields):
    return claim(claim_id, value, **{"written": f"{value:g}%", "unit": "percent", **fields})


def pounds(claim_id, value, written, **fields):
    return claim(claim_id, value, written=written, **{"unit": "gbp", **fields})


def event(entry_id, **fields):
    return EVENT | {"entry_id": entry_id} | fields


def contradiction(contradiction_id, **fields):
    return CONTRADICTION | {"contradiction_id": contradiction_id} | fields


def lists(**rows):
    """Every list, empty but for the rows given, numbered as in a file; one document is there."""
    frames = {}
    given = {"stg_document": [DOCUMENT]} | rows
    for register in REGISTERS:
        own = given.pop(register.table, [])
        frame = pd.DataFrame(own, columns=register.contract.names, dtype=object)
        frames[register.table] = frame.set_axis(range(2, len(own) + 2))
    assert not given, f"no such list: {sorted(given)}"
    for table in ("stg_claim", "stg_target"):
        frames[table]["value"] = frames[table]["value"].astype(float)
    return frames


def ledger(registry, claims, *, figures=(), places=None, **rows):
    return Ledger(
        registry=registry,
        lists=lists(stg_claim=list(claims), **rows),
        figures=pd.DataFrame(figures, columns=["indicator_id", "area_code", "value"]),
        places=places or {"town": "The town"},
        study_area="town",
    )
