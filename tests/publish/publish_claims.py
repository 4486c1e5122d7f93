"""Claims about a small town: figures that differ, targets in each state, and what is derived."""

from __future__ import annotations

from typing import Any

from assetmap.disclosure.claims import CLAIMS

Rows = list[dict[str, Any]]

CONTRACTS = {c.table: c for c in CLAIMS}

# Claim, indicator, written, value, bound, unit, role, as of, document, section.
_CLAIMS = [
    ("c-found-71", "found", "71", 71, "exact", "count", "actual", "2017", "report-1", "3.4"),
    ("c-found-94", "found", "94", 94, "exact", "count", "actual", "2017", "report-1", "3.4"),
    ("c-found-over", "found", "70", 70, "over", "count", "actual", "2017", "report-1", "1"),
    ("c-trained", "trained", "11", 11, "exact", "count", "actual", "2017-12", "report-1", "4.3"),
    ("c-homes", "homes", "3,000", 3000, "about", "homes", "plan", "unknown", "report-1", "2.2"),
    ("c-board", "board", "monthly", 12, "rule", "per_year", "rule", "unknown", "report-2", "2"),
    ("c-money-a", "money", "£3.13m", 3_130_000, "exact", "gbp", "plan", "2017", "report-1", "1"),
    ("c-money-b", "money", "£3.20m", 3_200_000, "exact", "gbp", "plan", "2018", "report-2", "1"),
    ("c-listed", "listed", "100", 100, "over", "count", "actual", "2017", "report-1", "3.2"),
    ("c-rank", "rank", "6th", 6, "exact", "rank", "state", "unknown", "report-1", "2.1"),
    ("c-people", "people", "81.361", 81_361, "exact", "count", "state", "2015", "report-1", "2.2"),
    ("c-unschooled", "unschooled", "40%", 40, "over", "percent", "state", "2017", "report-1", "2"),
    ("c-placed", "placed", "2,370", 2370, "exact", "count", "state", "2012-01", "report-2", "2.1"),
    ("c-paid", "paid", "£20.50", 20.5, "exact", "gbp", "rule", "unknown", "report-2", "3"),
    ("c-met", "met_twice", "50", 50, "average", "count", "actual", "2018-02", "report-2", "4"),
]
_CLAIM_NAMES = [
    "claim_id",
    "indicator_id",
    "written",
    "value",
    "bound",
    "unit",
    "role",
    "as_of",
    "document",
    "section",
]
_TITLES = {
    "found": "Health professionals found",
    "trained": "Researchers trained",
    "homes": "Homes of the plan",
    "board": "Board meetings",
    "money": "Budget",
    "listed": "Enterprises listed",
    "rank": "Rank of the city",
    "people": "People of the area",
    "unschooled": "People without a qualification",
    "placed": "People out of work for long",
    "paid": "Paid for ten questionnaires",
    "met_twice": "People at a meeting",
    "share": "Share of the long-term",
    "per_head": "Budget for each person",
    "silent": "Questionnaires checked",
}

