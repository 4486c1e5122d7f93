"""Registers of a small town: its sites, and those who run its programme.

Every entry has a section of its own, so that a test can see whether a page says where each
entry is from.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from assetmap.disclosure.claims import PUB_CLAIM
from assetmap.disclosure.programme import PROGRAMME
from assetmap.disclosure.site_register import SITE_REGISTER

if TYPE_CHECKING:
    from collections.abc import Sequence

Rows = list[dict[str, Any]]

OUTSIDE = "bigcity-n9"
"""A site of the pipeline that has no page."""

CONTRACTS = {c.table: c for c in (*SITE_REGISTER, *PROGRAMME)}


def register_rows() -> dict[str, Rows]:
    """Return the rows of every table of the two registers."""
    tables = {**_SITE_ENTRIES, **_PROGRAMME_ENTRIES}
    sections = count(1)
    rows: dict[str, Rows] = {}
    for table, (names, entries) in tables.items():
        rows[table] = [dict(zip(names.split(), entry, strict=True)) for entry in entries]
        if "section" in CONTRACTS[table].names:
            rows[table] = [
                {**row, "document": "journal", "section": f"{next(sections)}.7"}
                for row in rows[table]
            ]
    return {table: _whole(table, found) for table, found in rows.items()}


def plan_claims() -> Rows:
    """Return the claims of the town's master plan, one of them withdrawn."""
    return [
        _claim("m1", "homes_master_plan", 3000.0, "about"),
        _claim("m2", "development_land", 60.0, "over"),
        _claim("m3", "homes_master_plan", 9999.0, "exact", status="withdrawn"),
    ]


def _whole(table: str, rows: Sequence[dict[str, Any]]) -> Rows:
    return [{name: row.get(name) for name in CONTRACTS[table].names} for row in rows]


def _claim(
    claim_id: str, indicator_id: str, value: float, bound: str, **more: str
) -> dict[str, Any]:
    texts = dict.fromkeys((c.name for c in PUB_CLAIM.columns if c.kind == "text"), "unknown")
    return {
        **texts,
        "claim_id": claim_id,
        "indicator_id": indicator_id,
        "value": value,
        "low": None,
        "high": None,
        "bound": bound,
        "document": "journal",
        "section": f"plan {claim_id}",
        "status": "stated",
        "finding_count": 0,
        **more,
    }


_SITE_ENTRIES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "pub_site_part": (
        "part_id site_id part_name part_kind note",
        [("pool", "mill", "Mill Pool", "swimming pool", "To be built by its operator.")],
    ),
    "pub_site_role": (
        "site_id organisation_id organisation_name role from_date to_date note",
        [
            ("mill", "operator", "Pools Limited", "operator", "unknown", None, None),
            ("mill", "city", "Bigcity Council", "owner", "2014-05", "2017-06-01", "Sold."),
        ],
    ),
    "pub_site_capacity": (
        "site_id metric statement_id value bound as_of note is_disputed",
        [
            ("mill", "homes", "1", 300.0, "exact", "2020-01-31", None, True),
            ("mill", "homes", "2", 450.0, "about", "2017-12", None, True),
            ("mill", "ha", "1", 7.07, "exact", "unknown", None, False),
            ("mill", "gbp", "1", 350e6, "exact", "2017", "For the whole.", False),
        ],
    ),
    "pub_site_milestone": (
        "entry_id site_id milestone milestone_order basis earliest latest recorded_on note",
        [
            (
                "m2",
                "mill",
                "full_permission",
                2,
                "forecast",
                "2019-06",
                "2019-06",
                "2018-06-30",
                None,
            ),
            (
                "m1",
                "mill",
                "full_permission",
                2,
                "planned",
                "2018-04",
                "2019-03",
                "2017-12-31",
                None,
            ),
            ("m0", "mill", "outline_permission", 1, "actual", "2016", "2016", "2017-12-31", None),
            ("b1", "basin", "completion", 5, "actual", "2016", "2016", "2017-12-31", None),
        ],
    ),
    "pub_site_slippage": (
        (
            "site_id milestone milestone_order first_basis first_earliest first_latest "
            "first_recorded_on last_basis last_earliest last_latest last_recorded_on low_months "
            "high_months state"
        ),
        [
            (
                *("mill", "full_permission", 2, "planned", "2018-04", "2019-03", "2017-12-31"),
                *("forecast", "2019-06", "2019-06", "2018-06-30", 3.0, 14.0, "late"),
            ),
            (
                *("mill", "outline_permission", 1, None, None, None, None),
                *("actual", "2016", "2016", "2017-12-31", None, None, "no plan recorded"),
            ),
            (
                *("basin", "completion", 5, None, None, None, None),
                *("actual", "2016", "2016", "2017-12-31", None, None, "no plan recorded"),
            ),
        ],
    ),
    "pub_site_engagement": (
        (
            "event_id site_id organisation_id organisation_name event_date event_kind level "
            "level_rank is_latest note"
        ),
        [
            ("e1", "mill", "b", "Builders Limited", "unknown", "letter", "none", 0, False, None),
            (
                "e2",
                "mill",
                "b",
                "Builders Limited",
                "2017",
                "meeting",
                "informed",
                1,
                True,
                "Told.",
            ),
            ("e3", "mill", "t", "The Trust", "2017-11", "agreement", "active", 3, True, None),
        ],
    ),
    "pub_site_need": ("site_id theme need", [("mill", "social_care", "Somebody for the kiosk.")]),
    "pub_site_group": (
        "group_id group_name site_id work_packages purpose",
        [("g1", "Mill group", "mill", "Communication;Research", "Speaks for neighbours.")],
    ),
    "pub_commitment": (
        (
            "commitment_id site_id organisation_id organisation_name commitment what target actual "
            "unit due as_of state"
        ),
        [
            (
                *("c1", "mill", "t", "The Trust", "recruit", "Will hire neighbours."),
                *(None, None, None, "unknown", "unknown", "no target"),
            ),
            (
                *("c2", "mill", "t", "The Trust", "train", "Will train neighbours."),
                *(20.0, 5.0, "people", "2020-03", "2018", "not met yet"),
            ),
        ],
    ),
    "pub_pipeline": (
        (
            "site_id site_name origin stage stage_order stage_since stage_basis homes_low "
            "homes_high jobs_low jobs_high hectares_low hectares_high homes_share_pct_low "
            "homes_share_pct_high"
        ),
        [
            (
                *(
                    "mill",
                    "The Mill",
                    "site_layer",
                    "outline",
                    2,
                    "2016",
                    "milestone outline permission (m0)",
                ),
                *(300.0, 450.0, None, None, 7.07, 7.07, 10.0, 15.0),
            ),
            (
                *(
                    "basin",
                    "The Basin",
                    "site_layer",
                    "complete",
                    5,
                    "2016",
                    "milestone completion (b1)",
                ),
                *(600.0, 600.0, None, None, 12.5, 12.5, 20.0, 20.0),
            ),
            (
                *("nowhere", "The Nowhere", "site_layer", "potential", 1, None, "nothing recorded"),
                *(None,) * 8,
            ),
            (
                *(OUTSIDE, "9 Side Street", "brownfield_register", "full", 3, "2019-02-01"),
                *("permission in the register", 100.0, 100.0, None, None, 2.5, 2.5, 3.3333, 3.3333),
            ),
        ],
    ),
}

