"""The registers of the survey: researchers, vouchers handed over, decisions of reviewers.

Belongs here: reading ``survey/researchers``, ``survey/payments`` and ``survey/reviews`` below
the raw folder, and refusing what cannot be true. Does not: what follows from them
(``resolution.py``, ``validation.py``, ``vouchers.py``, ``funnel.py``).

A register is short and kept by hand, and money and people's standing hang on it: one wrong row
refuses it, and every fault of all three stands in one message, without a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final, Unpack

import pandas as pd

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure, Limits
from assetmap.dataset import Dataset, Loaded, Source, load
from assetmap.errors import ContractError
from assetmap.inputs import InputFile, find_inputs
from assetmap.quarantine import REASONS
from assetmap.readers import Layout, RawTable, read_csv
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.resolution import as_code, fold_name
from assetmap.survey.tables import (
    DATE_PATTERN,
    RESEARCHER_PATTERN,
    STG_RESEARCHER,
    STG_VOUCHER_PAYMENT,
)
from assetmap.survey.withdrawal import fold_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REVIEW_KINDS: Final = ("researcher", "duplicate", "place")
DUPLICATE_DECISIONS: Final = ("keep", "drop")
REVIEW_COLUMNS: Final = ["kind", "subject", "decision", "decided_date"]
STAGE_DATES: Final = (
    "recruited_date",
    "module_1_date",
    "module_2_date",
    "module_3_date",
    "accredited_date",
)
"""Dates of a researcher's way, each of which needs the one before it."""

_FOUND_AT: Final = "found_at"
_MAX_LISTED: Final = 20
_HEADINGS: Final = {
    "invited_on": "invited_date",
    "recruited_on": "recruited_date",
    "module_1_on": "module_1_date",
    "module_2_on": "module_2_date",
    "module_3_on": "module_3_date",
    "accredited_on": "accredited_date",
    "paid_on": "paid_date",
    "decided_on": "decided_date",
}
_HEADING_OF: Final = {ours: theirs for theirs, ours in _HEADINGS.items()}


@dataclass(frozen=True, eq=False)
class Registers:
    """What the three registers hold. Restricted.

    ``researchers`` has the columns of ``stg_researcher`` and ``name``; ``payments`` those of
    ``stg_voucher_payment``; ``reviews`` has ``kind, subject, decision, decided_date``. ``files``
    are paths below the raw folder, with their SHA-256.
    """

    researchers: pd.DataFrame
    payments: pd.DataFrame
    reviews: pd.DataFrame
    files: tuple[tuple[str, str], ...] = ()

    def duplicate_decisions(self) -> dict[str, str]:
        """Return ``keep`` or ``drop`` by the folded receipt (``staging.fold_number``)."""
        decided = self.reviews[self.reviews["kind"] == "duplicate"]
        return dict(zip(decided["subject"].map(fold_number), decided["decision"], strict=True))


def read_registers(raw: Path) -> Registers:
    """Read the three registers; a folder that is absent or empty gives an empty table.

    Raises
    ------
    ContractError
        Any row has a fault: a cell of the wrong kind, a date that is none, dates out of order, a
        researcher who is not on the register, a negative amount, two rows of one key.
    ClashError, UnreadableFileError, StorageError
        A file cannot be trusted or read.
    """
    loaded = {dataset.id: _load(dataset, raw) for dataset in REGISTERS}
    researchers, payments, reviews = (loaded[dataset.id].table for dataset in REGISTERS)
    faults = [fault for part in loaded.values() for fault in _held_faults(part.held)]
    # A held researcher would make each of their payments look unknown.
    faults = faults or [
        *_researcher_faults(researchers),
        *_payment_faults(payments, researchers),
        *_review_faults(reviews, set(researchers["researcher_id"])),
    ]
    _require_none(faults)
    return Registers(
        researchers=researchers[[*STG_RESEARCHER.names, "name"]],
        payments=payments[STG_VOUCHER_PAYMENT.names],
        reviews=reviews[REVIEW_COLUMNS],
        files=tuple(file for part in loaded.values() for file in part.files),
    )


