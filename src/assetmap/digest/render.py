"""The digest as Markdown and as one HTML page: the same sections, worded once.

Belongs here: wording, and text made safe for both. Does not: what is in a digest
(``changes.py``, ``due.py``).

Every value stands in a cell of a table, where a line can begin nothing of its own; what has a
meaning to Markdown or HTML is escaped, so that a title cannot make a link, an image or a tag.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from assetmap.claims.wording import say_range
from assetmap.digest.changes import UNKNOWN
from assetmap.publish.encode import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assetmap.digest.changes import Changes, Moved, Turned
    from assetmap.digest.due import Calendar, Step

FIRST: Final = "There is no earlier run to compare with. The next digest starts from this one."
NOTHING: Final = "None."
PRINTED_ROWS: Final = 3
"""Rows of a section that fit where seven sections share one sheet of paper."""
SHEET_ROWS: Final = 7 * PRINTED_ROWS
"""Rows of all sections together that fit on one sheet."""

_MAX_DECIMALS: Final = 6
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>#|!~&@])")
_ADDRESS: Final = re.compile(r":(?=\S)|(?<=www)\.", re.IGNORECASE)
_HTML: Final = "digest.html.j2"


@dataclass(frozen=True, kw_only=True)
class Digest:
    """What changed since ``previous`` (its day and run; None for the first) and what is due."""

    on: str
    until: str
    area_name: str
    run_id: str
    data_as_of: str
    previous: tuple[str, str] | None
    changes: Changes
    calendar: Calendar

    @property
    def title(self) -> str:
        """The heading of the digest."""
        return f"{self.area_name}: digest of {self.on}"

    @property
    def lead(self) -> str:
        """What is compared with what, in one sentence."""
        now = f"Run {self.run_id[:12]}, data as of {self.data_as_of}"
        if self.previous is None:
            return f"{now}. {FIRST}"
        day, run_id = self.previous
        count = self.changes.count
        found = f"{count} change" if count == 1 else f"{count or 'no'} changes"
        return f"{now}, against run {run_id[:12]} of the digest of {day}: {found}."


@dataclass(frozen=True, kw_only=True)
class Section:
    """One table of the digest; ``note`` stands below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def sections(digest: Digest) -> tuple[Section, ...]:
    """Return the sections of a digest; of a first one, only those that need no earlier run."""
    compared = () if digest.previous is None else tuple(_of_changes(digest.changes))
    return (*compared, *_of_calendar(digest))


def _of_changes(changes: Changes) -> Iterator[Section]:
    yield Section(
        title="Figures that moved",
        columns=("Figure", "Area", "Before", "Now", "Why"),
        rows=tuple(_say_moved(moved) for moved in changes.moved),
        note="Why: what changed of all that the figure rests on. data: input files; claim: what "
        "documents state; method: program, policy, areas or definition."
        if changes.moved
        else "",
    )
    yield Section(
        title="Targets of which the state changed",
        columns=("Indicator", "Before", "Now", "Reason", "Why"),
        rows=tuple(_say_turned(turned) for turned in changes.turned),
    )
    new = [(title, "new", str(count)) for title, count in changes.appeared]
    gone = [(title, "no longer there", str(count)) for title, count in changes.vanished]
    yield Section(
        title="New and vanished figures",
        columns=("Figure", "What", "Areas"),
        rows=(*new, *gone),
    )
    opened = [(title, "new", message) for title, message in changes.opened]
    closed = [(title, "closed", message) for title, message in changes.closed]
    yield Section(
        title="Doubts about claims",
        columns=("Finding", "What", "Message"),
        rows=(*opened, *closed),
    )


