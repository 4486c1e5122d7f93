"""What a build was made from, and so what the next one need not make again.

Belongs here: the facts that a build depends on, each as a hash, and the comparison of two sets of
them. Does not: taking tables over (``carry.py``), the order of the steps (``build.py``).

Whatever changes what comes out is a fact. A day of the calendar is none: what follows from it is,
such as which stories may be told, so that the next day changes nothing unless something lapsed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.claims.registry import REGISTRY
from assetmap.datasets import find_datasets
from assetmap.disclosure.gate import RECORD
from assetmap.disclosure.people_tables import release_path
from assetmap.errors import KeyFileError, UnreadableFileError
from assetmap.fields import COLLECTED, SYNTHETIC
from assetmap.inputs import InputFile, hash_file
from assetmap.integrity import find_differences, read_index
from assetmap.provenance import (
    code_version,
    environment_text,
    hash_policy,
    hash_study_area,
    read_manifest,
)
from assetmap.readers import Layout, read_csv
from assetmap.registers.programme_lists import STORY
from assetmap.registers.read import PAST_DAYS, REGISTERS, future_faults, lapsed_stories
from assetmap.store import BUILD, builds_of, current, is_sealed
from assetmap.survey.load import FOLDER as SURVEY_FOLDER
from assetmap.survey.state import find_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from assetmap.dataset import Dataset
    from assetmap.registers.register import Register
    from assetmap.settings import Settings

_LOG = logging.getLogger(__name__)

CODE: Final = "code"
ENVIRONMENT: Final = "environment"
STUDY_AREA: Final = "study area"
POLICY: Final = "policy"
REGISTER_FILES: Final = "lists kept by hand"
HISTORY: Final = "record of append-only lists"
SURVEY: Final = "survey"
RELEASE: Final = "last release of people"
ALL_DEPENDS: Final = frozenset({CODE, ENVIRONMENT, STUDY_AREA, POLICY})
"""Facts on which every table rests."""

PLAN: Final = "plan.json"
"""The plan of the build that grows, in its folder until it is whole."""

_ABSENT: Final = "none"
_OTHERS: Final = 0o077
_NO_DATA: Final = ("readme", ".")
_LISTS: Final = Layout(may_be_empty=True)

Facts = dict[str, str]


@dataclass(frozen=True)
class Plan:
    """What to do for a build: from which earlier one to take tables, and what changed since.

    Without ``last`` everything is made anew, and ``reason`` says why.
    """

    facts: Mapping[str, str]
    last: Path | None = None
    changed: frozenset[str] = frozenset()
    reason: str = ""
    same: frozenset[str] = frozenset()
    anew: tuple[str, ...] = field(default=())

    @property
    def is_nothing(self) -> bool:
        """True where the last build is what a new one would be."""
        return self.last is not None and not self.changed

    def has_changed(self, fact: str) -> bool:
        """Return True where what rests on a fact must be made anew."""
        return self.last is None or fact in self.changed


def dataset_fact(dataset_id: str) -> str:
    """Return the name of the fact of one dataset."""
    return f"dataset {dataset_id}"


def compare(then: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the facts that differ, also those that only one of the two has."""
    return frozenset(name for name in {*then, *now} if then.get(name) != now.get(name))


def plan_build(settings: Settings, today: date, *, force: bool = False) -> Plan:
    """Return what a build of now has to do.

    Raises
    ------
    StorageError, UnreadableFileError
        An input cannot be read.
    """
    now = gather(settings, today)
    last = current(builds_of(settings))
    if force or last is None or not (last / BUILD).is_file():
        return Plan(now, reason="it was asked for" if force else "there is no build yet")
    if not is_whole_build(settings, last):
        _LOG.warning("%s: it is not as it was built; everything is made anew", last)
        return Plan(now, reason="the last build is damaged")
    changed = compare(_facts_of(last, now), now)
    if of_all := changed & ALL_DEPENDS:
        return Plan(now, reason=f"changed: {', '.join(sorted(of_all))}")
    return Plan(now, last, changed)


def require_same_inputs(settings: Settings, plan: Plan, today: date) -> None:
    """Raise unless every fact is still what it was when the build was planned.

    Inputs are hashed before they are read: what was read is what was hashed only where nobody
    wrote in between.

    Raises
    ------
    UnreadableFileError
        Something changed while it was read.
    """
    changed = sorted(compare(plan.facts, gather(settings, today)))
    if changed:
        message = (
            f"{settings.raw}: {len(changed)} of {len(plan.facts)} inputs changed while the build "
            f"read them, e.g. {changed[0]}. Nothing of it was kept; run it again when nobody "
            "writes there."
        )
        raise UnreadableFileError(message)


def is_whole_build(settings: Settings, folder: Path) -> bool:
    """Return True where every file of a build is as it was written; others may stand beside."""
    known = read_index(folder, BUILD).get("files")
    if not isinstance(known, dict) or not is_sealed(builds_of(settings), folder):
        return False
    found = find_differences(folder, known, BUILD)
    logs = [name for name in found.extra if name.endswith(".wal")]
    return settings.warehouse.name in known and not (found.changed or found.missing or logs)


