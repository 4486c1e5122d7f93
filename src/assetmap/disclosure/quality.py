"""The published tables about quality, and the closed lists of words in which checks speak.

Belongs here: the contracts of ``pub_quality``, ``pub_coverage`` and ``pub_held``; severities,
topics, and who can put something right. Does not: any check (``sql/quality/``).
"""

from __future__ import annotations

from typing import Final

from assetmap import fields
from assetmap.contracts import Contract

SEVERITIES: Final = ("blocking", "warning", "note")
"""What a failure means, the gravest first."""

LAST_BUILD: Final = "last build"
"""Topic of the checks that compare with the last build."""

WITHHELD: Final = (LAST_BUILD, "people")
"""Topics that are never published: the same inputs must give the same pages whatever was built
before, and nothing but the tables of people may hang on who answered."""

TOPICS: Final = (
    "codes",
    "counts",
    "coverage",
    "documents",
    "freshness",
    LAST_BUILD,
    "people",
    "places",
    "totals",
    "vintages",
)
"""What a check is about."""

NOBODY: Final = "nobody"
OWNERS: Final[dict[str, str]] = {
    "data manager": "replaces or adds a file of a dataset in data/raw",
    "keeper of claims": "keeps the lists in data/raw/claims",
    "keeper of places": "keeps the list of places in data/raw/public_places",
    "keeper of sites": "keeps the site layer and the lists in data/raw/sites",
    "keeper of the programme": "keeps the lists in data/raw/programme",
    "survey lead": "answers for the survey and its files",
    "publisher of the data": "must mend the data where they come from; tell them",
    "developer of assetmap": "must mend this software",
    NOBODY: "a known property of the data: there is nothing to mend",
}
"""Who can put a finding right, and how."""

PUB_QUALITY: Final = Contract(
    table="pub_quality",
    row_is="one check of this run",
    primary_key=("check_id",),
    columns=(
        fields.label("check_id", "Check."),
        fields.label("title", "What is checked."),
        fields.label("topic", "What it is about.", allowed=TOPICS),
        fields.label("severity", "What a failure means.", allowed=SEVERITIES),
        fields.label("owner", "Who can put a finding right.", allowed=tuple(OWNERS)),
        fields.column("boolean", "passed", "True where nothing is wrong."),
        fields.column("integer", "finding_count", "How many findings."),
        fields.label("message", "What was found, in one sentence."),
    ),
)

PUB_COVERAGE: Final = Contract(
    table="pub_coverage",
    row_is="one dataset: how much of the study area it covers, and of what vintage it is",
    primary_key=("dataset_id",),
    columns=(
        fields.label("dataset_id", "Dataset."),
        fields.label("vintage", "Areas by which its rows are told.", nullable=True),
        fields.label("as_of", "Date of the edition; empty where not known.", nullable=True),
        fields.label("area_type", "Areas that are counted; empty: not by area.", nullable=True),
        fields.column("integer", "area_count", "How many the study area has.", nullable=True),
        fields.column("integer", "covered_count", "How many have an entry.", nullable=True),
        fields.column(
            "number",
            "covered_pct",
            "Share of them that has an entry.",
            unit="percent",
            nullable=True,
            minimum=0,
            maximum=100,
        ),
    ),
)

PUB_HELD: Final = Contract(
    table="pub_held",
    row_is="one reason for which rows of one dataset are held in quarantine",
    primary_key=("dataset_id", "reason"),
    columns=(
        fields.label("dataset_id", "Dataset."),
        fields.label("reason", "Reason; the data dictionary has its meaning."),
        fields.column("integer", "held_count", "Rows held for it."),
    ),
)

QUALITY: Final = (PUB_QUALITY, PUB_COVERAGE, PUB_HELD)
