"""Frozen settings: where files are, which area is studied, what may be published.

Belongs here: reading and checking ``study_area.toml`` and ``policy.toml``. Does not:
anything that depends on the data itself.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from assetmap.errors import ConfigError, MissingInputError, StorageError
from assetmap.geography import LAD_PATTERN, SLUG_PATTERN, WARD_PATTERN
from assetmap.storage import standing

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=40)]
WardCode = Annotated[str, StringConstraints(pattern=WARD_PATTERN)]
LadCode = Annotated[str, StringConstraints(pattern=LAD_PATTERN)]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"\w")
]
Metres = Annotated[int, Field(gt=0, le=20_000)]

_Item = TypeVar("_Item")


def _each_once(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """Refuse a list that names something twice: it would count twice."""
    if len(set(items)) < len(items):
        message = "names something twice"
        raise ValueError(message)
    return items


_Model = TypeVar("_Model", bound="Strict")


class Strict(BaseModel):
    """A part of a settings file: nothing unknown in it, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Benchmark(Strict):
    """A local authority to compare with; computed only where all its LSOAs are loaded."""

    code: LadCode
    name: ShortText
    lsoa11_count: Annotated[int, Field(gt=0)]


def _each_code_once(benchmarks: tuple[Benchmark, ...]) -> tuple[Benchmark, ...]:
    _each_once(tuple(benchmark.code for benchmark in benchmarks))
    return benchmarks


class StudyArea(Strict):
    """The area of interest: a list of ward codes of 2017, and the distances that matter."""

    id: Slug
    name: ShortText
    wards: Annotated[
        tuple[WardCode, ...], Field(min_length=1, strict=False), AfterValidator(_each_once)
    ]
    catchments_m: Annotated[
        tuple[Metres, ...], Field(min_length=1, strict=False), AfterValidator(_each_once)
    ] = (
        400,
        800,
        1200,
    )
    lsoa11_count: Annotated[int, Field(gt=0)] | None = None
    adjacent_m: Metres = 400
    nearest_count: Annotated[int, Field(ge=1, le=20)] = 3
    brownfield_min_homes: Annotated[int, Field(ge=1)] = 50
    benchmarks: Annotated[
        tuple[Benchmark, ...], Field(strict=False), AfterValidator(_each_code_once)
    ] = ()


class SurveyRules(Strict):
    """How responses are validated and researchers paid."""

    researcher_target: Annotated[int, Field(ge=0)] = 22
    trained_after: Literal["module_1", "module_2", "module_3", "accredited"] = "module_1"
    voucher_rate_gbp: Annotated[int, Field(ge=0)] = 20
    voucher_block: Annotated[int, Field(ge=1)] = 10
    voucher_cap_gbp: Annotated[int, Field(ge=0)] = 100
    voucher_counts: Literal["validated", "completed"] = "validated"
    similarity: Annotated[float, Field(gt=0, le=1)] = 0.95
    near_name: Annotated[int, Field(gt=0, le=100)] = 85
    weight_limit: Annotated[float, Field(ge=1)] = 3.0


class PeopleRules(Strict):
    """When a count of people may be shown; a weaker rule than the least here is refused."""

    threshold: Annotated[int, Field(ge=10)] = 10
    sensitive_threshold: Annotated[int, Field(ge=20)] = 20
    rounding_base: Annotated[int, Field(ge=5)] = 5
    least_width: Annotated[int, Field(ge=5)] = 5
    least_denominator: Annotated[int, Field(ge=50)] = 50
    largest_share: Annotated[float, Field(gt=0, le=0.9)] = 0.9
    least_categories: Annotated[int, Field(ge=3)] = 3
    least_change: Annotated[int, Field(ge=10)] = 10

    @model_validator(mode="after")
    def _no_count_is_rounded_to_nothing(self) -> Self:
        if self.rounding_base > self.threshold:
            message = "rounding_base is above threshold, so that counts of people would become 0"
            raise ValueError(message)
        return self


class PeopleTable(Strict):
    """One published table of people; a table that is not declared here is not published.

    ``margin`` names the dimension of the census that the table is compared with, or is empty.
    """

    id: Slug
    title: ShortText
    population: Literal["respondent", "researcher"] = "respondent"
    attributes: Annotated[
        tuple[Slug, ...], Field(max_length=2, strict=False), AfterValidator(_each_once)
    ] = ()
    geographies: Annotated[
        tuple[Literal["study_area", "ward"], ...],
        Field(min_length=1, strict=False),
        AfterValidator(_each_once),
    ]
    margin: Slug | Literal[""] = ""


class QualityRules(Strict):
    """How far a build may fall below the last one before it is not published."""

    largest_fall: Annotated[float, Field(gt=0, le=1)] = 0.5


class Retention(Strict):
    """Until when personal data may be kept; past a date, ``assetmap check`` fails."""

    responses_until: date
    researchers_until: date


