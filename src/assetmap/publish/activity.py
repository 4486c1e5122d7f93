"""What the programme does: bodies that meet, events, channels, budget.

Belongs here: due against reported, and what in the dates does not fit, in words. Does not: who
the partners are (``partners_page.py``), or how a state is decided (``sql/marts``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.publish.claims_model import claim_href
from assetmap.publish.model import split_keys
from assetmap.publish.register_words import (
    NOT_STATED,
    capital,
    date_words,
    joined,
    listing,
    part,
    worded,
)
from assetmap.publish.tables import Cell, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Published, Row
    from assetmap.publish.register_words import RegisterPart, Sources

_BODY_STATES: Final = {
    "no rule": "No number stated",
    "rules differ": "Documents ask for different numbers",
    "not reported": "No meeting reported",
    "as due": "As many as due",
    "fewer than due": "Fewer than due",
}


def stated_at(published: Published, claims: str | None) -> str:
    """Return the address of the claim behind a figure; ``""`` where it is not exactly one."""
    keys = split_keys(claims)
    known = {row["claim_id"] for row in published.rows("pub_claim")}
    return claim_href(keys[0]) if len(keys) == 1 and keys[0] in known else ""


def bodies(published: Published, whence: Sources) -> RegisterPart:
    """Return the bodies with the meetings that are due against those reported."""
    rows = sorted(
        published.rows("pub_body"), key=lambda r: (r["due_per_year"] is None, r["body_name"])
    )
    table = listing(
        "register-bodies",
        "Meetings that are due in a year, against those reported with a date",
        ("Body", "What it is for", "#Due in a year", "#Reported", "State", "Source"),
        (
            (
                Cell(text=row["body_name"]),
                Cell(text=row["purpose"]),
                Cell(text=_due(row), href=stated_at(published, row["due_claim"])),
                Cell(text=whole(row["held_count"])),
                Cell(text=_BODY_STATES.get(row["state"], worded(row["state"]))),
                whence.cell(row),
            )
            for row in rows
        ),
        download="bodies",
    )
    return part("bodies", "Bodies that meet", table)


def _due(row: Row) -> str:
    """Return how many meetings are due, which is no number where documents differ."""
    if row["due_per_year"] is None:
        return "documents differ" if row["due_claim"] else NOT_STATED
    return f"{row['due_per_year']:,.10g}"


def events(published: Published, whence: Sources) -> RegisterPart:
    """Return the events, dated ones first, each with what does not fit."""
    rows = sorted(
        published.rows("pub_event"),
        key=lambda r: (r["event_date"] == "unknown", r["event_date"], r["event_name"]),
    )
    uncounted = NOT_STATED if any(row["attendance"] is not None for row in rows) else ""
    table = listing(
        "register-events",
        "Events, dated ones first",
        ("Event", "Kind", "Date", "Venue", "#Came", "What does not fit", "Source"),
        (
            (
                Cell(text=row["event_name"]),
                Cell(text=worded(row["event_kind"])),
                Cell(text=date_words(row["event_date"])),
                Cell(text=row["venue"] or NOT_STATED),
                Cell(text=whole(row["attendance"], missing=uncounted)),
                Cell(text=_misfits(row)),
                whence.cell(row),
            )
            for row in rows
        ),
        download="events",
    )
    return part("events", "Events", table)


def _misfits(row: Row) -> str:
    texts = []
    if row["is_disputed"]:
        texts.append("Another statement gives another date.")
    if row["weekday_differs"]:
        texts.append(
            f"The document says {capital(row['weekday_stated'])}; that day was a "
            f"{capital(row['weekday_of_date'])}."
        )
    return " ".join(texts)


def channels(published: Published, whence: Sources) -> RegisterPart:
    """Return the channels with their followers by date."""
    rows = sorted(published.rows("pub_channel"), key=lambda r: (r["channel_name"], r["as_of"]))
    table = listing(
        "register-channels",
        "Channels and their followers by date",
        ("Channel", "As of", "#Followers", "Source"),
        (
            (
                Cell(text=row["channel_name"]),
                Cell(text=date_words(row["as_of"])),
                Cell(
                    text=whole(row["followers"], missing="not counted"),
                    href=stated_at(published, row["claim_id"]),
                ),
                whence.cell(row),
            )
            for row in rows
        ),
        download="channels",
    )
    return part("channels", "Channels", table)


def budget(published: Published, whence: Sources) -> RegisterPart:
    """Return the budget of each document in both currencies, with the rate that they imply."""
    rows = published.rows("pub_budget")
    table = listing(
        "budget",
        "The programme's budget by document, in pounds and euros",
        ("Document", "#Pounds", "#Euros", "#Euros for a pound that the two imply"),
        (
            (
                Cell(text=whence.title(row["document"])),
                Cell(text=_money(row["gbp"], "£")),
                Cell(text=_money(row["eur"], "€")),
                Cell(text=_rate(row["implied_rate"])),
            )
            for row in rows
        ),
        download="budget",
    )
    return part("budget", "Budget", table, remarks=_rates(rows))


def _money(value: float | None, sign: str) -> str:
    return NOT_STATED if value is None else f"{sign}{value:,.10g}"


def _rate(rate: float | None) -> str:
    return "not known" if rate is None else f"{rate:.3f}"


def _rates(rows: Sequence[Row]) -> list[str]:
    rates = list(dict.fromkeys(_rate(r["implied_rate"]) for r in rows if r["implied_rate"]))
    if len(rates) < 2:  # noqa: PLR2004 - one rate cannot differ from itself
        return []
    return [
        (
            f"The documents imply different rates: {joined(rates)} euros for a pound. None is "
            "chosen here."
        )
    ]