def read_register(source: InputFile) -> RawTable:
    """Read one register and note where each row stands; a heading alone is an empty register."""
    table = read_csv(source, Layout(may_be_empty=True))
    found_at = [f"{source.name} row {number}" for number in table.frame.index]
    return replace(table, frame=table.frame.assign(**{_FOUND_AT: found_at}))


def stage_researchers(raw: pd.DataFrame) -> pd.DataFrame:
    """Spell codes and channels as the project does (``r7`` → ``R07``, ``Local hub``)."""
    return raw.assign(
        researcher_id=_spell(raw["researcher_id"], _as_code_or_same),
        recruited_via=_spell(raw["recruited_via"], _as_choice),
    )


def stage_payments(raw: pd.DataFrame) -> pd.DataFrame:
    """Spell codes as the project does."""
    return raw.assign(researcher_id=_spell(raw["researcher_id"], _as_code_or_same))


def stage_reviews(raw: pd.DataFrame) -> pd.DataFrame:
    """Spell kinds, codes and the fixed decisions as the project does."""
    return raw.assign(
        kind=_spell(raw["kind"], _as_choice), decision=_spell(raw["decision"], _as_decision)
    )


def _load(dataset: Dataset, raw: Path) -> Loaded:
    if find_inputs(dataset.folder_in(raw), dataset.members):
        # Nothing is refused here for its share of held rows: one held row refuses it below.
        return load(dataset, raw, max_held_share=1.0)
    empty = pd.DataFrame(columns=dataset.contract.names, dtype=object)
    nothing = pd.DataFrame()
    return Loaded(empty, nothing, nothing, 0, (), is_starter=False)


def _spell(values: pd.Series, spell: Callable[[str], str]) -> pd.Series:
    return values.map(spell, na_action="ignore").astype(object)


def _as_code_or_same(text: str) -> str:
    return as_code(text) or text


def _as_choice(text: str) -> str:
    return "_".join(re.findall(r"\w+", text.lower()))


def _as_decision(text: str) -> str:
    fixed = {*DUPLICATE_DECISIONS, "new", "ignore"}
    return text.lower() if text.lower() in fixed else _as_code_or_same(text)


def _held_faults(held: pd.DataFrame) -> Iterator[str]:
    for row in held.itertuples():
        where = f"{row.file} row {row.row_number}"
        column = _HEADING_OF.get(str(row.column), str(row.column))
        yield f"{where}: {column + ': ' if column else ''}{REASONS[str(row.reason)]}"


def _researcher_faults(researchers: pd.DataFrame) -> Iterator[str]:
    dates = ["invited_date", *STAGE_DATES]
    for row in researchers.to_dict("records"):
        where = row[_FOUND_AT]
        bad = [name for name in dates if not _is_date(row[name])]
        yield from (_no_date(where, name) for name in bad)
        if not bad:
            yield from _order_faults(where, {name: row[name] for name in dates})


def _order_faults(where: str, dates: dict[str, str | None]) -> Iterator[str]:
    pairs = zip(dates, STAGE_DATES, strict=False)  # each stage with the one before it
    for earlier, later in pairs:
        before, after = dates[earlier], dates[later]
        first, second = _HEADING_OF[earlier], _HEADING_OF[later]
        if _is_given(after) and not _is_given(before) and earlier != "invited_date":
            yield f"{where}: {second} is filled but {first} is empty"
        elif _is_given(after) and _is_given(before) and str(before) > str(after):
            yield f"{where}: {second} is before {first}"


def _payment_faults(payments: pd.DataFrame, researchers: pd.DataFrame) -> Iterator[str]:
    known = set(researchers["researcher_id"])
    recruited = set(researchers.loc[researchers["recruited_date"].notna(), "researcher_id"])
    for row in payments.to_dict("records"):
        where, code = row[_FOUND_AT], row["researcher_id"]
        if code not in known:
            yield f"{where}: researcher_id is not on the register of researchers"
        elif code not in recruited:
            yield f"{where}: researcher_id has no recruited_on in the register of researchers"
        if not _is_date(row["paid_date"]):
            yield _no_date(where, "paid_date")