# Indicator, unit, policy, low, high, open above, claims, state, reason.
_INDICATORS: list[tuple[Any, ...]] = [
    (
        "found",
        "count",
        "range",
        71,
        94,
        False,
        "c-found-71;c-found-94;c-found-over",
        "met",
        "71 to 94 reported against 60 due by 2019: met under every claim (118 to 157 %).",
    ),
    (
        "trained",
        "count",
        "latest",
        11,
        11,
        False,
        "c-trained",
        "behind",
        "11 reported against 22 due by 2017: 50 %, behind.",
    ),
    (
        "homes",
        "homes",
        "latest",
        3000,
        3000,
        False,
        "c-homes",
        "not_reported",
        "3,000 homes due at no stated date, and no document here reports what was reached.",
    ),
    (
        "board",
        "per_year",
        "latest",
        12,
        12,
        False,
        "c-board",
        "not_reported",
        "12 a year due at no stated date, and no document here reports what was reached.",
    ),
    (
        "silent",
        "count",
        "latest",
        None,
        None,
        False,
        None,
        "not_reported",
        "500 due by March 2018, and no document here reports what was reached.",
    ),
    ("money", "gbp", "range", 3_130_000, 3_200_000, False, "c-money-a;c-money-b", "no_target", ""),
    ("listed", "count", "latest", 100, None, True, "c-listed", "no_target", ""),
    ("rank", "rank", "latest", 6, 6, False, "c-rank", "no_target", ""),
    ("people", "count", "latest", 81_361, 81_361, False, "c-people", "no_target", ""),
    ("unschooled", "percent", "latest", 40, None, True, "c-unschooled", "no_target", ""),
    ("placed", "count", "latest", 2370, 2370, False, "c-placed", "no_target", ""),
    ("paid", "gbp", "latest", 20.5, 20.5, False, "c-paid", "no_target", ""),
    ("met_twice", "count", "latest", 50, 50, False, "c-met", "no_target", ""),
    ("share", "percent", "derived", 0, 26.3333, False, "c-placed;c-listed", "no_target", ""),
    ("per_head", "gbp", "derived", 38.4705, 39.3309, False, "c-money-a;c-people", "no_target", ""),
]
_INDICATOR_NAMES = [
    "indicator_id",
    "unit",
    "headline_policy",
    "headline_low",
    "headline_high",
    "is_open_above",
    "headline_claims",
    "state",
    "state_reason",
]
# Target, indicator, value, bound, due, section.
_TARGETS = [
    ("t-found", "found", 60, "at_least", "2019", "3.4"),
    ("t-trained", "trained", 22, "at_least", "2017", "4.3"),
    ("t-homes", "homes", 3000, "about", "unknown", "2.2"),
    ("t-board", "board", 12, "at_least", "unknown", "1"),
    ("t-silent", "silent", 500, "at_least", "2018-03", "4.4"),
]
_MORE: dict[str, dict[str, Any]] = {
    "found": {
        "ref": "I01",
        "interval_low": 55.45,
        "interval_high": 115.04,
        "interval_method": "exact Poisson, 95 %",
        "forecast_assumption": "No forecast: fewer than two dated actuals.",
        "conflict_count": 1,
        "finding_count": 1,
    },
    "trained": {
        "interval_low": 30.72,
        "interval_high": 69.28,
        "interval_method": "Wilson, 95 %, in per cent of the target",
        "forecast_low": 16.0,
        "forecast_high": 18.0,
        "forecast_assumption": "If it goes on in a straight line.",
    },
    "money": {"conflict_count": 1, "finding_count": 1},
    "rank": {"headline_reason": "The newer index."},
}


def claim_rows() -> dict[str, Rows]:
    """Return the rows of every table of claims."""
    tables = {
        "pub_document": _documents(),
        "pub_section": _sections(),
        "pub_claim": [_claim(row) for row in _CLAIMS],
        "pub_claim_indicator": [_indicator(n, row) for n, row in enumerate(_INDICATORS)],
        "pub_target": [_target(row) for row in _TARGETS],
        "pub_finding": _findings(),
        "pub_claim_check": _checks(),
    }
    return {
        table: [{name: row.get(name) for name in CONTRACTS[table].names} for row in rows]
        for table, rows in tables.items()
    }


def _documents() -> Rows:
    return [
        {
            "document": document,
            "document_title": title,
            "publisher": "The programme",
            "published": published,
            "period_covered": "unknown",
            "url": url,
            "document_kind": "journal",
            "claim_count": sum(row[8] == document for row in _CLAIMS),
        }
        for document, title, published, url in (
            ("report-1", "First report", "2017-12", "https://example.org/report"),
            ("report-2", "Second report", "unknown", "javascript:alert(1)"),
        )
    ]


def _sections() -> Rows:
    rows = [
        ("report-1", "1", "present", None),
        ("report-2", "2.1", "damaged", "Letters are shifted."),
        ("report-2", "2.4", "absent", None),
    ]
    return [
        {
            "document": document,
            "section": section,
            "section_title": "A part",
            "state": state,
            "note": note,
        }
        for document, section, state, note in rows
    ]


def _claim(row: tuple[Any, ...]) -> dict[str, Any]:
    claim = dict(zip(_CLAIM_NAMES, row, strict=True))
    bound, value = claim["bound"], claim["value"]
    return {
        **claim,
        "indicator_title": _TITLES[claim["indicator_id"]],
        "low": None if bound == "rule" else value,
        "high": value if bound == "exact" else None,
        "area_code": "milltown",
        "area_name": "Milltown",
        "area_type": "study_area",
        "area_vintage": "unknown" if claim["claim_id"] == "c-rank" else "2017",
        "period_start": "2017-04" if claim["claim_id"] == "c-trained" else "unknown",
        "period_end": "2017-12" if claim["claim_id"] == "c-trained" else "unknown",
        "cited_source_date": "2012-01-26" if claim["claim_id"] == "c-placed" else None,
        "document_title": "First report" if claim["document"] == "report-1" else "Second report",
        "paraphrase": f"The document says so of {_TITLES[claim['indicator_id']].lower()}.",
        "status": "resolved" if claim["claim_id"] == "c-people" else "stated",
        "finding_count": 0,
    }


