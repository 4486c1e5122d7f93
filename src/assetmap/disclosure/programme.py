"""The published tables of the programme register: partners, bodies, events, outcomes, stories.

Belongs here: the contracts of these ``pub_*`` tables. A story is there only while the consent
to publish it lasts: the loader keeps others out of the warehouse.
"""

from __future__ import annotations

from typing import Final

from assetmap.contracts import Contract
from assetmap.disclosure.claims import flag, maybe, number, text, whence, whole

PUB_ORGANISATION: Final = Contract(
    table="pub_organisation",
    row_is="one organisation",
    primary_key=("organisation_id",),
    columns=(
        text("organisation_id", "Organisation."),
        text("organisation_name", "Name."),
        text("sector", "Sector."),
        maybe("aliases", "Other confirmed spellings, separated by semicolons."),
    ),
)
PUB_PARTNER: Final = Contract(
    table="pub_partner",
    row_is="one organisation in one group of the partnership",
    primary_key=("named_as", "category"),
    columns=(
        text("named_as", "Name as the document writes it."),
        text("category", "Group of partners."),
        maybe("organisation_id", "Organisation that is meant."),
        maybe("organisation_name", "Its name."),
        maybe("leads", "Work package that it leads."),
        maybe("work_package_title", "Title of that work package."),
        *whence(),
    ),
)
PUB_PARTNER_COUNT: Final = Contract(
    table="pub_partner_count",
    row_is="one group of partners: the number stated against the number named",
    primary_key=("category",),
    columns=(
        text("category", "Group of partners."),
        number("stated_count", "Number that the document states."),
        maybe("stated_claim", "Claim that states it."),
        whole("listed_count", "Number that it names."),
        flag("is_same", "True where both agree.", nullable=True),
    ),
)
PUB_WORK_PACKAGE: Final = Contract(
    table="pub_work_package",
    row_is="one work package",
    primary_key=("work_package_id",),
    columns=(
        text("work_package_id", "Work package."),
        text("work_package_title", "What it is about."),
        maybe("lead_name", "Who leads it."),
        whole("group_count", "Groups at sites with it; empty where none is said.", nullable=True),
        *whence(),
    ),
)
PUB_BODY: Final = Contract(
    table="pub_body",
    row_is="one body that meets",
    primary_key=("body_id",),
    columns=(
        text("body_id", "Body."),
        text("body_name", "Name."),
        text("purpose", "What it is for."),
        number("due_per_year", "Meetings that are due in a year; none where claims differ."),
        maybe("due_claim", "Claims that say so."),
        whole("held_count", "Meetings with a date that are listed."),
        text("state", "Whether as many were held as were due, or why that cannot be said."),
        *whence(),
    ),
)
PUB_EVENT: Final = Contract(
    table="pub_event",
    row_is="one statement of when an event is or was",
    primary_key=("entry_id",),
    columns=(
        text("entry_id", "Statement."),
        text("event_id", "Event."),
        text("event_name", "Name."),
        text("event_kind", "What sort of event."),
        text("event_date", "When, or unknown."),
        maybe("weekday_stated", "Weekday that the document names."),
        maybe("weekday_of_date", "Weekday of that date."),
        maybe("venue", "Where."),
        number("attendance", "How many came."),
        flag("is_disputed", "True where another statement has another date."),
        flag("weekday_differs", "True where weekday and date do not fit.", nullable=True),
        *whence(),
    ),
)
PUB_CHANNEL: Final = Contract(
    table="pub_channel",
    row_is="one claim of a channel's followers, or one channel without any",
    primary_key=("channel_id", "as_of", "claim_id"),
    columns=(
        text("channel_id", "Channel."),
        text("channel_name", "Name."),
        text("as_of", "Date of the count; empty where there is none."),
        number("followers", "Followers."),
        text("claim_id", "Claim that counts them; empty where there is none."),
        *whence(),
    ),
)
PUB_BUDGET: Final = Contract(
    table="pub_budget",
    row_is="one document with the programme's budget in both currencies",
    primary_key=("document",),
    columns=(
        text("document", "Document."),
        number("gbp", "In pounds.", unit="GBP"),
        number("eur", "In euros.", unit="EUR"),
        number("implied_rate", "Euros for a pound that the two imply."),
        text("claims", "Claims, separated by semicolons."),
    ),
)
PUB_SECTOR: Final = Contract(
    table="pub_sector",
    row_is="one sector by one list of sectors",
    primary_key=("scheme", "label"),
    columns=(
        text("scheme", "List that it stands in."),
        text("label", "Sector after that list."),
        text("common_sector", "The same in the common list."),
        *whence(),
    ),
)
PUB_OUTCOME: Final = Contract(
    table="pub_outcome",
    row_is="one outcome with its context and mechanism",
    primary_key=("outcome_id",),
    columns=(
        text("outcome_id", "Outcome."),
        text("context", "In what circumstances."),
        text("mechanism", "Through what."),
        text("outcome", "What comes of it."),
        maybe("indicator_id", "Indicator that shows it."),
        *whence(),
    ),
)
PUB_STORY: Final = Contract(
    table="pub_story",
    row_is="one story with live consent",
    primary_key=("story_id",),
    columns=(
        text("story_id", "Story."),
        text("story_title", "Title."),
        text("story", "The story, as agreed."),
        maybe("theme", "Theme."),
        maybe("site_id", "Site."),
        text("consent_until", "Last day of the consent."),
    ),
)

PROGRAMME: Final = (
    PUB_ORGANISATION,
    PUB_PARTNER,
    PUB_PARTNER_COUNT,
    PUB_WORK_PACKAGE,
    PUB_BODY,
    PUB_EVENT,
    PUB_CHANNEL,
    PUB_BUDGET,
    PUB_SECTOR,
    PUB_OUTCOME,
    PUB_STORY,
)