def _review_faults(reviews: pd.DataFrame, known: set[str]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for row in reviews.sort_values("decided_date", kind="stable").to_dict("records"):
        where, kind, decision = row[_FOUND_AT], row["kind"], row["decision"]
        if kind == "researcher" and decision not in known:
            yield f"{where}: decision is not a researcher_id of the register of researchers"
        if kind == "duplicate" and decision not in DUPLICATE_DECISIONS:
            yield f"{where}: decision is neither keep nor drop"
        if not _is_date(row["decided_date"]):
            yield _no_date(where, "decided_date")
        subject = (fold_number if kind == "duplicate" else fold_name)(row["subject"])
        if not subject:
            yield f"{where}: subject holds no letter or digit"
        elif (kind, subject) in seen:
            yield f"{where}: another row decides the same subject"
        seen.add((kind, subject))


def _is_given(value: object) -> bool:
    return isinstance(value, str)


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not re.fullmatch(DATE_PATTERN, value, re.ASCII):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _no_date(where: str, column: str) -> str:
    return f"{where}: {_HEADING_OF[column]} is no date such as 2017-03-31"


def _require_none(faults: list[str]) -> None:
    if not faults:
        return
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    listed = "".join(f"\n  - {fault}" for fault in faults[:_MAX_LISTED])
    more = len(faults) - _MAX_LISTED
    message = (
        f"registers of the survey have {count}:{listed}"
        + (f"\n  - and {more} more" if more > 0 else "")
        + "\nMend those rows; nothing of the registers was loaded."
    )
    raise ContractError(message)


def _text(
    name: str,
    description: str,
    about: Disclosure = Disclosure.ANSWER,
    **limits: Unpack[Limits],
) -> Column:
    return fields.label(name, description, about=about, **limits)


def _register(
    name: str,
    title: str,
    key: tuple[str, ...],
    columns: tuple[Column, ...],
    stage: Callable[[pd.DataFrame], pd.DataFrame],
    *,
    row_is: str,
) -> Dataset:
    place = _text(_FOUND_AT, "File and row number.", Disclosure.BASE)
    ours = (*columns, place)
    return Dataset(
        id=f"survey_{name}",
        source=Source(
            publisher="The survey's own team",
            title=title,
            url=f"data/raw/survey/{name}/README.md",
            licence="Restricted",
            period="as kept",
            as_of="",
            is_replaced=True,
            is_assembled=True,
        ),
        contract=Contract(table=f"survey_{name}", row_is=row_is, primary_key=key, columns=ours),
        headings={_HEADING_OF.get(column.name, column.name): column.name for column in ours},
        stage=stage,
        read=read_register,
        folder=f"survey/{name}",
        required=False,
    )


_CODE: Final = _text("researcher_id", "Code on the badge.", pattern=RESEARCHER_PATTERN)

RESEARCHERS: Final = _register(
    "researchers",
    "Register of community researchers",
    ("researcher_id",),
    (
        _CODE,
        _text("name", "Name.", Disclosure.IDENTITY),
        _text("cohort", "Cohort.", nullable=True),
        _text(
            "recruited_via",
            "Channel that led to them.",
            nullable=True,
            allowed=tuple(ATTRIBUTES["channel"].categories),
        ),
        *(
            _text(name, STG_RESEARCHER.column(name).description, nullable=True)
            for name in ("invited_date", *STAGE_DATES)
        ),
    ),
    stage_researchers,
    row_is="one person invited to be a community researcher",
)

PAYMENTS: Final = _register(
    "payments",
    "Vouchers handed over to community researchers",
    ("voucher_ref",),
    (
        _text("voucher_ref", "Reference of the voucher."),
        _CODE,
        _text("paid_date", "Handed over on."),
        STG_VOUCHER_PAYMENT.column("amount_gbp"),
    ),
    stage_payments,
    row_is="one voucher handed over",
)

REVIEWS: Final = _register(
    "reviews",
    "Decisions on names, likely duplicates and places",
    ("kind", "subject"),
    (
        _text("kind", "What was decided.", allowed=REVIEW_KINDS),
        _text("subject", "Spelling, receipt or name as written.", Disclosure.IDENTITY),
        _text("decision", "Code, keep or drop, asset, new or ignore."),
        _text("decided_date", "Decided on."),
    ),
    stage_reviews,
    row_is="one decision of a reviewer",
)

REGISTERS: Final = (RESEARCHERS, PAYMENTS, REVIEWS)