def _each_id_once(tables: tuple[PeopleTable, ...]) -> tuple[PeopleTable, ...]:
    _each_once(tuple(table.id for table in tables))
    return tables


class Policy(Strict):
    """What may pass: how bad a file may be, and what is shown of people."""

    max_held_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    quality: QualityRules = QualityRules()
    survey: SurveyRules = SurveyRules()
    people: PeopleRules = PeopleRules()
    people_tables: Annotated[
        tuple[PeopleTable, ...], Field(strict=False), AfterValidator(_each_id_once)
    ] = ()
    retention: Retention | None = None


@dataclass(frozen=True)
class Settings:
    """All that a run depends on besides its input files."""

    raw: Path
    out: Path
    study_area: StudyArea
    policy: Policy

    @property
    def processed(self) -> Path:
        """Tables of the last build; never published."""
        return standing(self.out / "data" / "processed")

    @property
    def maps(self) -> Path:
        """The published site."""
        return standing(self.out / "maps")

    @property
    def builds(self) -> Path:
        """Builds side by side, for this user alone; ``processed`` points to the last one."""
        return self.out / "data" / "builds"

    @property
    def editions(self) -> Path:
        """Published sites side by side; ``maps`` points to the one that stands."""
        return self.out / "data" / "editions"

    @property
    def warehouse(self) -> Path:
        """The warehouse, with restricted tables."""
        return self.processed / "assetmap.duckdb"

    @property
    def lists(self) -> Path:
        """Worklists and reports about people, for the team alone; rebuilt, never published."""
        return self.processed / "lists"

    @property
    def releases(self) -> Path:
        """What the last published release showed of people; kept from build to build."""
        return self.out / "data" / "releases"

    @property
    def last_release(self) -> Path:
        """Record of the figures of people that were published last."""
        return self.releases / "people.json"

    @property
    def register_record(self) -> Path:
        """Digests of the rows of append-only lists, as the last build of this area saw them."""
        return self.releases / f"registers_{self.study_area.id}.json"

    @property
    def public(self) -> Path:
        """What the gate let through."""
        return self.processed / "public.duckdb"


def read_settings(raw: Path, out: Path) -> Settings:
    """Read ``study_area.toml`` and ``policy.toml`` from the folder ``raw``.

    Raises
    ------
    MissingInputError
        The folder or a file is not there.
    ConfigError
        A file is not TOML, or a value is missing, unknown or impossible; every fault of a
        file in one message.
    """
    if not raw.is_dir():
        message = (
            f"{raw}: there is no such folder. Give the folder that holds study_area.toml and "
            "one folder a dataset with --raw DIR."
        )
        raise MissingInputError(message)
    return Settings(
        raw=raw,
        out=out,
        study_area=read_toml(raw / "study_area.toml", StudyArea),
        policy=read_toml(raw / "policy.toml", Policy),
    )


def read_toml(path: Path, model: type[_Model], *, is_secret: bool = False) -> _Model:
    """Return a settings file as ``model``.

    Of a file that ``is_secret`` no value is quoted: somebody may have put a token there.

    Raises
    ------
    MissingInputError, StorageError
        The file is not there, or cannot be read.
    ConfigError
        It is not TOML, or breaks the model; every fault in one message.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message = (
            f"{path} is missing. Copy it from the project's data/raw and set it for your area."
        )
        raise MissingInputError(message) from None
    except (ValueError, RecursionError) as fault:  # a number or a list beyond all bounds, too
        message = f"{path} is not TOML: {fault}. Mend that line."
        raise ConfigError(message) from None
    except OSError as fault:
        message = f"{path} cannot be read ({fault.strerror}). Put the settings file there."
        raise StorageError(message) from None
    try:
        return model.model_validate(values)
    except ValidationError as fault:
        errors = fault.errors(include_url=False)
        found = [e for e in errors if e["type"] != "too_short"] or errors
        lines = [_say(error, is_secret=is_secret) for error in found]
        count = "1 wrong setting" if len(lines) == 1 else f"{len(lines)} wrong settings"
        listed = "".join(f"\n  - {line}" for line in lines)
        message = f"{path} has {count}:{listed}\nWrite them as the comments in that file say."
        raise ConfigError(message) from None


def _say(error: ErrorDetails, *, is_secret: bool) -> str:
    """Return one fault of a settings file: where, what is wrong, what stands there."""
    where = ".".join(map(str, error["loc"])) or "the file"
    # A whole table would bury the message, which names what is wrong in it.
    is_silent = is_secret or error["type"] == "missing" or isinstance(error["input"], dict)
    given = "" if is_silent else f", not {_shown(error['input'])!r}"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}{given}"


def _shown(value: object) -> str:
    try:
        return str(value)[:60]
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of thousands of digits"
