"""The lists of ``data/raw/programme``: who works together, on what, when they meet.

Belongs here: their columns and what these refer to. Figures of the programme (followers,
budget, counts of partners) are claims and stand in ``data/raw/claims`` alone.
"""

from __future__ import annotations

from typing import Final

from assetmap import fields
from assetmap.contracts import Contract
from assetmap.registers.register import (
    FROM_SECTION,
    ORGANISATION,
    Reference,
    Register,
    choice,
    date_or_unknown,
    day,
    key,
    number,
    text,
    whence,
)

FOLDER: Final = "programme"
SECTORS: Final = ("public", "private", "third", "education", "health", "other")
CATEGORIES: Final = (
    "local_authority",
    "infrastructure_provider",
    "land_owner",
    "private_sector",
    "third_sector",
    "education",
)
WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
CONSENTS: Final = ("given", "withdrawn")

_ORGANISATION: Final = Reference(
    column="organisation_id", table="stg_organisation", target="organisation_id"
)

ORGANISATIONS: Final = Register(
    folder=FOLDER,
    filename="organisations.csv",
    contract=Contract(
        table="stg_organisation",
        row_is="one organisation",
        primary_key=("organisation_id",),
        columns=(
            key("organisation_id", "Organisation."),
            text("organisation_name", "Name."),
            choice("sector", "Sector.", SECTORS),
            *whence(),
        ),
    ),
    references=(FROM_SECTION,),
)
ORGANISATION_ALIAS: Final = Register(
    folder=FOLDER,
    filename="aliases.csv",
    contract=Contract(
        table="stg_organisation_alias",
        row_is="one spelling of an organisation's name that somebody has confirmed",
        primary_key=("alias",),
        columns=(
            text("alias", "Name as a document writes it."),
            key("organisation_id", "Organisation that is meant."),
            day("confirmed_on", "When somebody confirmed it."),
            text("note", "Why the two are one.", nullable=True),
            *whence(),
        ),
    ),
    references=(_ORGANISATION, FROM_SECTION),
)
PARTNER: Final = Register(
    folder=FOLDER,
    filename="partners.csv",
    contract=Contract(
        table="stg_partner",
        row_is="one organisation in one group of the partnership, named as the document does",
        primary_key=("named_as", "category"),
        columns=(
            text("named_as", "Name as the document writes it."),
            choice("category", "Group of partners that the document puts it in.", CATEGORIES),
            text("leads", "Work package that it leads.", nullable=True),
            *whence(),
        ),
    ),
    references=(
        FROM_SECTION,
        Reference(column="leads", table="stg_work_package", target="work_package_id"),
    ),
)
WORK_PACKAGE: Final = Register(
    folder=FOLDER,
    filename="work_packages.csv",
    contract=Contract(
        table="stg_work_package",
        row_is="one work package",
        primary_key=("work_package_id",),
        columns=(
            key("work_package_id", "Work package."),
            text("work_package_title", "What it is about."),
            *whence(),
        ),
    ),
    references=(FROM_SECTION,),
)
BODY: Final = Register(
    folder=FOLDER,
    filename="bodies.csv",
    contract=Contract(
        table="stg_body",
        row_is="one body that meets",
        primary_key=("body_id",),
        columns=(
            key("body_id", "Body."),
            text("body_name", "Name."),
            fields.label(
                "indicator_id",
                "Indicator whose claim says how often it is to meet in a year.",
                about=ORGANISATION,
                nullable=True,
            ),
            text("purpose", "What it is for."),
            *whence(),
        ),
    ),
    references=(FROM_SECTION,),
)
MEETING: Final = Register(
    folder=FOLDER,
    filename="meetings.csv",
    contract=Contract(
        table="stg_meeting",
        row_is="one meeting of a body that was held",
        primary_key=("body_id", "held_on"),
        columns=(
            key("body_id", "Body."),
            date_or_unknown("held_on", "When it was held."),
            text("topic", "What it was about.", nullable=True),
            *whence(),
        ),
    ),
    references=(FROM_SECTION, Reference(column="body_id", table="stg_body", target="body_id")),
)
EVENT: Final = Register(
    folder=FOLDER,
    filename="events.csv",
    contract=Contract(
        table="stg_event",
        row_is="one statement of when an event is or was",
        primary_key=("entry_id",),
        columns=(
            key("entry_id", "Statement."),
            key("event_id", "Event: two statements of one event share it."),
            text("event_name", "Name."),
            text("event_kind", "What sort of event."),
            date_or_unknown("event_date", "When."),
            choice("weekday_stated", "Weekday that the document names.", WEEKDAYS, nullable=True),
            text("venue", "Where, as far as it is public.", nullable=True),
            number("attendance", "How many came.", unit="people", nullable=True),
            *whence(),
        ),
    ),
    references=(FROM_SECTION,),
)
CHANNEL: Final = Register(
    folder=FOLDER,
    filename="channels.csv",
    contract=Contract(
        table="stg_channel",
        row_is="one way by which the programme speaks to people",
        primary_key=("channel_id",),
        columns=(
            key("channel_id", "Channel."),
            text("channel_name", "Name."),
            fields.label(
                "indicator_id",
                "Indicator whose claims count its followers.",
                about=ORGANISATION,
                nullable=True,
            ),
            *whence(),
        ),
    ),
    references=(FROM_SECTION,),
)
SECTOR: Final = Register(
    folder=FOLDER,
    filename="sectors.csv",
    contract=Contract(
        table="stg_sector",
        row_is="one sector by one list of sectors, and what it is in the common list",
        primary_key=("scheme", "label"),
        columns=(
            key("scheme", "List that it stands in."),
            text("label", "Sector as we name it after that list."),
            key("common_sector", "The same in the common list."),
            *whence(),
        ),
    ),
    references=(FROM_SECTION,),
)
OUTCOME: Final = Register(
    folder=FOLDER,
    filename="outcomes.csv",
    contract=Contract(
        table="stg_outcome",
        row_is="one outcome with the context and the mechanism that are thought to bring it about",
        primary_key=("outcome_id",),
        columns=(
            key("outcome_id", "Outcome."),
            text("context", "In what circumstances."),
            text("mechanism", "Through what."),
            text("outcome", "What comes of it."),
            fields.label(
                "indicator_id", "Indicator that shows it.", about=ORGANISATION, nullable=True
            ),
            *whence(),
        ),
    ),
    references=(FROM_SECTION,),
)
STORY: Final = Register(
    folder=FOLDER,
    filename="stories.csv",
    contract=Contract(
        table="stg_story",
        row_is="one story that somebody agreed to have published, while the consent lasts",
        primary_key=("story_id",),
        columns=(
            key("story_id", "Story."),
            text("story_title", "Title."),
            text("story", "The story, as agreed."),
            text("theme", "Theme of the vocabulary.", nullable=True),
            key("site_id", "Site that it is about.", nullable=True),
            choice("consent", "Consent to publish.", CONSENTS),
            day("consent_on", "When it was given or withdrawn."),
            day("consent_until", "Last day of the consent."),
            *whence(),
        ),
    ),
    references=(Reference(column="site_id", also=("sites",)), FROM_SECTION),
)

PROGRAMME_LISTS: Final = (
    ORGANISATIONS,
    ORGANISATION_ALIAS,
    PARTNER,
    WORK_PACKAGE,
    BODY,
    MEETING,
    EVENT,
    CHANNEL,
    SECTOR,
    OUTCOME,
    STORY,
)
