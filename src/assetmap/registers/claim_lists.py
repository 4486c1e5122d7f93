"""The lists of ``data/raw/claims``: documents, areas, claims, targets, contradictions.

Belongs here: their columns and what these refer to. Does not: how claims are judged
(``claims/``).
"""

from __future__ import annotations

from typing import Final

from assetmap import fields
from assetmap.contracts import Contract
from assetmap.geography import SLUG_PATTERN
from assetmap.registers.register import (
    FROM_SECTION,
    ORGANISATION,
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

FOLDER: Final = "claims"
BOUNDS: Final = ("exact", "at_least", "about", "over", "average", "rule")
NOTATIONS: Final = ("comma_thousands", "dot_thousands")
"""``1,234.5`` and ``1.234,5``: said where a figure could be read both ways."""
ROLES: Final = ("actual", "plan", "state", "rule")
"""What was reached; what is meant to be; how things are; how something is paid or done."""
STATUSES: Final = ("stated", "resolved", "withdrawn")
"""As the document has it; read by hand, with a note; taken back by its authors."""
AREA_TYPES: Final = (
    "study_area",
    "ward",
    "lad",
    "constituency",
    "region",
    "country",
    "site",
    "programme",
    "unclear",
)
UNITS: Final = (
    "count",
    "percent",
    "times",
    "rank",
    "gbp",
    "eur",
    "ha",
    "homes",
    "jobs",
    "months",
    "per_year",
)

DOCUMENT: Final = Register(
    folder=FOLDER,
    filename="documents.csv",
    contract=Contract(
        table="stg_document",
        row_is="one document that claims are taken from",
        primary_key=("document",),
        columns=(
            key("document", "Document."),
            text("document_title", "Title."),
            text("publisher", "Who published it."),
            date_or_unknown("published", "When it was published."),
            text("period_covered", "What time it is about."),
            text("url", "Where it can be read.", nullable=True),
            choice("document_kind", "Kind.", ("journal", "register", "statistics", "other")),
        ),
    ),
)
SECTION: Final = Register(
    folder=FOLDER,
    filename="sections.csv",
    contract=Contract(
        table="stg_section",
        row_is="one section of a document",
        primary_key=("document", "section"),
        columns=(
            key("document", "Document."),
            text("section", "Number or name of the section."),
            text("section_title", "What it is about."),
            choice("state", "Whether it can be read.", ("present", "damaged", "absent")),
            text("note", "What is wrong with it.", nullable=True),
        ),
    ),
    references=(FROM_SECTION,),
)
AREA: Final = Register(
    folder=FOLDER,
    filename="areas.csv",
    contract=Contract(
        table="stg_claim_area",
        row_is="one area that a claim is about",
        primary_key=("area_code",),
        columns=(
            fields.label("area_code", "GSS code, or an id of ours.", about=ORGANISATION),
            text("area_name", "Name."),
            choice("area_type", "Kind of area.", AREA_TYPES),
            text("area_vintage", "Year of its boundary, or unknown."),
            text("place", "The place by its everyday name: several areas may share it."),
        ),
    ),
)
CLAIM: Final = Register(
    folder=FOLDER,
    filename="claims.csv",
    contract=Contract(
        table="stg_claim",
        row_is="one figure that a document states",
        primary_key=("claim_id",),
        columns=(
            key("claim_id", "Claim."),
            fields.label("indicator_id", "Indicator.", about=ORGANISATION, pattern=SLUG_PATTERN),
            text("written", "The figure as the document writes it, with its marks."),
            choice("notation", "What its marks mean.", NOTATIONS, nullable=True),
            number("value", "The figure."),
            choice("bound", "How the figure limits the truth.", BOUNDS),
            choice("unit", "Unit of the figure.", UNITS),
            choice("role", "What the claim is for.", ROLES),
            fields.label("area_code", "Area that it is about.", about=ORGANISATION),
            choice("area_type", "Kind of area, by the document's word.", AREA_TYPES),
            text("area_vintage", "Year of the boundary, or unknown."),
            fields.label(
                "base_area_code",
                "Area whose total a share is of.",
                about=ORGANISATION,
                nullable=True,
            ),
            date_or_unknown("period_start", "First date of what it describes."),
            date_or_unknown("period_end", "Last date of what it describes."),
            date_or_unknown("as_of", "Date at which it held."),
            date("cited_source_date", "Date of the source that the document cites.", nullable=True),
            *whence(),
            text("paraphrase", "The claim in our words."),
            choice("status", "How the figure was read.", STATUSES),
        ),
    ),
    references=(
        FROM_SECTION,
        Reference(
            column="area_code",
            table="stg_claim_area",
            target="area_code",
            also=("study_area", "sites"),
        ),
        Reference(
            column="base_area_code",
            table="stg_claim_area",
            target="area_code",
            also=("study_area", "sites"),
        ),
    ),
)
TARGET: Final = Register(
    folder=FOLDER,
    filename="targets.csv",
    contract=Contract(
        table="stg_target",
        row_is="one target that a document sets",
        primary_key=("target_id",),
        columns=(
            key("target_id", "Target."),
            fields.label("indicator_id", "Indicator.", about=ORGANISATION, pattern=SLUG_PATTERN),
            number("value", "What is to be reached."),
            choice(
                "bound",
                "Whether more or less would do.",
                ("at_least", "at_most", "about", "over", "exact"),
            ),
            choice("unit", "Unit of the target.", UNITS),
            date_or_unknown("start", "From when on it is worked at."),
            date_or_unknown("due", "By when."),
            *whence(),
            text("paraphrase", "The target in our words."),
        ),
    ),
    references=(FROM_SECTION,),
)
CONTRADICTION: Final = Register(
    folder=FOLDER,
    filename="contradictions.csv",
    contract=Contract(
        table="stg_contradiction",
        row_is="one contradiction or trap in the documents, with what was decided about it",
        primary_key=("contradiction_id",),
        columns=(
            key("contradiction_id", "Contradiction, k01 to k16 and on."),
            text("title", "What it is about."),
            text("what", "What does not fit, in our words."),
            text("rule", "Rule that finds it, or by_hand."),
            fields.label("indicator_id", "Indicator.", about=ORGANISATION, nullable=True),
            text("claims", "Claims, separated by semicolons.", nullable=True),
            text("resolution", "What was decided, and why; or that it is open."),
            choice("state", "Whether it is decided.", ("open", "resolved")),
            day("decided_on", "When.", nullable=True),
            *whence(),
        ),
    ),
    references=(
        FROM_SECTION,
        Reference(column="claims", table="stg_claim", target="claim_id", is_list=True),
    ),
)

CLAIM_LISTS: Final = (DOCUMENT, SECTION, AREA, CLAIM, TARGET, CONTRADICTION)