_PROGRAMME_ENTRIES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "pub_organisation": (
        "organisation_id organisation_name sector aliases",
        [
            ("city", "Bigcity Council", "public", None),
            ("mentors", "Town Mentors", "third", "Toun Mentors"),
        ],
    ),
    "pub_partner": (
        "named_as category organisation_id organisation_name leads work_package_title",
        [
            ("Bigcity Council", "local_authority", "city", "Bigcity Council", "wp-1", "Finance"),
            ("Toun Mentors", "private_sector", "mentors", "Town Mentors", None, None),
            ("Somebody", "private_sector", None, None, None, None),
        ],
    ),
    "pub_partner_count": (
        "category stated_count stated_claim listed_count is_same",
        [
            ("local_authority", None, None, 1, None),
            ("private_sector", 3.0, "p1", 2, False),
        ],
    ),
    "pub_work_package": (
        "work_package_id work_package_title lead_name group_count",
        [("wp-1", "Finance", "Bigcity Council;Town Mentors", 2), ("wp-2", "Research", None, 0)],
    ),
    "pub_body": (
        "body_id body_name purpose due_per_year due_claim held_count state",
        [
            ("board", "Board", "Decides.", 12.0, "b1", 0, "not reported"),
            ("steering", "Steering group", "Approves.", 4.0, "b2", 3, "fewer than due"),
            ("club", "Club", "Meets.", None, None, 0, "no rule"),
            ("forum", "Forum", "Talks.", None, "b3;b4", 1, "rules differ"),
        ],
    ),
    "pub_event": (
        (
            "entry_id event_id event_name event_kind event_date weekday_stated weekday_of_date "
            "venue attendance is_disputed weekday_differs"
        ),
        [
            (
                *("drop-in-1", "drop-in", "Drop-in", "information", "2017-05-30"),
                *("wednesday", "tuesday", None, None, True, True),
            ),
            (
                *("drop-in-2", "drop-in", "Drop-in", "information", "2017-05-31"),
                *("wednesday", "wednesday", "Hall", 40.0, True, False),
            ),
            (
                "launch",
                "launch",
                "Launch",
                "launch",
                "unknown",
                None,
                None,
                None,
                None,
                False,
                None,
            ),
        ],
    ),
    "pub_channel": (
        "channel_id channel_name as_of followers claim_id",
        [
            ("birds", "Birds", "2018-02", 1234.0, "f2"),
            ("birds", "Birds", "2017", 310.0, "f1"),
            ("post", "Post", "", None, ""),
        ],
    ),
    "pub_budget": (
        "document gbp eur implied_rate claims",
        [
            ("journal", 3_130_000.0, 3_600_000.0, 1.1501597, "m1;m2"),
            ("leaflet", 3_000_000.0, 3_600_000.0, 1.2, "m3;m4"),
        ],
    ),
    "pub_sector": (
        "scheme label common_sector",
        [
            ("list-a", "health", "health"),
            ("list-a", "social care", "social_care"),
            ("list-b", "local health economy", "health"),
        ],
    ),
    "pub_outcome": (
        "outcome_id context mechanism outcome indicator_id",
        [
            ("o1", "Few jobs.", "Training.", "More jobs.", "residents"),
            ("o2", "Few words.", "Talk.", "More words.", None),
        ],
    ),
    "pub_story": ("story_id story_title story theme site_id consent_until", []),
}
