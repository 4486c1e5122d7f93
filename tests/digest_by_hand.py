"""A small published world by hand, for tests of the digest."""

from __future__ import annotations

import pandas as pd

INPUT = [("census/a.csv", "census", "aa"), ("sites/s.csv", "sites", "bb")]
DATASET = {
    "dataset_id": "census",
    "title": "Census of the town",
    "period": "21 March 2021",
    "publisher": "The office",
}
FIGURE = {
    "indicator_id": "residents",
    "title": "Residents",
    "unit": "count",
    "geography": "ward",
    "area_code": "E1",
    "area_name": "Old Town",
    "period": "2021",
    "value": 100.0,
    "numerator": None,
    "denominator": None,
    "low": None,
    "high": None,
    "status": "published",
    "caveat": None,
    "source": "census;lookup",
}
HEADLINE = {
    "indicator_id": "people",
    "title": "People identified",
    "meaning": "So many.",
    "unit": "count",
    "headline_policy": "range",
    "headline_reason": None,
    "comparison": "poisson",
    "headline_low": 50.0,
    "headline_high": 50.0,
    "is_open_above": False,
    "headline_claims": "p-1",
    "state": "behind",
    "state_reason": "50 of 60.",
}
CLAIM = {
    "claim_id": "p-1",
    "indicator_id": "people",
    "value": 50.0,
    "bound": "exact",
    "status": "stated",
    "finding_count": 0,
}
FINDING = {
    "finding_id": "claims-differ-p",
    "title": "They differ",
    "message": "50 and 60.",
    "state": "open",
}
STEP = {
    "entry_id": "m-1",
    "site_id": "mill",
    "milestone": "construction_start",
    "basis": "planned",
    "earliest": "2018",
    "latest": "2018-06",
    "recorded_on": "2018-01-01",
    "document": "paper",
    "section": "2",
}
RUN = {
    "run_id": "run-one",
    "code_version": "1+a",
    "policy_hash": "p",
    "data_as_of": "2025-05-01",
    "area_id": "town",
    "area_name": "The town",
    "catchments_m": "400",
    "survey_state": "synthetic",
}
META = {
    "indicator_id": "residents",
    "meaning": "People who live here.",
    "unit": "count",
    "period": "2021",
    "vintage": "2021",
    "interval": "none",
    "caveat": None,
    "source": "census;lookup",
}


def world(**changes):
    """Return the published tables, with some of them replaced by rows (or facts of the run)."""
    run = RUN | changes.pop("run", {})
    rows = {
        "pub_run": [{"key": key, "value": value} for key, value in run.items()],
        "pub_area": [{"area_code": "E1"}],
        "pub_input": [
            dict(zip(("file", "dataset_id", "sha256"), row, strict=True)) for row in INPUT
        ],
        "pub_dataset": [DATASET],
        "pub_indicator": [FIGURE],
        "pub_indicator_meta": [META],
        "pub_claim_indicator": [HEADLINE],
        "pub_claim": [CLAIM],
        "pub_target": [],
        "pub_finding": [FINDING],
        "pub_site": [{"site_id": "mill", "site_name": "The Mill"}],
        "pub_site_milestone": [],
        "pub_people": [{"count": 987654}],
        "pub_story": [],
    } | changes
    return {name: pd.DataFrame(own) for name, own in rows.items()}
