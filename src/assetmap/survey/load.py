"""All of the survey, from the files in its folder to restricted tables.

Belongs here: the order of the work and the account of every row. Does not: any rule of its
own; writing to the warehouse (``build.py``).
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.errors import ConfigError
from assetmap.fields import COLLECTED, SYNTHETIC
from assetmap.inputs import SYNTHETIC_MARK, hash_file
from assetmap.quarantine import HELD_COLUMNS, Rejects, reconcile
from assetmap.survey import tables
from assetmap.survey.entries import entry_agreement
from assetmap.survey.erasure import find_lists, read_erasures
from assetmap.survey.exports import find_exports, read_exports
from assetmap.survey.form import read_form
from assetmap.survey.registers import read_registers
from assetmap.survey.restricted import require_private
from assetmap.survey.staging import NEEDED, Staged, keep_entries, stage
from assetmap.survey.state import EXPORTS, find_key, state_of
from assetmap.survey.withdrawal import count_unmatched, find_refusals, spread_erasures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assetmap.contracts import Contract
    from assetmap.inputs import InputFile
    from assetmap.survey.exports import RawExport
    from assetmap.survey.form import Form
    from assetmap.survey.registers import Registers
    from assetmap.survey.staging import Places

_LOG = logging.getLogger(__name__)

FOLDER: Final = "survey"
FORM: Final = "survey/form.xlsx"

READ_ORDER: Final = "read_order"
_BESIDE: Final = ("receipt", "typed_researcher", "submitted")
_OF_RESEARCHER: Final = ("researcher_id", "researcher_match")
PEOPLE_COLUMNS: Final = (
    *(name for name in tables.STG_SURVEY_RESPONSE.names if name not in _OF_RESEARCHER),
    *_BESIDE,
)


@dataclass(frozen=True, eq=False)
class Account:
    """What became of the rows of one file; headings that were dropped, never their values."""

    file: str
    layout: str
    rows_in: int
    loaded: int
    held: int
    erased: int
    twins: int
    dropped: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Answers:
    """What the exports hold, staged; all of it restricted.

    ``people`` has one row a respondent, with the receipt, the researcher as typed and the order
    in which rows were read beside the staged columns; ``held`` the rows that did not load, by
    number and reason; ``agreement`` how far two entries of paper forms agree; ``files`` paths
    below the raw folder, hashed.
    """

    state: str
    form: Form
    people: pd.DataFrame
    choices: pd.DataFrame
    qualifications: pd.DataFrame
    mentions: pd.DataFrame
    texts: pd.DataFrame
    registers: Registers
    held: pd.DataFrame
    agreement: pd.DataFrame
    unmatched_erasures: int = 0
    accounts: tuple[Account, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def read_answers(raw: Path, places: Places) -> Answers:
    """Read and stage every export and register below ``raw/survey``.

    Raises
    ------
    KeyFileError
        There are responses of real people and no usable key.
    StorageError
        A file of real people's answers is open to other users.
    ConfigError
        Responses of real people stand beside a made-up register or the other way round, or a
        list cannot be read.
    UnreadableFileError, ContractError, MissingInputError
        A file cannot be trusted, or the form is missing.
    """
    inputs = find_exports(raw / EXPORTS)
    state = state_of(inputs)
    registers = read_registers(raw)
    _require_own_kind(state, registers, raw)
    form = read_form(raw / FORM)
    _require_questions(form, raw)
    if state == COLLECTED:
        lists = (path for path in find_lists(raw) if SYNTHETIC_MARK not in path.name)
        for path in (*(source.path for source in inputs), *lists):
            require_private(path)
    key, listed = find_key(raw, os.environ), read_erasures(raw)
    read = read_exports(inputs, form)
    _require_label(state, read)
    texts = [export.responses for _, export in read]
    erased = spread_erasures(texts, key, listed)
    exports = [
        (source, replace(export, entries=keep_entries(export.entries, key, erased)))
        for source, export in read
    ]
    refused = spread_erasures(texts, key, find_refusals(texts, key))
    staged = [stage(export, key, places, erased, refused) for _, export in exports]
    gathered = _gather(raw, state, form, registers, _without_repeats(exports, staged))
    return replace(gathered, unmatched_erasures=count_unmatched(texts, key, listed))


def _require_questions(form: Form, raw: Path) -> None:
    """Refuse a questionnaire that no longer asks what the tables are made from."""
    missing = sorted(NEEDED - {question.name for question in form.questions})
    if missing:
        message = (
            f"{raw / FORM} lacks {len(missing)} of {len(NEEDED)} questions that are needed: "
            f"{', '.join(missing)}. Put them back, under these names; they need not be required."
        )
        raise ConfigError(message)


def _require_label(state: str, exports: Sequence[tuple[InputFile, RawExport]]) -> None:
    """Refuse a file that is made up by its name and not by its tags, where it has a place for them.

    Real answers under such a name would go without a key.
    """
    if state != SYNTHETIC:
        return
    bare = [s.name for s, export in exports if export.tags and export.tags != {SYNTHETIC}]
    if bare:
        message = (
            f"survey/exports/{bare[0]}: its name says {SYNTHETIC_MARK!r}, but not every response "
            f"in it has the tag {SYNTHETIC!r} in _tags, so it may hold real people. Rename it "
            "if it does; nothing of it was loaded."
        )
        raise ConfigError(message)


def _require_own_kind(state: str, registers: Registers, raw: Path) -> None:
    """Refuse to judge people by the register of others, or to read one open to others."""
    made_up = [name for name, _ in registers.files if SYNTHETIC_MARK in name.rpartition("/")[2]]
    own = [name for name, _ in registers.files if name not in made_up]
    if state == COLLECTED and made_up:
        message = (
            f"{raw / FOLDER}: the responses are collected ones, but {len(made_up)} of the "
            f"registers are the made-up sample ({', '.join(made_up)}). Put your own into that "
            "folder, or delete the sample where there is nothing to register yet."
        )
        raise ConfigError(message)
    if state == SYNTHETIC and own:
        message = (
            f"{raw / FOLDER}: the responses are the made-up sample, but {len(own)} of the "
            f"registers are not ({', '.join(own)}), so that real people would answer for it. "
            f"Delete the sample in {raw / EXPORTS}, or put those registers away."
        )
        raise ConfigError(message)
    for name in own:
        require_private(raw / name)


@dataclass(frozen=True, eq=False)
class _Part:
    """One export without the responses that an earlier one has."""

    source: InputFile
    export: RawExport
    staged: Staged
    rejects: Rejects


def _without_repeats(
    exports: Sequence[tuple[InputFile, RawExport]], staged: Sequence[Staged]
) -> list[_Part]:
    """Hold every response whose number an earlier row, of this file or another, has."""
    seen: set[str] = set()
    parts = []
    for (source, export), part in zip(exports, staged, strict=True):
        is_repeated = []
        for person, uid in part.people[["respondent", "uid"]].to_numpy():
            numbers = {person, f"uid {uid}"} - {"uid "}
            is_repeated.append(not numbers.isdisjoint(seen))
            seen |= numbers
        flags = pd.Series(is_repeated, index=part.people.index, dtype=bool)
        repeated = Rejects.of(part.people.index[flags], "duplicate_id", "receipt")
        parts.append(_Part(source, export, _keep(part, ~flags), part.rejects + repeated))
    return parts


def _keep(part: Staged, wanted: pd.Series) -> Staged:
    """Return one staged export with the wanted responses and what belongs to them."""
    people = part.people.loc[wanted]

    def own(items: pd.DataFrame) -> pd.DataFrame:
        return items[items["row"].isin(people.index)]

    return replace(
        part,
        people=people,
        choices=own(part.choices),
        qualifications=own(part.qualifications),
        mentions=own(part.mentions),
        texts=own(part.texts),
    )


def _gather(
    raw: Path, state: str, form: Form, registers: Registers, parts: Sequence[_Part]
) -> Answers:
    accounts = tuple(_account(part) for part in parts)
    held = [frame for part in parts for frame in _held(part)]
    people = _join([p.staged.people for p in parts], PEOPLE_COLUMNS)
    people[READ_ORDER] = range(len(people))
    _LOG.info("survey: %d responses loaded, %d held", len(people), sum(map(len, held)))
    paths = [*sorted({part.source.path for part in parts}), *find_lists(raw)]
    return Answers(
        state=state,
        form=form,
        people=people.sort_values("respondent", ignore_index=True),
        choices=_long(parts, "choices", tables.STG_SURVEY_CHOICE),
        qualifications=_long(parts, "qualifications", tables.STG_SURVEY_QUALIFICATION),
        mentions=_long(parts, "mentions", tables.STG_SURVEY_MENTION),
        texts=_long(parts, "texts", tables.STG_SURVEY_TEXT),
        registers=registers,
        held=_join(held, HELD_COLUMNS),
        agreement=_join(
            [entry_agreement(p.export.entries) for p in parts if not p.export.entries.empty],
            ("question", "pairs", "agreed_share", "kappa"),
        ),
        accounts=accounts,
        files=(
            *((path.relative_to(raw).as_posix(), hash_file(path)) for path in paths),
            (FORM, hash_file(raw / FORM)),
            *registers.files,
        ),
    )


def _held(part: _Part) -> list[pd.DataFrame]:
    """Return the held rows of a file, and of the tables of its repeats."""
    name, export = part.source.name, part.export
    repeats = [
        rejects.frame("survey", f"{name}: {repeat}")
        for repeat, rejects in export.repeat_rejects.items()
    ]
    return [(part.rejects + export.rejects).frame("survey", name), *repeats]


def _account(part: _Part) -> Account:
    """Return the account of one file; ReconciliationError where a row is missing from it."""
    export, staged = part.export, part.staged
    export.reconcile(f"survey: {part.source.name}")
    held = len(part.rejects) + len(export.rejects)
    left = export.rows_in - export.twins - staged.erased_count
    reconcile(f"survey: {part.source.name}", left, len(staged.people), held)
    return Account(
        file=part.source.name,
        layout=export.layout,
        rows_in=export.rows_in,
        loaded=len(staged.people),
        held=held,
        erased=staged.erased_count,
        twins=export.twins,
        dropped=export.dropped,
        notes=export.notes,
    )


def _long(parts: Sequence[_Part], name: str, contract: Contract) -> pd.DataFrame:
    frame = _join([getattr(part.staged, name) for part in parts], contract.names)
    return frame.sort_values(list(contract.primary_key), ignore_index=True)


def _join(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))
    return whole[list(columns)]
