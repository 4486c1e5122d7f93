"""The lists of ``data/raw/sites`` beside the site layer: who, when, how much, for whom.

Belongs here: their columns and what these refer to. Does not: the layer itself
(``datasets/master_plan_sites.py``), nor slippage and stages (``sql/marts``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.contracts import Contract
from assetmap.registers.register import (
    FROM_SECTION,
    Reference,
    Register,
    choice,
    date,
    date_or_unknown,
    day,
    key,
    number,
    text,
    whence,
)

if TYPE_CHECKING:
    from assetmap.contracts import Column

FOLDER: Final = "sites"
LADDER: Final = ("none", "informed", "consulted", "active", "committed")
"""How far somebody is involved, lowest first."""
SITE_ROLES: Final = ("owner", "joint_venture", "developer", "operator", "funder")
METRICS: Final = ("homes", "jobs", "ha", "gbp")
MILESTONES: Final = (
    "outline_permission",
    "full_permission",
    "construction_start",
    "available",
    "completion",
)
"""Steps of a site, in their order."""
BASES: Final = ("planned", "forecast", "actual")
COMMITMENTS: Final = ("recruit", "procure", "train", "estate")

_SITE: Final = Reference(column="site_id", table="", target="", also=("sites",))
_ORGANISATION: Final = Reference(
    column="organisation_id", table="stg_organisation", target="organisation_id"
)


def _site_id() -> Column:
    return key("site_id", "Macro-asset site.")


ALIAS: Final = Register(
    folder=FOLDER,
    filename="aliases.csv",
    contract=Contract(
        table="stg_site_alias",
        row_is="one other name of a site",
        primary_key=("site_id", "alias"),
        columns=(_site_id(), text("alias", "Other name."), *whence()),
    ),
    references=(_SITE, FROM_SECTION),
)
PART: Final = Register(
    folder=FOLDER,
    filename="parts.csv",
    contract=Contract(
        table="stg_site_part",
        row_is="one part of a site that has a name of its own",
        primary_key=("part_id",),
        columns=(
            key("part_id", "Part."),
            _site_id(),
            text("part_name", "Name."),
            text("part_kind", "What it is."),
            text("note", "What is known of it.", nullable=True),
            *whence(),
        ),
    ),
    references=(_SITE, FROM_SECTION),
)
ROLE: Final = Register(
    folder=FOLDER,
    filename="roles.csv",
    contract=Contract(
        table="stg_site_role",
        row_is="one part that an organisation plays at a site",
        primary_key=("site_id", "organisation_id", "role"),
        columns=(
            _site_id(),
            key("organisation_id", "Organisation."),
            choice("role", "What it is there.", SITE_ROLES),
            date_or_unknown("from_date", "Since when."),
            date("to_date", "Until when; empty while it lasts.", nullable=True),
            text("note", "What else is known.", nullable=True),
            *whence(),
        ),
    ),
    references=(_SITE, _ORGANISATION, FROM_SECTION),
)
CAPACITY: Final = Register(
    folder=FOLDER,
    filename="capacity.csv",
    contract=Contract(
        table="stg_site_capacity",
        row_is="one statement of how much a site is to hold",
        primary_key=("site_id", "metric", "document", "section"),
        columns=(
            _site_id(),
            choice("metric", "What is counted.", METRICS),
            number("value", "How much."),
            choice(
                "bound",
                "How the figure limits the truth.",
                ("exact", "at_least", "about", "over", "at_most"),
            ),
            date_or_unknown("as_of", "When it was stated."),
            *whence(),
            text("note", "What else is known.", nullable=True),
        ),
    ),
    references=(_SITE, FROM_SECTION),
)
MILESTONE: Final = Register(
    folder=FOLDER,
    filename="milestones.csv",
    contract=Contract(
        table="stg_site_milestone",
        row_is="one statement of when a step of a site is planned, expected or was taken",
        primary_key=("entry_id",),
        columns=(
            key("entry_id", "Entry."),
            _site_id(),
            choice("milestone", "Step.", MILESTONES),
            choice("basis", "Planned, expected, or taken.", BASES),
            date_or_unknown("earliest", "Earliest date that the statement allows."),
            date_or_unknown("latest", "Latest date that the statement allows."),
            day("recorded_on", "Day on which the statement was made or recorded."),
            *whence(),
            text("note", "What else is known.", nullable=True),
        ),
    ),
    references=(_SITE, FROM_SECTION),
    is_append_only=True,
)
ENGAGEMENT: Final = Register(
    folder=FOLDER,
    filename="engagement.csv",
    contract=Contract(
        table="stg_site_engagement",
        row_is="one contact with an organisation about a site",
        primary_key=("event_id",),
        columns=(
            key("event_id", "Contact."),
            _site_id(),
            key("organisation_id", "Organisation."),
            date_or_unknown("event_date", "When."),
            text("event_kind", "Meeting, letter, agreement …"),
            choice("level", "Step of the ladder that it showed.", LADDER),
            text("note", "What came of it, in our words.", nullable=True),
            *whence(),
        ),
    ),
    references=(_SITE, _ORGANISATION, FROM_SECTION),
    is_append_only=True,
)
NEED: Final = Register(
    folder=FOLDER,
    filename="needs.csv",
    contract=Contract(
        table="stg_site_need",
        row_is="one thing that a site needs from its neighbourhood",
        primary_key=("site_id", "theme", "need"),
        columns=(
            _site_id(),
            text("theme", "Theme of the vocabulary."),
            text("need", "What is needed."),
            *whence(),
        ),
    ),
    references=(_SITE, FROM_SECTION),
)
GROUP: Final = Register(
    folder=FOLDER,
    filename="groups.csv",
    contract=Contract(
        table="stg_site_group",
        row_is="one group of partners that works on a site",
        primary_key=("group_id",),
        columns=(
            key("group_id", "Group."),
            text("group_name", "Name."),
            _site_id(),
            text("work_packages", "Work packages in it, separated by semicolons.", nullable=True),
            text("purpose", "What it is for."),
            *whence(),
        ),
    ),
    references=(
        _SITE,
        FROM_SECTION,
        Reference(
            column="work_packages",
            table="stg_work_package",
            target="work_package_id",
            is_list=True,
        ),
    ),
)
COMMITMENT: Final = Register(
    folder=FOLDER,
    filename="commitments.csv",
    contract=Contract(
        table="stg_commitment",
        row_is="one thing that the anchor institution has said it will do",
        primary_key=("commitment_id",),
        columns=(
            key("commitment_id", "Commitment."),
            _site_id(),
            key("organisation_id", "Organisation."),
            choice("commitment", "What it is about.", COMMITMENTS),
            text("what", "What was said, in our words."),
            number("target", "How much, where a figure was given.", nullable=True),
            number("actual", "How much was reached, where it was reported.", nullable=True),
            text("unit", "Unit of both.", nullable=True),
            date_or_unknown("due", "By when."),
            date_or_unknown("as_of", "When the actual held."),
            *whence(),
        ),
    ),
    references=(_SITE, _ORGANISATION, FROM_SECTION),
)

SITE_LISTS: Final = (ALIAS, PART, ROLE, CAPACITY, MILESTONE, ENGAGEMENT, NEED, GROUP, COMMITMENT)
