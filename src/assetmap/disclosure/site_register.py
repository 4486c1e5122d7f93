"""The published tables of the site register: parts, roles, capacity, steps, contacts, needs.

Belongs here: the contracts of these ``pub_*`` tables. Does not: ``pub_site`` itself.
"""

from __future__ import annotations

from typing import Final

from assetmap.contracts import Contract
from assetmap.disclosure.claims import flag, maybe, number, text, whence, whole

_SITE: Final = text("site_id", "Macro-asset site.")

PUB_SITE_PART: Final = Contract(
    table="pub_site_part",
    row_is="one part of a site that has a name of its own",
    primary_key=("part_id",),
    columns=(
        text("part_id", "Part."),
        _SITE,
        text("part_name", "Name."),
        text("part_kind", "What it is."),
        maybe("note", "What is known of it."),
        *whence(),
    ),
)
PUB_SITE_ROLE: Final = Contract(
    table="pub_site_role",
    row_is="one part that an organisation plays at a site",
    primary_key=("site_id", "organisation_id", "role"),
    columns=(
        _SITE,
        text("organisation_id", "Organisation."),
        text("organisation_name", "Its name."),
        text("role", "owner, joint_venture, developer, operator or funder."),
        text("from_date", "Since when, or unknown."),
        maybe("to_date", "Until when."),
        maybe("note", "What else is known."),
        *whence(),
    ),
)
PUB_SITE_CAPACITY: Final = Contract(
    table="pub_site_capacity",
    row_is="one statement of how much a site is to hold",
    primary_key=("site_id", "metric", "statement_id"),
    columns=(
        _SITE,
        text("metric", "homes, jobs, ha or gbp."),
        text("statement_id", "Statement."),
        number("value", "How much."),
        text("bound", "How the figure limits the truth."),
        text("as_of", "When it was stated, or unknown."),
        *whence(),
        maybe("note", "What else is known."),
        flag("is_disputed", "True where statements of the site do not meet."),
    ),
)
PUB_SITE_MILESTONE: Final = Contract(
    table="pub_site_milestone",
    row_is="one statement of when a step of a site is planned, expected or was taken",
    primary_key=("entry_id",),
    columns=(
        text("entry_id", "Entry."),
        _SITE,
        text("milestone", "Step."),
        whole("milestone_order", "Order of the step."),
        text("basis", "planned, forecast or actual."),
        text("earliest", "Earliest date that it allows, or unknown."),
        text("latest", "Latest date that it allows, or unknown."),
        text("recorded_on", "When it was stated or recorded."),
        *whence(),
        maybe("note", "What else is known."),
    ),
)
PUB_SITE_SLIPPAGE: Final = Contract(
    table="pub_site_slippage",
    row_is="one step of a site: the first plan against the last statement",
    primary_key=("site_id", "milestone"),
    columns=(
        _SITE,
        text("milestone", "Step."),
        whole("milestone_order", "Order of the step."),
        maybe("first_basis", "Basis of the first plan."),
        maybe("first_earliest", "Earliest date of the first plan."),
        maybe("first_latest", "Latest date of it."),
        maybe("first_recorded_on", "When it was recorded."),
        maybe("last_basis", "Basis of the last statement."),
        maybe("last_earliest", "Earliest date of it."),
        maybe("last_latest", "Latest date of it."),
        maybe("last_recorded_on", "When it was recorded."),
        number("low_months", "Least slippage.", unit="months"),
        number("high_months", "Greatest slippage.", unit="months"),
        text("state", "The slippage in words."),
    ),
)
PUB_SITE_ENGAGEMENT: Final = Contract(
    table="pub_site_engagement",
    row_is="one contact with an organisation about a site",
    primary_key=("event_id",),
    columns=(
        text("event_id", "Contact."),
        _SITE,
        text("organisation_id", "Organisation."),
        text("organisation_name", "Its name."),
        text("event_date", "When, or unknown."),
        text("event_kind", "Meeting, letter, agreement …"),
        text("level", "Step of the ladder."),
        whole("level_rank", "0 none to 4 committed."),
        flag("is_latest", "True for the organisation's last contact about the site."),
        maybe("note", "What came of it."),
        *whence(),
    ),
)
PUB_SITE_NEED: Final = Contract(
    table="pub_site_need",
    row_is="one thing that a site needs from its neighbourhood",
    primary_key=("site_id", "theme", "need"),
    columns=(
        _SITE,
        text("theme", "Theme of the vocabulary."),
        text("need", "What is needed."),
        *whence(),
    ),
)
PUB_SITE_GROUP: Final = Contract(
    table="pub_site_group",
    row_is="one group of partners that works on a site",
    primary_key=("group_id",),
    columns=(
        text("group_id", "Group."),
        text("group_name", "Name."),
        _SITE,
        maybe("work_packages", "Work packages in it, separated by semicolons."),
        text("purpose", "What it is for."),
        *whence(),
    ),
)
PUB_COMMITMENT: Final = Contract(
    table="pub_commitment",
    row_is="one thing that an anchor institution has said it will do",
    primary_key=("commitment_id",),
    columns=(
        text("commitment_id", "Commitment."),
        _SITE,
        text("organisation_id", "Organisation."),
        text("organisation_name", "Its name."),
        text("commitment", "recruit, procure, train or estate."),
        text("what", "What was said, in our words."),
        number("target", "How much, where a figure was given."),
        number("actual", "How much was reached, where it was reported."),
        maybe("unit", "Unit of both."),
        text("due", "By when, or unknown."),
        text("as_of", "When the actual held, or unknown."),
        text("state", "no target, not reported, met, or not met yet."),
        *whence(),
    ),
)
PUB_PIPELINE: Final = Contract(
    table="pub_pipeline",
    row_is="one site on its way from potential to complete",
    primary_key=("site_id",),
    columns=(
        _SITE,
        text("site_name", "Name."),
        text("origin", "Site layer, or brownfield register."),
        text("stage", "potential, outline, full, on_site or complete."),
        whole("stage_order", "1 potential to 5 complete."),
        maybe("stage_since", "Since when."),
        text("stage_basis", "What says so."),
        number("homes_low", "Fewest homes of all statements.", unit="homes"),
        number("homes_high", "Most homes of all statements.", unit="homes"),
        number("jobs_low", "Fewest jobs of all statements.", unit="jobs"),
        number("jobs_high", "Most jobs of all statements.", unit="jobs"),
        number("hectares_low", "Least hectares of all statements.", unit="ha"),
        number("hectares_high", "Most hectares of all statements.", unit="ha"),
        number("homes_share_pct_low", "Homes in per cent of the master plan's, least."),
        number("homes_share_pct_high", "The same, greatest."),
        *whence(),
    ),
)

SITE_REGISTER: Final = (
    PUB_SITE_PART,
    PUB_SITE_ROLE,
    PUB_SITE_CAPACITY,
    PUB_SITE_MILESTONE,
    PUB_SITE_SLIPPAGE,
    PUB_SITE_ENGAGEMENT,
    PUB_SITE_NEED,
    PUB_SITE_GROUP,
    PUB_COMMITMENT,
    PUB_PIPELINE,
)
