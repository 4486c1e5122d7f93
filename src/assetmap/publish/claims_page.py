"""What the documents say: contradictions, documents, targets and every claim: ``claims.html``.

Belongs here: the lists, one row a claim, with ids that other pages link to. Does not: targets
against what was reached (``dashboard_page.py``), nor any choice between claims.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assetmap.publish.claims_model import (
    FINDING_STATES,
    PAGE,
    Claims,
    State,
    amount,
    anchor,
    bounded,
    claim_href,
    claims_of,
    period_words,
    stated,
    unit_name,
)
from assetmap.publish.encode import safe_url
from assetmap.publish.model import split_keys
from assetmap.publish.page import Page, downloads
from assetmap.publish.register_words import NOT_STATED, date_words, worded
from assetmap.publish.tables import Cell, Download, Table, counted, headings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assetmap.publish.model import Published, Row

_PRESENT: Final = "present"
_NONE_MISSING: Final = "nothing noted"
_BY_HAND: Final = "by_hand"
_ROLES: Final = {
    "actual": "reached",
    "plan": "planned",
    "state": "as it is",
    "rule": "a rule",
}
_AREA_TYPES: Final = {"lad": "local authority", "unclear": "kind of area not clear"}
_STATUSES: Final = {
    "stated": "as written",
    "resolved": "read by hand",
    "withdrawn": "withdrawn",
}


@dataclass(frozen=True, kw_only=True)
class ClaimLink:
    """A claim named by a finding, with the way to its row."""

    href: str
    title: str
    stated: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One contradiction or doubt."""

    id: str
    title: str
    state: State
    rule: str
    message: str
    claims: tuple[ClaimLink, ...]
    resolution: str


def claims_page(published: Published) -> Page:
    """Return the page of all that documents claim."""
    claims = claims_of(published)
    return Page(
        path=PAGE,
        template="claims.html.j2",
        title="What the documents say",
        summary=f"Every figure about {published.run['area_name']} that was taken from a document, "
        "where it stands there, and what does not fit together.",
        content={
            "is_loaded": bool(claims.by_id or claims.findings),
            "answer": _answer(claims),
            "findings": tuple(_finding(claims, row) for row in claims.findings),
            "finding_files": downloads("contradictions"),
            "documents": _documents(published),
            "targets": _targets(claims),
            "claims": _claims(claims),
        },
    )


def contradictions(claims: Claims) -> str:
    """Return how many contradictions there are, and how many are open."""
    count = counted(len(claims.findings), "contradiction or doubt", "contradictions and doubts")
    return f"{count}, {claims.open_count} of them open"


def _answer(claims: Claims) -> str:
    documents = counted(len(claims.published.rows("pub_document")), "document")
    taken = counted(len(claims.by_id), "claim")
    return f"{taken} from {documents}. {contradictions(claims)}."


def _finding(claims: Claims, row: Row) -> Finding:
    return Finding(
        id=anchor("finding", row["finding_id"]),
        title=row["title"],
        state=FINDING_STATES[row["state"]],
        rule="Noted by a reader"
        if row["rule"] == _BY_HAND
        else f"Found by rule: {worded(row['rule'])}",
        message=row["message"],
        claims=tuple(_claim_link(claims, key) for key in split_keys(row["claims"])),
        resolution=row["resolution"] or "",
    )


def _claim_link(claims: Claims, claim_id: str) -> ClaimLink:
    claim = claims.by_id[claim_id]
    return ClaimLink(
        href=claim_href(claim_id),
        title=claim["indicator_title"],
        stated=stated(claim),
        place=claims.whence.words(claim),
    )


