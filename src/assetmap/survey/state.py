"""Whose answers are there: nobody's, made-up people's, or real people's.

Belongs here: the state of the folder of exports, and the key that goes with it. Does not:
reading the exports (``load.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.fields import COLLECTED, NO_SURVEY, SYNTHETIC
from assetmap.survey.exports import find_exports
from assetmap.survey.pseudonyms import SYNTHETIC_KEY, read_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assetmap.inputs import InputFile

EXPORTS: Final = "survey/exports"


def state_of(inputs: Sequence[InputFile]) -> str:
    """Return which of :data:`~assetmap.fields.SURVEY_STATES` the exports are in."""
    if not inputs:
        return NO_SURVEY
    return SYNTHETIC if all(source.is_synthetic for source in inputs) else COLLECTED


def find_erasure_key(raw: Path, environment: Mapping[str, str]) -> bytes:
    """Return the key under which an erasure is listed.

    Where no export lies there yet, or none any more, the next one may be of real people: the
    key of made-up ones would list nobody, and nobody would see that.

    Raises
    ------
    KeyFileError
        There is no usable key, and the responses are not made up.
    """
    has_none = state_of(find_exports(raw / EXPORTS)) == NO_SURVEY
    return read_key(raw, environment) if has_none else find_key(raw, environment)


def find_key(raw: Path, environment: Mapping[str, str]) -> bytes:
    """Return the key of the pseudonyms; made-up people need no secret one.

    Raises
    ------
    KeyFileError
        There are responses of real people and no usable key.
    """
    is_collected = state_of(find_exports(raw / EXPORTS)) == COLLECTED
    return read_key(raw, environment) if is_collected else SYNTHETIC_KEY