def _indicator(order: int, row: tuple[Any, ...]) -> dict[str, Any]:
    indicator = dict(zip(_INDICATOR_NAMES, row, strict=True))
    name = indicator["indicator_id"]
    target = next((t for t in _TARGETS if t[1] == name), None)
    return {
        **indicator,
        "sort_order": order,
        "topic": "Money" if indicator["unit"] == "gbp" else "People and places",
        "title": _TITLES[name],
        "meaning": f"{_TITLES[name]}, as documents give it.",
        "kind": "count",
        "direction": "higher_is_better",
        "claim_count": sum(claim[1] == name for claim in _CLAIMS),
        "comparison": "none",
        "target_value": target and target[2],
        "target_bound": target and target[3],
        "target_due": target and target[4],
        "target_document": target and "report-1",
        "target_section": target and target[5],
        "finding_count": 0,
        "conflict_count": 0,
        **_MORE.get(name, {}),
    }


def _target(row: tuple[Any, ...]) -> dict[str, Any]:
    target_id, indicator, value, bound, due, section = row
    return {
        "target_id": target_id,
        "indicator_id": indicator,
        "indicator_title": _TITLES[indicator],
        "value": value,
        "bound": bound,
        "unit": next(row[1] for row in _INDICATORS if row[0] == indicator),
        "start": "unknown",
        "due": due,
        "document": "report-1",
        "document_title": "First report",
        "section": section,
        "paraphrase": "This is to be reached.",
    }


def _findings() -> Rows:
    rows = [
        (
            "a-decided",
            "by_hand",
            "Which hospital was begun",
            "The report writes of one hospital and means the other.",
            None,
            None,
            "resolved",
            "It is the new one.",
        ),
        (
            "claims-differ-found",
            "claims_differ",
            "People found: figures differ",
            "71 and 94 in one section.",
            "found",
            "c-found-71;c-found-94;c-found-over",
            "open",
            "Shown as a range.",
        ),
        (
            "claims-differ-money",
            "claims_differ",
            "Budget: figures differ",
            "£3,130,000 and £3,200,000.",
            "money",
            "c-money-a;c-money-b",
            "open",
            None,
        ),
    ]
    names = [
        "finding_id",
        "rule",
        "title",
        "message",
        "indicator_id",
        "claims",
        "state",
        "resolution",
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _checks() -> Rows:
    residents = {"figure_title": "Residents", "figure_meaning": "Usual residents at the census."}
    rows: Rows = [
        {
            "claim_id": "c-people",
            "figure_id": "residents",
            **residents,
            "figure_period": "2021",
            "state": "compared",
            "claimed": 81_361.0,
            "computed": 80_387.0,
            "computed_low": 80_000.0,
            "computed_high": 80_900.0,
            "unit": "count",
            "difference": -974.0,
            "difference_pct": -1.197,
            "reason": "Another year.",
        },
        {
            "claim_id": "c-unschooled",
            "figure_id": "no_qualifications_share",
            "figure_title": "No qualifications",
            "figure_meaning": "Residents of 16 and over.",
            "figure_period": "2021",
            "state": "compared",
            "claimed": 40.0,
            "computed": 25.25,
            "unit": "percent",
            "difference": -14.75,
            "difference_pct": -36.875,
            "reason": "Another base.",
        },
        {
            "claim_id": "c-placed",
            "figure_id": "long_term",
            "state": "no_figure",
            "reason": "Not available: it was not measured.",
        },
    ]
    known = {row["claim_id"] for row in rows}
    rows += [
        {
            "claim_id": claim[0],
            "figure_id": "none",
            "state": "not_computable",
            "reason": "Cannot be computed from the data here.",
        }
        for claim in _CLAIMS
        if claim[0] not in known
    ]
    of = {claim[0]: claim[1] for claim in _CLAIMS}
    return [{**row, "indicator_id": of[row["claim_id"]], "area_code": "milltown"} for row in rows]
