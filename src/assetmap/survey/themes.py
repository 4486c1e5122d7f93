"""The vocabulary of themes: what each answer belongs to, and the occupations that it is near.

Belongs here: reading and checking ``vocabulary/themes.csv``, looking an answer up in it. Does
not: the answers themselves (``answers.py``), the micro-assets (``micro_assets.py``).
"""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.errors import ConfigError, ContractError
from assetmap.survey import answers
from assetmap.survey.attributes import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

COLUMNS: Final = (
    "version",
    "kind",
    "choice",
    "theme",
    "label",
    "soc2020_group",
    "soc2020_title",
    "basis",
)
NOTHING: Final = "none"
"""The answer that there is none: it is kept as an answer, and is no micro-asset."""
MEDICAL: Final = {"yes": "medical", "no": "not_medical"}
"""What a qualification is called in the vocabulary, by the answer to `medical or nursing`."""

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "skill": tuple(answers.SKILLS),
    "qualification": tuple(MEDICAL.values()),
    "idea": tuple(answers.IDEA_THEMES),
    "passion": tuple(answers.PASSIONS),
}
"""Every choice that must have a theme, by kind of micro-asset."""

_THEMES: Final = {
    "skill": frozenset(ATTRIBUTES["skill_theme"].categories),
    "idea": frozenset(ATTRIBUTES["idea_theme"].categories),
}
_SOC_GROUP: Final = re.compile(r"\d{3,4}", re.ASCII)


def read_themes(path: Traversable | None = None) -> pd.DataFrame:
    """Return the vocabulary of the package, or of ``path``: one row for each kind and choice.

    Columns as in :data:`COLUMNS`, all text, NULL where a cell is empty; order of the file.
    ``number`` is added: the place of the choice within its kind, from 1. A new choice goes to
    the end of the file, so that the numbers of the others, and with them ids, stay.

    Raises
    ------
    ConfigError
        A choice has no theme or two, a theme is unknown, or a group has no title; every fault
        in one message.
    """
    source = path or files("assetmap").joinpath("survey", "vocabulary", "themes.csv")
    with source.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=str, keep_default_na=False)
    faults = list(_faults(table))
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        message = f"{source.name} has {len(faults)} faults:{lines}\nMend these rows."
        raise ConfigError(message)
    numbered = table.assign(number=table.groupby("kind").cumcount() + 1)
    return numbered.astype(object).where(numbered != "", None)


def _faults(table: pd.DataFrame) -> Iterator[str]:
    if tuple(table.columns) != COLUMNS:
        yield f"its columns are not {', '.join(COLUMNS)}"
        return
    if len(set(table["version"])) != 1 or not table["version"].iloc[0]:
        yield "version is not the same in every row"
    yield from _choice_faults(table)
    for row in table.itertuples(index=False):
        where = f"{row.kind} {row.choice}"
        if row.theme not in _THEMES.get(str(row.kind), {row.theme}) or not row.theme:
            yield f"{where}: {row.theme!r} is no theme"
        if bool(row.soc2020_group) != bool(row.soc2020_title):
            yield f"{where}: soc2020_group and soc2020_title stand together or not at all"
        elif row.soc2020_group and not _SOC_GROUP.fullmatch(str(row.soc2020_group)):
            yield f"{where}: {row.soc2020_group!r} is no minor or unit group"
        if not row.label or not row.basis:
            yield f"{where}: label or basis is empty"


def _choice_faults(table: pd.DataFrame) -> Iterator[str]:
    counts = Counter(zip(table["kind"], table["choice"], strict=True))
    wanted = {(kind, choice) for kind, choices in CHOICES.items() for choice in choices}
    for kind, choice in sorted(wanted - counts.keys()):
        yield f"{kind} {choice}: has no theme"
    for kind, choice in sorted(counts.keys() - wanted):
        yield f"{kind} {choice}: is no answer of the questionnaire"
    for (kind, choice), count in sorted(counts.items()):
        if count > 1:
            yield f"{kind} {choice}: stands {count} times"


def themes_of(themes: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the rows of one kind, indexed by choice."""
    return themes[themes["kind"] == kind].set_index("choice")


def require_known(question: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise ContractError where an answer is none of the vocabulary.

    The message counts and shows none: an unknown answer may be what a person wrote.
    """
    unknown = sum(answer not in set(known) for answer in given)
    if unknown:
        message = (
            f"stg_survey_choice: {unknown} answers to {question} are not in the vocabulary. Add "
            "the new answers of the form to survey/answers.py and survey/vocabulary/themes.csv."
        )
        raise ContractError(message)