def _documents(published: Published) -> Table:
    missing: dict[str, list[str]] = {}
    for row in published.rows("pub_section"):
        if row["state"] != _PRESENT:
            missing.setdefault(row["document"], []).append(_section_words(row))
    return Table(
        id="documents",
        caption="Documents that claims are taken from",
        headings=headings(
            "Document", "Publisher", "Published", "About", "#Claims", "Damaged or missing sections"
        ),
        rows=tuple(
            (
                _document_cell(row),
                Cell(text=row["publisher"], small=worded(row["document_kind"])),
                Cell(text=date_words(row["published"]), sort=row["published"]),
                Cell(text=_known(row["period_covered"])),
                Cell(text=f"{row['claim_count']:,}"),
                Cell(text="; ".join(missing.get(row["document"], [])) or _NONE_MISSING),
            )
            for row in published.rows("pub_document")
        ),
        downloads=(*downloads("documents"), _labelled("document_sections", "sections")),
    )


def _labelled(name: str, what: str) -> Download:
    (file,) = downloads(name)
    return replace(file, label=f"{file.label} of {what}")


def _known(text: str) -> str:
    return NOT_STATED if text == "unknown" else text


def _document_cell(row: Row) -> Cell:
    href = safe_url(row["url"])
    return Cell(text=row["document_title"], href=href, is_external=bool(href))


def _section_words(row: Row) -> str:
    note = f" ({row['note']})" if row["note"] else ""
    return f"{row['section']} {row['state']}{note}"


def _targets(claims: Claims) -> Table:
    return Table(
        id="targets",
        caption="Targets that documents set",
        headings=headings("Indicator", "Target", "Due", "Document", "In our words"),
        rows=tuple(
            (
                Cell(text=row["indicator_title"], anchor=anchor("target", row["target_id"])),
                Cell(text=bounded(amount(row["value"], row["unit"]), row["bound"])),
                Cell(text=date_words(row["due"]), sort=row["due"]),
                claims.whence.cell(row),
                Cell(text=row["paraphrase"]),
            )
            for row in claims.ordered("pub_target")
        ),
        downloads=downloads("targets"),
    )


def _claims(claims: Claims) -> Table:
    return Table(
        id="claims",
        caption="Every claim, one row each time that a document states a figure",
        headings=headings(
            "Indicator",
            "Written",
            "#Value",
            "Bound",
            "Area",
            "As of",
            "Document",
            "In our words",
            "Kind",
        ),
        rows=tuple(_claim_row(claims, row) for row in claims.ordered("pub_claim")),
        downloads=(
            *downloads("claims"),
            _labelled("claims_against_data", "claims beside computed figures"),
        ),
        filter_label="Find a claim",
    )


def _claim_row(claims: Claims, row: Row) -> tuple[Cell, ...]:
    return (
        Cell(text=row["indicator_title"], anchor=anchor("claim", row["claim_id"])),
        Cell(text=row["written"]),
        _value_cell(row),
        Cell(text=row["bound"].replace("_", " ")),
        Cell(text=row["area_name"], small=_area_kind(row)),
        Cell(text=date_words(row["as_of"]), small=_period(row), sort=row["as_of"]),
        claims.whence.cell(row),
        Cell(text=row["paraphrase"]),
        Cell(
            text=_in_words(_ROLES, row["role"]),
            small=_in_words(_STATUSES, row["status"]),
        ),
    )


def _in_words(words: Mapping[str, str], key: str) -> str:
    return words.get(key, key)


def _value_cell(row: Row) -> Cell:
    if row["value"] is None:
        return Cell(text=NOT_STATED)
    unit = "" if row["unit"] == "count" else unit_name(row["unit"])
    return Cell(text=f"{row['value']:,.10g}", small=unit)


def _area_kind(row: Row) -> str:
    kind = _in_words(_AREA_TYPES, row["area_type"]).replace("_", " ")
    vintage = row["area_vintage"]
    return f"{kind}, boundary of {'unknown year' if vintage == 'unknown' else vintage}"


def _period(row: Row) -> str:
    words = period_words(row)
    cited = row["cited_source_date"]
    period = "period not stated" if words == NOT_STATED else f"about {words}"
    return f"{period}; cites a source of {date_words(cited)}" if cited else period
