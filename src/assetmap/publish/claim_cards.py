"""One indicator of the documents with all that is said of it, as one card or row shows it.

Belongs here: headline, target, state, the claims behind it, and claims against computed figures.
Does not: which indicators stand where (``dashboard_page.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.publish.claims_model import (
    PAGE,
    STATES,
    Claims,
    State,
    amount,
    anchor,
    bounded,
    claim_href,
    headline,
    spread,
    stated,
)
from assetmap.publish.model import split_keys
from assetmap.publish.register_words import NOT_STATED, capital, date_words

if TYPE_CHECKING:
    from assetmap.publish.model import Row

_RANGE: Final = "range"
_POLICIES: Final = {
    "latest": "what held last",
    "most_specific": "the most specific claim",
    "range": "range over all claims",
    "manual": "chosen by hand",
    "derived": "worked out from other claims",
}
_NO_FORECAST: Final = re.compile(r"^no forecast\b", re.IGNORECASE)
_NOT_COMPUTABLE: Final = "Cannot be computed from the data here."


_REACHED: Final = "actual"
_WITHDRAWN: Final = "withdrawn"
_KINDS: Final = {"plan": "a plan", "state": "how things are", "rule": "a rule"}
_LABELS: Final = {_REACHED: "Reported", "plan": "Planned", "rule": "By rule"}
_STATED: Final = "Stated"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link within the site, from its root."""

    href: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ClaimLine:
    """One claim behind an indicator."""

    href: str
    written: str
    stated: str
    kind: str
    place: str
    as_of: str
    paraphrase: str


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One claim against one computed figure; without ``computed``, only the reason."""

    reason: str
    href: str = ""
    claimed: str = ""
    computed: str = ""
    figure: str = ""
    definition: str = ""
    difference: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One indicator with all that is said of it; ``traced`` are ids of the claims behind it."""

    id: str
    ref: str
    title: str
    meaning: str
    label: str
    headline: str
    traced: str
    policy: str
    choice: str
    target: str
    target_due: str
    target_place: Link
    state: State
    reason: str
    interval: str
    forecast: str
    claims: tuple[ClaimLine, ...]
    is_disputed: bool
    findings: tuple[Link, ...]
    checks: tuple[CheckLine, ...]


def card_id(indicator: Row) -> str:
    """Return the id of the card of an indicator."""
    return anchor("indicator", indicator["indicator_id"])


def card(claims: Claims, row: Row) -> Card:
    """Return the card of one row of ``pub_claim_indicator``."""
    behind = claims.behind(row)
    named = [c for c in behind if c["claim_id"] in split_keys(row["headline_claims"])]
    return Card(
        id=card_id(row),
        ref=row["ref"] or "",
        title=row["title"],
        meaning=row["meaning"],
        label=_label(named),
        headline=headline(row, named),
        traced=" ".join(anchor("claim", claim["claim_id"]) for claim in named),
        policy=_policy(row, behind, named),
        choice=row["headline_reason"] or "",
        target=_target(row),
        target_due=_due(row),
        target_place=_target_place(claims, row),
        state=STATES[row["state"]],
        reason=row["state_reason"],
        interval=_interval(row),
        forecast=_forecast(row),
        claims=tuple(_claim_line(claims, claim) for claim in behind),
        is_disputed=bool(row["conflict_count"]),
        findings=_findings(claims, row),
        checks=_checks(claims, row),
    )


def _label(claims: list[Row]) -> str:
    """Return what a headline is: a plan or a rule is no report of what was reached."""
    roles = {claim["role"] for claim in claims} or {_REACHED}
    return _LABELS.get(next(iter(roles)), _STATED) if len(roles) == 1 else _STATED


def _policy(row: Row, behind: list[Row], named: list[Row]) -> str:
    if row["headline_policy"] == "derived":
        return _POLICIES["derived"]
    # Where no claim was left out and no range was made, the rule would be noise.
    is_range = row["headline_low"] != row["headline_high"]
    is_chosen = is_range if row["headline_policy"] == _RANGE else len(behind) > len(named)
    return _POLICIES.get(row["headline_policy"], "") if is_chosen else ""


def _target(row: Row) -> str:
    if row["target_value"] is None:
        return ""
    return bounded(amount(row["target_value"], row["unit"]), row["target_bound"])


def _due(row: Row) -> str:
    due = date_words(row["target_due"])
    return "date not stated" if due == NOT_STATED else f"by {due}"


