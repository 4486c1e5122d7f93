"""What a run published, cut down to what the next digest compares it with.

Belongs here: taking a snapshot from the published tables, and its form in a file. Does not: the
comparison (``changes.py``). Nothing about people goes into it: no table of the survey, no story.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, ValidationError

from assetmap.errors import MissingInputError, StorageError, UnreadableFileError
from assetmap.settings import Strict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd

RUN_FACTS: Final = (
    "run_id",
    "code_version",
    "policy_hash",
    "data_as_of",
    "area_id",
    "area_name",
    "catchments_m",
    "survey_state",
)
_MEANING: Final = (
    *("meaning", "unit", "period", "vintage", "interval", "caveat", "source"),
    "definition",
)
_HEADLINE_MEANING: Final = ("meaning", "unit", "headline_policy", "headline_reason", "comparison")

_Names = Annotated[tuple[str, ...], Field(strict=False)]


class Figure(Strict):
    """One published figure; ``value`` is None where there is none."""

    indicator_id: str
    title: str
    area_name: str
    unit: str
    value: float | None
    status: str
    sources: _Names


class Headline(Strict):
    """What documents claim of one indicator, and its state against the target."""

    title: str
    unit: str
    low: float | None
    high: float | None
    is_open_above: bool
    claims: _Names
    state: str
    state_reason: str


class Statement(Strict):
    """One claim or target: its indicator, and a hash of all that is said of it."""

    indicator_id: str
    digest: str


class Found(Strict):
    """One finding about claims."""

    title: str
    message: str
    state: str


class Snapshot(Strict):
    """What one run published. Every mapping is by id; a figure's is ``indicator|area``.

    ``datasets`` holds a hash over the input files of each dataset, ``definitions`` one over the
    meaning of each indicator, ``areas`` the codes of the areas that there are figures for,
    ``boundaries`` the datasets that say where areas and sites end. ``settings`` and ``packages``
    are empty in a record of a run that did not state them.
    """

    version: Literal[1] = 1
    taken_on: str
    run: dict[str, str]
    areas: _Names
    datasets: dict[str, str]
    definitions: dict[str, str]
    figures: dict[str, Figure]
    headlines: dict[str, Headline]
    claims: dict[str, Statement]
    findings: dict[str, Found]
    settings: dict[str, str] = Field(default_factory=dict)
    packages: dict[str, str] = Field(default_factory=dict)
    boundaries: _Names = ()


def take(tables: Mapping[str, pd.DataFrame], taken_on: str) -> Snapshot:
    """Return the snapshot of the published tables; a table that is not there counts as empty."""
    facts = {str(row["key"]): str(row["value"]) for row in rows_of(tables, "pub_run")}
    heads = rows_of(tables, "pub_claim_indicator")
    return Snapshot(
        taken_on=taken_on,
        run={key: facts.get(key, "") for key in RUN_FACTS},
        areas=tuple(sorted(str(row["area_code"]) for row in rows_of(tables, "pub_area"))),
        datasets=_hash_datasets(rows_of(tables, "pub_input")),
        definitions={
            **_hash_meanings(rows_of(tables, "pub_indicator_meta"), _MEANING),
            **_hash_meanings(heads, _HEADLINE_MEANING),
        },
        figures={_key(row): _figure(row) for row in rows_of(tables, "pub_indicator")},
        headlines={str(row["indicator_id"]): _headline(row) for row in heads},
        claims={
            **_statements(rows_of(tables, "pub_claim"), "claim_id"),
            **_statements(rows_of(tables, "pub_target"), "target_id"),
        },
        findings={str(row["finding_id"]): _found(row) for row in rows_of(tables, "pub_finding")},
        settings=_settings(facts),
        packages=_packages(facts),
        boundaries=tuple(
            sorted(
                str(row["dataset_id"])
                for row in rows_of(tables, "pub_dataset")
                if row.get("is_boundary")
            )
        ),
    )


def rows_of(tables: Mapping[str, pd.DataFrame], name: str) -> list[dict[str, object]]:
    """Return the rows of a table with None for what is missing; none where there is no table."""
    if name not in tables:
        return []
    frame = tables[name].astype(object)
    plain = frame.where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _key(row: Mapping[str, object]) -> str:
    return f"{row['indicator_id']}|{row['area_code']}"


def _figure(row: Mapping[str, object]) -> Figure:
    return Figure(
        indicator_id=str(row["indicator_id"]),
        title=str(row["title"]),
        area_name=str(row["area_name"]),
        unit=str(row["unit"]),
        value=_number(row["value"]),
        status=str(row["status"]),
        sources=_parts(row["source"]),
    )


def _headline(row: Mapping[str, object]) -> Headline:
    return Headline(
        title=str(row["title"]),
        unit=str(row["unit"]),
        low=_number(row["headline_low"]),
        high=_number(row["headline_high"]),
        is_open_above=bool(row["is_open_above"]),
        claims=_parts(row["headline_claims"]),
        state=str(row["state"]),
        state_reason=str(row["state_reason"]),
    )


def _found(row: Mapping[str, object]) -> Found:
    return Found(title=str(row["title"]), message=str(row["message"]), state=str(row["state"]))


def _statements(rows: Iterable[Mapping[str, object]], key: str) -> dict[str, Statement]:
    """Return claims or targets by id; how many findings name one says nothing of itself."""
    return {
        str(row[key]): Statement(
            indicator_id=str(row["indicator_id"]),
            digest=_hash([f"{k}={v}" for k, v in sorted(row.items()) if k != "finding_count"]),
        )
        for row in rows
    }


def _hash_datasets(inputs: Iterable[Mapping[str, object]]) -> dict[str, str]:
    files: dict[str, list[str]] = {}
    for row in inputs:
        files.setdefault(str(row["dataset_id"]), []).append(f"{row['file']}={row['sha256']}")
    return {dataset: _hash(sorted(names)) for dataset, names in sorted(files.items())}


def _hash_meanings(rows: Iterable[Mapping[str, object]], names: Iterable[str]) -> dict[str, str]:
    return {str(row["indicator_id"]): _hash([str(row.get(name)) for name in names]) for row in rows}


def _settings(facts: Mapping[str, str]) -> dict[str, str]:
    """Return each published setting as JSON, by its path, such as ``study_area.wards``."""
    return {
        f"{file}.{path}": json.dumps(value, sort_keys=True, ensure_ascii=False)
        for file in ("study_area", "policy")
        for path, value in _flat(json.loads(facts.get(file, "{}")))
    }


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _packages(facts: Mapping[str, str]) -> dict[str, str]:
    known = json.loads(facts.get("environment", "{}"))
    python = {"python": known["python"]} if "python" in known else {}
    return {**python, **known.get("libraries", {}), **known.get("packages", {})}


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _parts(value: object) -> tuple[str, ...]:
    return tuple(part for part in str(value or "").split(";") if part)


def write_json(snapshot: Snapshot) -> str:
    """Return a snapshot as the text of a file, the same for the same snapshot."""
    body = snapshot.model_dump(mode="json")
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_json(path: Path) -> Snapshot:
    """Read a snapshot from a file.

    Raises
    ------
    MissingInputError, StorageError
        There is no such file, or it cannot be read.
    UnreadableFileError
        It is not a record of a digest.
    """
    try:
        return Snapshot.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        message = f"{path} is not there. Give the record of an earlier digest with --since."
        raise MissingInputError(message) from None
    except OSError as fault:
        message = f"{path}: cannot be read ({fault.strerror}). Check its rights."
        raise StorageError(message) from None
    except ValidationError as fault:
        message = (
            f"{path}: it is not the record of a digest, or is damaged ({fault.error_count()} "
            "faults). Move it away; the next digest then starts a new record."
        )
        raise UnreadableFileError(message) from None
