"""The published tables of claims, and how columns of all lists kept by hand are made.

Belongs here: the contracts of the ``pub_*`` tables of documents, claims and targets. They are
about organisations, sites and documents, never about a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from assetmap import fields
from assetmap.contracts import Contract, Disclosure

if TYPE_CHECKING:
    from assetmap.contracts import Column, Limits

_O: Final = Disclosure.ORGANISATION


def text(name: str, description: str, **limits: Unpack[Limits]) -> Column:
    """Return a column of text."""
    return fields.label(name, description, about=_O, **limits)


def maybe(name: str, description: str) -> Column:
    """Return a column of text that may be empty."""
    return fields.label(name, description, about=_O, nullable=True)


def number(name: str, description: str, *, unit: str = "") -> Column:
    """Return a column of numbers that may be empty."""
    return fields.column("number", name, description, about=_O, nullable=True, unit=unit)


def whole(name: str, description: str, **limits: Unpack[Limits]) -> Column:
    """Return a column of whole numbers."""
    return fields.column("integer", name, description, about=_O, **limits)


def flag(name: str, description: str, **limits: Unpack[Limits]) -> Column:
    """Return a column of true and false."""
    return fields.column("boolean", name, description, about=_O, **limits)


def whence() -> tuple[Column, Column]:
    """Return the columns that say where a row is from."""
    return (
        maybe("document", "Document that says so."),
        maybe("section", "Section of the document."),
    )


PROGRESS_STATES: Final = (
    "met",
    "met_by_some_claims",
    "on_track",
    "behind",
    "not_met",
    "not_reported",
    "no_target",
    "not_compared",
)
FINDING_RULES: Final = (
    "claims_differ",
    "implied_rate",
    "count_above_whole",
    "share_above_one",
    "parts_above_whole",
    "implied_count",
    "implied_base",
    "stale_source",
    "count_against_list",
    "dates_differ",
    "weekday_differs",
    "taxonomies_differ",
    "alias_to_confirm",
    "by_hand",
    "one_name_many_areas",
    "mark_has_two_meanings",
    "period_unknown",
    "damaged_section",
    "absent_section",
)
"""What finds a contradiction or a doubt; what weighs most for a reader comes first."""
FINDING_STATES: Final = ("open", "resolved")
CHECK_STATES: Final = ("compared", "no_figure", "not_computable")

PUB_DOCUMENT: Final = Contract(
    table="pub_document",
    row_is="one document that claims are taken from",
    primary_key=("document",),
    columns=(
        text("document", "Document."),
        text("document_title", "Title."),
        text("publisher", "Who published it."),
        text("published", "When it was published, or unknown."),
        text("period_covered", "What time it is about."),
        maybe("url", "Where it can be read."),
        text("document_kind", "Kind."),
        whole("claim_count", "Claims taken from it."),
    ),
)
PUB_SECTION: Final = Contract(
    table="pub_section",
    row_is="one section of a document",
    primary_key=("document", "section"),
    columns=(
        text("document", "Document."),
        text("section", "Section."),
        text("section_title", "What it is about."),
        text("state", "present, damaged or absent."),
        maybe("note", "What is wrong with it."),
    ),
)
PUB_CLAIM: Final = Contract(
    table="pub_claim",
    row_is="one figure that a document states",
    primary_key=("claim_id",),
    columns=(
        text("claim_id", "Claim."),
        text("indicator_id", "Indicator of the registry."),
        text("indicator_title", "Its title."),
        text("written", "The figure as the document writes it."),
        number("value", "The figure."),
        text("bound", "exact, at_least, about, over, average or rule."),
        number("low", "Least value that the claim allows; empty where it sets none."),
        number("high", "Greatest value that the claim allows; empty where it sets none."),
        text("unit", "Unit."),
        text("role", "actual, plan, state or rule."),
        text("area_code", "Area that it is about."),
        text("area_name", "Its name."),
        text("area_type", "Kind of area, by the document's word."),
        text("area_vintage", "Year of the boundary, or unknown."),
        text("period_start", "First date of what it describes, or unknown."),
        text("period_end", "Last date, or unknown."),
        text("as_of", "Date at which it held, or unknown."),
        maybe("cited_source_date", "Date of the source that the document cites."),
        text("document", "Document."),
        text("document_title", "Its title."),
        text("section", "Section."),
        text("paraphrase", "The claim in our words."),
        text("status", "stated, resolved by hand, or withdrawn."),
        whole("finding_count", "Findings that it is part of."),
    ),
)
PUB_CLAIM_INDICATOR: Final = Contract(
    table="pub_claim_indicator",
    row_is="one indicator of the registry, with its headline and its state",
    primary_key=("indicator_id",),
    columns=(
        text("indicator_id", "Indicator."),
        whole("sort_order", "Order on the page."),
        maybe("ref", "Code in the funder's list."),
        text("topic", "Heading that it stands under."),
        text("title", "Title."),
        text("meaning", "What it says, in plain words."),
        text("unit", "Unit."),
        text("kind", "count, rate, money or milestone."),
        text("direction", "higher_is_better, lower_is_better or neutral."),
        text("headline_policy", "latest, most_specific, range, manual or derived."),
        maybe("headline_reason", "Why this headline, where somebody chose it."),
        number("headline_low", "Least value of the headline."),
        number("headline_high", "Greatest value of the headline; empty where it is open above."),
        flag("is_open_above", "True where the claims set no upper limit."),
        maybe("headline_claims", "Claims behind it, separated by semicolons."),
        whole("claim_count", "Claims about it."),
        text("comparison", "Method by which it is compared with its target."),
        number("target_value", "The target."),
        maybe("target_bound", "at_least, at_most, about, over or exact."),
        maybe("target_due", "When it is due, or unknown."),
        maybe("target_document", "Document that sets it."),
        maybe("target_section", "Section of it."),
        text("state", "State against the target.", allowed=PROGRESS_STATES),
        text("state_reason", "Why, in one sentence with the figures."),
        number("reached_low_pct", "Headline in per cent of the target, least."),
        number("reached_high_pct", "The same, greatest."),
        number("interval_low", "Lower end of the 95 % interval of the actual."),
        number("interval_high", "Upper end."),
        maybe("interval_method", "Wilson, or exact Poisson."),
        number("forecast_low", "Forecast at the due date, least."),
        number("forecast_high", "The same, greatest."),
        maybe("forecast_assumption", "On what assumption; or why there is no forecast."),
        whole("finding_count", "Open or resolved findings about it."),
        whole("conflict_count", "Findings of claims that do not meet."),
    ),
)
PUB_TARGET: Final = Contract(
    table="pub_target",
    row_is="one target that a document sets",
    primary_key=("target_id",),
    columns=(
        text("target_id", "Target."),
        text("indicator_id", "Indicator."),
        text("indicator_title", "Its title."),
        number("value", "What is to be reached."),
        text("bound", "at_least, at_most, about, over or exact."),
        text("unit", "Unit."),
        text("start", "From when on, or unknown."),
        text("due", "By when, or unknown."),
        text("document", "Document."),
        text("document_title", "Its title."),
        text("section", "Section."),
        text("paraphrase", "The target in our words."),
    ),
)
PUB_FINDING: Final = Contract(
    table="pub_finding",
    row_is="one contradiction or doubt about claims",
    primary_key=("finding_id",),
    columns=(
        text("finding_id", "Finding."),
        text("rule", "Rule that found it, or by_hand.", allowed=FINDING_RULES),
        text("title", "What it is about."),
        text("message", "What does not fit, with the figures and their places."),
        maybe("indicator_id", "Indicator."),
        maybe("claims", "Claims, separated by semicolons."),
        text("state", "open or resolved.", allowed=FINDING_STATES),
        maybe("resolution", "What was decided by hand, and why."),
    ),
)
PUB_CLAIM_CHECK: Final = Contract(
    table="pub_claim_check",
    row_is="one claim against one computed figure, or that there is none",
    primary_key=("claim_id", "figure_id"),
    columns=(
        text("claim_id", "Claim."),
        text("indicator_id", "Indicator of the registry."),
        text("figure_id", "Computed indicator, or none."),
        maybe("figure_title", "Its title."),
        maybe("figure_meaning", "Its definition."),
        maybe("figure_period", "When it was measured."),
        text("area_code", "Area of both."),
        text("state", "Whether there is a figure.", allowed=CHECK_STATES),
        number("claimed", "The claim."),
        number("computed", "The computed figure."),
        number("computed_low", "Its lower end, where it is a range."),
        number("computed_high", "Its upper end."),
        maybe("unit", "Unit of both."),
        number("difference", "Computed less claimed."),
        number("difference_pct", "The same in per cent of the claim."),
        text("reason", "Why they differ, or why nothing can be computed, in one line."),
    ),
)
CLAIMS: Final = (
    PUB_DOCUMENT,
    PUB_SECTION,
    PUB_CLAIM,
    PUB_CLAIM_INDICATOR,
    PUB_TARGET,
    PUB_FINDING,
    PUB_CLAIM_CHECK,
)