def write_plan(folder: Path, plan: Plan) -> None:
    """Keep the plan in the folder of the growing build, which is private, for the steps to come."""
    body = {
        "facts": dict(plan.facts),
        "last": str(plan.last or ""),
        "changed": sorted(plan.changed),
        "reason": plan.reason,
        "same": sorted(plan.same),
        "anew": list(plan.anew),
    }
    (folder / PLAN).write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def read_plan(folder: Path) -> Plan:
    """Return the plan of the growing build."""
    body = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    return Plan(
        facts=body["facts"],
        last=Path(body["last"]) if body["last"] else None,
        changed=frozenset(body["changed"]),
        reason=body["reason"],
        same=frozenset(body["same"]),
        anew=tuple(body["anew"]),
    )


def gather(settings: Settings, today: date) -> Facts:
    """Return every fact that a build depends on, as it is now; no content of any file."""
    raw = settings.raw
    return {
        **made_with(),
        STUDY_AREA: hash_study_area(settings),
        POLICY: hash_policy(settings),
        **{dataset_fact(key): _dataset(raw, each) for key, each in find_datasets().items()},
        REGISTER_FILES: _registers(raw, today),
        HISTORY: _hash_if_there(settings.register_record),
        SURVEY: _survey(raw),
        **_release(settings),
    }


def made_with() -> Facts:
    """Return the facts of the program and of the packages under it."""
    return {CODE: code_version(), ENVIRONMENT: environment_text()}


def _facts_of(build: Path, now: Mapping[str, str]) -> Facts:
    """Return what a build was made from; what it left behind itself counts as made from.

    The append-only lists are then those of its own record. A release that it led to changes
    nothing: the same answers beside their own figures give the same figures.
    """
    index = read_index(build, BUILD)
    found, left = index.get("made_from"), index.get("files", {})
    then: Facts = dict(found) if isinstance(found, dict) else {}
    own = {name: entry.get("sha256", "") for name, entry in left.items()}
    records = [name for name in own if name.startswith("registers_")]
    then[HISTORY] = own[records[0]] if records else _ABSENT
    for name, value in now.items():
        if name.startswith(RELEASE) and value == own.get(RECORD):
            then[name] = value
    return then


def _dataset(raw: Path, dataset: Dataset) -> str:
    paths = sorted({source.path for source in dataset.find_inputs(raw)})
    return _digest(f"{path.relative_to(raw).as_posix()} {hash_file(path)}" for path in paths)


def _registers(raw: Path, today: date) -> str:
    """Return the fact of all lists, and of what today makes of them."""
    paths = (*(register.path for register in REGISTERS), REGISTRY)
    hashes = [f"{path} {_hash_if_there(raw / path)}" for path in paths]
    return _digest([*hashes, *_outcome_of_day(raw, today)])


def _outcome_of_day(raw: Path, today: date) -> Iterator[str]:
    """Yield which stories may not be told, and which rows lie in the future."""
    dated = [r for r in REGISTERS if r is STORY or set(PAST_DAYS) & set(r.contract.names)]
    frames = {register.table: _read_list(raw, register) for register in dated}
    yield f"lapsed {lapsed_stories(frames[STORY.table], today)}"
    yield from map(str, future_faults(frames, today))


def _read_list(raw: Path, register: Register) -> pd.DataFrame:
    """Return a list as text; empty where it cannot be read, which the build then says."""
    frame = pd.DataFrame()
    with suppress(UnreadableFileError):
        if (raw / register.path).is_file():
            frame = read_csv(InputFile(raw / register.path), _LISTS).frame
    once = frame.loc[:, ~frame.columns.duplicated()]
    return once.reindex(columns=register.contract.names).fillna("").astype(str)


def _survey(raw: Path) -> str:
    """Return the fact of all that is restricted: files, who may read them, and the key."""
    try:
        key = find_key(raw, os.environ)
        mark = hmac.digest(key, b"assetmap: what a build was made from", "sha256").hex()
    except KeyFileError:
        mark = _ABSENT
    described = (_describe(raw, path) for path in sorted(_survey_files(raw)))
    return _digest([f"key {mark}", *described])


def _survey_files(raw: Path) -> Iterator[Path]:
    """Yield the files of the survey, but for those that are of a dataset."""
    home = raw / SURVEY_FOLDER
    if not home.is_dir():
        return
    datasets = {dataset.folder_in(raw) for dataset in find_datasets().values()}
    folders = [home, *(path for path in home.iterdir() if path.is_dir())]
    for folder in folders:
        if folder not in datasets:
            yield from (path for path in folder.iterdir() if _is_data(path))


def _is_data(path: Path) -> bool:
    return path.is_file() and not path.name.lower().startswith(_NO_DATA)


def _describe(raw: Path, path: Path) -> str:
    rights = [f"{place.stat().st_mode & _OTHERS:o}" for place in (path, path.parent)]
    is_posix = os.name == "posix"
    name = path.relative_to(raw).as_posix()
    return f"{name} {hash_file(path)} {' '.join(rights) if is_posix else ''}"


def _release(settings: Settings) -> Facts:
    """Return the facts of what was published of people last: its bytes decide what may be shown."""
    records = [release_path(settings, state) for state in (COLLECTED, SYNTHETIC)]
    is_published = read_manifest(settings.maps).get("survey_state") == COLLECTED
    is_lost = is_published and not settings.last_release.is_file()
    found = {f"{RELEASE}: {path.name}": _hash_if_there(path) for path in records}
    return {**found, f"{RELEASE}: lost": str(is_lost)}


def _hash_if_there(path: Path) -> str:
    return hash_file(path) if path.is_file() else _ABSENT


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