def _target_place(claims: Claims, row: Row) -> Link:
    own = [
        target
        for target in claims.of_indicator("pub_target", row["indicator_id"])
        if (target["document"], target["section"])
        == (row["target_document"], row["target_section"])
    ]
    words = claims.whence.words(
        {"document": row["target_document"], "section": row["target_section"]}
    )
    href = f"{PAGE}#{anchor('target', own[0]['target_id'])}" if own else ""
    return Link(href=href, text=words)


def _interval(row: Row) -> str:
    """Return the interval in plain numbers: its method says what they are of."""
    low, high = row["interval_low"], row["interval_high"]
    if low is None:
        return ""
    ends = f"{low:,.1f} or more" if high is None else f"{low:,.1f} to {high:,.1f}"
    return f"{ends} ({row['interval_method']})"


def _forecast(row: Row) -> str:
    assumption: str = row["forecast_assumption"] or ""
    if row["forecast_low"] is None or row["forecast_high"] is None:
        # Its heading says already what there is none of.
        return capital(_NO_FORECAST.sub("none", assumption))
    low, high = (
        amount(row[f"forecast_{end}"], row["unit"], is_derived=True) for end in ("low", "high")
    )
    value = low if low == high else spread(low, high)
    return f"{value}: {assumption}" if assumption else value


def _claim_line(claims: Claims, claim: Row) -> ClaimLine:
    return ClaimLine(
        href=claim_href(claim["claim_id"]),
        written=claim["written"],
        stated=stated(claim),
        kind=_kind(claim),
        place=claims.whence.words(claim),
        as_of=_as_of(claim),
        paraphrase=claim["paraphrase"],
    )


def _as_of(claim: Row) -> str:
    date = date_words(claim["as_of"])
    return "date not stated" if date == NOT_STATED else f"as of {date}"


def _kind(claim: Row) -> str:
    """Return what a claim is for, where neither its bound nor the page says so already."""
    role: str = claim["role"]
    if claim["status"] == _WITHDRAWN:
        return _WITHDRAWN
    return "" if role in {_REACHED, claim["bound"]} else _KINDS.get(role, role)


def _findings(claims: Claims, row: Row) -> tuple[Link, ...]:
    found = (f for f in claims.findings if f["indicator_id"] == row["indicator_id"])
    return tuple(
        Link(href=f"{PAGE}#{anchor('finding', f['finding_id'])}", text=f["title"]) for f in found
    )


def _checks(claims: Claims, row: Row) -> tuple[CheckLine, ...]:
    rows = claims.of_indicator("pub_claim_check", row["indicator_id"])
    compared = [_compared(claims, check) for check in rows if check["state"] == "compared"]
    # The same gap for each of several claims is said once.
    gaps = dict.fromkeys(check["reason"] for check in rows if check["state"] != "compared")
    if not rows:
        gaps = {_NOT_COMPUTABLE: None}
    return (*compared, *(CheckLine(reason=reason) for reason in gaps))


def _compared(claims: Claims, check: Row) -> CheckLine:
    unit = check["unit"] or ""
    claim = claims.by_id[check["claim_id"]]
    about = (check["figure_title"] or check["figure_id"], check["figure_period"])
    return CheckLine(
        href=claim_href(check["claim_id"]),
        claimed=bounded(amount(check["claimed"], unit), claim["bound"]),
        computed=_computed(check, unit),
        figure=", ".join(part for part in about if part),
        definition=check["figure_meaning"] or "",
        difference=_difference(check, unit),
        reason=check["reason"],
    )


def _computed(check: Row, unit: str) -> str:
    value = amount(check["computed"], unit, is_derived=True)
    low, high = check["computed_low"], check["computed_high"]
    if low is None or high is None or low == high:
        return value
    ends = (amount(end, unit, is_derived=True) for end in (low, high))
    return f"{value} ({spread(*ends)})"


def _difference(check: Row, unit: str) -> str:
    gap, share = check["difference"], check["difference_pct"]
    if gap is None:
        return ""
    if gap == 0:
        return "no difference"
    text = amount(abs(gap), unit, is_derived=True)
    # A difference of two percentages is not a percentage.
    size = f"{text.removesuffix('%')} percentage points" if unit == "percent" else text
    word = "more" if gap > 0 else "less"
    return f"{size} {word}" if share is None else f"{size} {word}, {abs(share):,.1f}% of the claim"