def _of_calendar(digest: Digest) -> Iterator[Section]:
    calendar = digest.calendar
    columns = ("Site", "Step", "Date", "Stated", "Document")
    yield Section(
        title=f"Steps due by {digest.until}",
        columns=columns,
        rows=tuple(_say_step(step) for step in calendar.due),
    )
    undated = calendar.undated
    note = f"{undated} more {'step has' if undated == 1 else 'steps have'} no date."
    yield Section(
        title="Steps overdue",
        columns=columns,
        rows=tuple(_say_step(step) for step in calendar.overdue),
        note=note if undated else "",
    )
    yield Section(
        title="Gone stale",
        columns=("Kind", "What", "Dated", "To do"),
        rows=tuple((one.kind, one.name, one.dated, one.what) for one in calendar.stale),
    )


def _say_moved(moved: Moved) -> tuple[str, ...]:
    decimals = _decimals(moved)
    ends = (_say_ends(pair, moved.unit, decimals) for pair in (moved.before, moved.after))
    return (moved.title, moved.area_name, *ends, _say_causes(moved.causes))


def _say_ends(ends: tuple[float | None, float | None], unit: str, decimals: int) -> str:
    low, high = ends
    if low is None:
        return "no figure"
    high = low if high is None else high
    return say_range(round(low, decimals), round(high, decimals), unit)


def _decimals(moved: Moved) -> int:
    """Return the fewest decimals by which before and now can be told apart."""
    ends = [end for end in (*moved.before, *moved.after) if end is not None and end != math.inf]
    least = 0 if all(end.is_integer() for end in ends) else 1
    shown = (
        d for d in range(least, _MAX_DECIMALS) if _round(moved.before, d) != _round(moved.after, d)
    )
    return next(shown, _MAX_DECIMALS)


def _round(ends: tuple[float | None, float | None], decimals: int) -> list[float | None]:
    return [None if end is None else round(end, decimals) for end in ends]


def _say_turned(turned: Turned) -> tuple[str, ...]:
    states = (state.replace("_", " ") for state in (turned.before, turned.after))
    return (turned.title, *states, turned.reason, _say_causes(turned.causes))


def _say_causes(causes: tuple[tuple[str, str], ...]) -> str:
    return "; ".join(f"{cause} ({what})" for cause, what in causes) or UNKNOWN


def _say_step(step: Step) -> tuple[str, ...]:
    stated = f"{step.basis}, {step.recorded_on}"
    return (step.site_name, step.milestone, step.latest, stated, step.document)


def render_markdown(digest: Digest) -> str:
    """Return the digest as Markdown with tables; every row is there."""
    parts = [f"# {escape(digest.title)}", escape(digest.lead)]
    for section in sections(digest):
        parts += [f"## {escape(section.title)}", _table(section) if section.rows else NOTHING]
        parts += [escape(section.note)] if section.note else []
    return "\n\n".join(parts) + "\n"


def _table(section: Section) -> str:
    lines = [section.columns, ("---",) * len(section.columns)]
    rows = [tuple(map(escape, row)) for row in section.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (*lines, *rows))


def escape(text: str) -> str:
    """Return ``text`` as one line in which nothing has a meaning to Markdown or HTML."""
    marked = _MARKDOWN.sub(r"\\\1", plain(text))
    return _ADDRESS.sub(lambda match: f"&#{ord(match[0])};", marked)


def render_html(digest: Digest) -> str:
    """Return the digest as one page that needs nothing else and prints on one side of A4.

    On paper a section shows its first rows, two lines each, and says how many more there are.
    """
    found = sections(digest)
    environment = Environment(
        loader=PackageLoader("assetmap.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    return environment.get_template(_HTML).render(
        title=digest.title,
        lead=digest.lead,
        sections=tuple(zip(found, printed(found), strict=True)),
        nothing=NOTHING,
    )


def printed(found: Sequence[Section]) -> tuple[int, ...]:
    """Return how many rows of each section paper shows: what one leaves is for the next."""
    counts = [len(section.rows) for section in found]
    spare = SHEET_ROWS - sum(min(count, PRINTED_ROWS) for count in counts)
    shown = []
    for count in counts:
        more = min(spare, max(count - PRINTED_ROWS, 0))
        spare -= more
        shown.append(min(count, PRINTED_ROWS) + more)
    return tuple(shown)
