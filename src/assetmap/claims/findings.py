"""Every contradiction and doubt about claims, with what was decided by hand.

Belongs here: the list of rules, and how hand-written contradictions join what the rules find.
Does not: any rule (``conflicts.py``, ``plausibility.py``, ``bases.py``, ``listings.py``,
``reading.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from assetmap.claims import bases, conflicts, listings, plausibility, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from assetmap.claims.finding import Finding
    from assetmap.claims.ledger import Ledger

BY_HAND: Final = "by_hand"
RULES: Final[Mapping[str, Callable[[Ledger], Iterator[Finding]]]] = {
    rule.__name__: rule
    for rule in (
        conflicts.claims_differ,
        conflicts.implied_rate,
        plausibility.count_above_whole,
        plausibility.share_above_one,
        plausibility.parts_above_whole,
        bases.implied_count,
        bases.implied_base,
        bases.stale_source,
        listings.count_against_list,
        listings.dates_differ,
        listings.weekday_differs,
        listings.taxonomies_differ,
        listings.alias_to_confirm,
        reading.one_name_many_areas,
        reading.mark_has_two_meanings,
        reading.period_unknown,
        reading.damaged_section,
        reading.absent_section,
    )
}
COLUMNS: Final = [
    "finding_id",
    "rule",
    "title",
    "message",
    "indicator_id",
    "claims",
    "state",
    "resolution",
]


def find_all(ledger: Ledger) -> pd.DataFrame:
    """Return what every rule finds, with the decisions of ``stg_contradiction``.

    A contradiction with a rule decides the findings of that rule about its indicator and its
    claims, where it names any, and gives its title to one that is the only one. One whose rule
    finds nothing stands as a finding of its own and says so; one by hand stands as it is. A
    finding is resolved only where every contradiction about it is.

    Returns
    -------
    ``finding_id, rule, title, message, indicator_id, claims, state, resolution``, sorted by
    ``finding_id``, which is the same from run to run; claims are joined by semicolons.
    """
    found = [finding for rule in RULES.values() for finding in rule(ledger)]
    decisions = list(ledger.lists["stg_contradiction"].itertuples())
    about = [[f for f in found if _is_about(decision, f)] for decision in decisions]
    rows = [
        _decided(
            finding,
            [d for d, its in zip(decisions, about, strict=True) if finding in its],
            [str(d.title) for d, its in zip(decisions, about, strict=True) if its == [finding]],
        )
        for finding in found
    ]
    rows += [_alone(d) for d, its in zip(decisions, about, strict=True) if not its]
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=object).sort_values(["finding_id", "message"])
    return table.assign(finding_id=_told_apart(table["finding_id"])).reset_index(drop=True)


def _is_about(decision: Any, finding: Finding) -> bool:
    """Say whether a contradiction is about a finding; what either does not name, it allows."""
    indicator, claims = _text(decision.indicator_id), _names(decision.claims)
    return (
        decision.rule == finding.rule
        and (not indicator or not finding.indicator_id or indicator == finding.indicator_id)
        and (not claims or not finding.claims or not claims.isdisjoint(finding.claims))
    )


def _decided(
    finding: Finding, decisions: Sequence[Any], titles: Sequence[str]
) -> tuple[object, ...]:
    claims = set(finding.claims).union(*(_names(decision.claims) for decision in decisions))
    is_resolved = bool(decisions) and all(d.state == "resolved" for d in decisions)
    return (
        finding.finding_id,
        finding.rule,
        titles[0] if len(titles) == 1 else finding.title,
        " ".join([finding.message, *(_sentence(decision.what) for decision in decisions)]),
        finding.indicator_id,
        ";".join(sorted(claims)) or None,
        "resolved" if is_resolved else "open",
        " ".join(_sentence(decision.resolution) for decision in decisions) or None,
    )


def _alone(decision: Any) -> tuple[object, ...]:
    message = _sentence(decision.what)
    if decision.rule != BY_HAND:
        message += f" The rule {decision.rule} finds nothing about it in the lists as they are."
    return (
        f"{decision.rule}-{decision.contradiction_id}",
        decision.rule,
        decision.title,
        message,
        _text(decision.indicator_id) or None,
        ";".join(sorted(_names(decision.claims))) or None,
        decision.state,
        _sentence(decision.resolution),
    )


def _told_apart(ids: pd.Series) -> list[str]:
    """Return ids with a number behind those that two subjects share."""
    repeats = ids.groupby(ids).cumcount()
    return [f"{name}-{n + 1}" if n else str(name) for name, n in zip(ids, repeats, strict=True)]


def _names(cell: object) -> set[str]:
    return {name.strip() for name in _text(cell).split(";")} - {""}


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
