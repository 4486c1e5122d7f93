"""A figure as a document writes it, read as a number, or refused where it could mean two.

Belongs here: marks, signs, multipliers and number words of one figure. Does not: what a figure
limits (``intervals.py``), nor whether it is likely (``plausibility.py``).

Read without being told: ``3,000`` (comma and three digits: thousands, the English way),
``3.13`` (a dot without three digits after it: decimals), ``1.073.045`` (a mark that comes twice
parts thousands) and ``1.234,5`` (two marks: the last one parts decimals). Refused until
``notation`` says what the marks mean: a dot before exactly three digits (``81.361``) and a comma
before any other number of digits (``3,54``).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final[Mapping[str, int]] = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
}
_MULTIPLIERS: Final[Mapping[str, int]] = {
    "": 1,
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("m", "mn", "mio", "mio.", "million"), 10**6),
    **dict.fromkeys(("bn", "billion", "mrd", "mrd."), 10**9),
}
_SIGNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("£", "gbp"), "gbp"),
    **dict.fromkeys(("€", "eur", "euro", "euros"), "eur"),
    **dict.fromkeys(("%", "percent", "per cent"), "percent"),
    **dict.fromkeys(("st", "nd", "rd", "th"), "rank"),
    **dict.fromkeys(("ha", "hectares"), "ha"),
    **dict.fromkeys(("month", "months"), "months"),
    "times": "times",
    "homes": "homes",
    "jobs": "jobs",
}
_SIGNED: Final = ("gbp", "eur", "percent")
"""Units that a figure must show: 3,000 of pounds and of euros look alike."""

_PHRASES: Final[Mapping[tuple[str, str], int]] = {
    ("times", "double"): 2,
    ("times", "doubles"): 2,
    ("times", "twice"): 2,
    ("percent", "every other"): 50,
    ("per_year", "weekly"): 52,
    ("per_year", "monthly"): 12,
    ("per_year", "once every month"): 12,
    ("per_year", "bi-monthly"): 6,  # every second month, as meetings are
    ("per_year", "twice a year"): 2,
    ("per_year", "once per year"): 1,
}
_LONGEST: Final = 40

_SPACE: Final = "[ \u00a0\u2009\u202f]"
_DIGITS: Final = r"[0-9](?:[0-9.,]|(?<=[0-9])[ \u00a0\u2009\u202f](?=[0-9]))*(?<![.,])"
_SHARE: Final = re.compile(rf"({_DIGITS}|[a-z]+) in ({_DIGITS}|[a-z]+)")
_FIGURE: Final = re.compile(
    rf"(?P<before>£|€|gbp|eur)?{_SPACE}?"
    rf"(?P<number>{_DIGITS}|(?:{'|'.join(_WORDS)})(?![a-z]))"
    rf"(?:{_SPACE}?(?P<many>k|thousand|mio\.|mio|million|mn|m|bn|billion|mrd\.|mrd)(?![a-z]))?"
    rf"(?:{_SPACE}?(?P<after>[£€%]|[a-z]+(?: cent)?))?"
)
_SPACED: Final = re.compile(rf"[1-9][0-9]{{0,2}}(?:{_SPACE}[0-9]{{3}})+(?![0-9])")


class FigureError(ValueError):
    """A figure cannot be read, or could be read in two ways; whoever screens a list tells it."""


class Figure(NamedTuple):
    """A figure taken apart: the value, half of its last place, and what its marks mean.

    ``marks`` holds pairs of a mark and ``thousands`` or ``decimals``.
    """

    value: float
    half_place: float
    marks: frozenset[tuple[str, str]] = frozenset()


def read_figure(written: str, *, unit: str, notation: str | None = None) -> float:
    """Return the value of a figure as it is written.

    Parameters
    ----------
    written
        The figure with its marks and signs: ``£3.13m``, ``62%``, ``81.361``, ``one in five``.
    unit
        Unit that it is in; a sign of another unit is refused, and so is money or a share
        without a sign.
    notation
        ``comma_thousands`` or ``dot_thousands``, where the marks could be read both ways.

    Raises
    ------
    FigureError
        It is not one figure, its sign is of another unit, or its marks could mean two things.
    """
    return take_apart(written, unit=unit, notation=notation).value


def take_apart(written: str, *, unit: str, notation: str | None = None) -> Figure:
    """Return the figure with half of its last written place and the meaning of its marks.

    A share is rounded to its last place even where it has no decimals (62 % covers 61.5 to
    62.5); a whole number of anything else is taken at its word.

    Raises
    ------
    FigureError
        As :func:`read_figure`.
    """
    text = written.strip().lower()
    if not unit:
        message = f"{_shown(written)} has no unit"
        raise FigureError(message)
    if len(text) > _LONGEST:
        message = f"{_shown(written)} … is too long for one figure"
        raise FigureError(message)
    if (unit, text) in _PHRASES:
        return Figure(float(_PHRASES[unit, text]), 0.0)
    if unit == "percent" and (share := _SHARE.fullmatch(text)):
        return _of_share(share, notation)
    match = _FIGURE.fullmatch(text)
    if match is None:
        message = f"{_shown(written)} is not one figure in the digits 0 to 9"
        raise FigureError(message)
    _require_sign(written, match, unit)
    return _scaled(match, unit, notation)


def _scaled(match: re.Match[str], unit: str, notation: str | None) -> Figure:
    number, marks = _read_number(match["number"], notation)
    factor = _MULTIPLIERS[match["many"] or ""]
    places = -int(number.as_tuple().exponent)
    is_rounded = places > 0 or unit == "percent"
    half = Decimal(factor) * Decimal(5).scaleb(-places - 1) if is_rounded else Decimal(0)
    return Figure(float(number * factor), float(half), marks)


def _of_share(share: re.Match[str], notation: str | None) -> Figure:
    part, whole = (_read_number(text, notation)[0] for text in share.groups())
    if not 0 < part <= whole:
        message = f"{_shown(share[0])} is no share"
        raise FigureError(message)
    return Figure(float(100 * part / whole), 0.0)


def _require_sign(written: str, match: re.Match[str], unit: str) -> None:
    signs = [sign for sign in (match["before"], match["after"]) if sign]
    units = {_SIGNS.get(sign, sign) for sign in signs}
    if units - {unit}:
        message = f"{_shown(written)} is not in {unit}"
        raise FigureError(message)
    if unit in _SIGNED and not signs:
        message = f"{_shown(written)} does not show that it is in {unit}"
        raise FigureError(message)


def _read_number(text: str, notation: str | None) -> tuple[Decimal, frozenset[tuple[str, str]]]:
    if text in _WORDS:
        return Decimal(_WORDS[text]), frozenset()
    closed = _SPACED.sub(lambda match: re.sub(_SPACE, "", match[0]), text)
    thousands = _thousands_mark(closed, notation)
    decimals = "." if thousands == "," else ","
    whole = rf"0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:\{thousands}[0-9]{{3}})+"
    if not re.fullmatch(rf"(?:{whole})(?:\{decimals}[0-9]+)?", closed):
        message = f"{_shown(text)} is not parted into thousands and decimals as numbers are"
        raise FigureError(message)
    meanings = ((thousands, "thousands"), (decimals, "decimals"))
    marks = frozenset((mark, meaning) for mark, meaning in meanings if mark in closed)
    return Decimal(closed.replace(thousands, "").replace(decimals, ".")), marks


def _thousands_mark(text: str, notation: str | None) -> str:
    """Return the mark that parts thousands in ``text``; refuse where it could be either."""
    if notation is not None:
        return "," if notation == "comma_thousands" else "."
    commas, dots = text.count(","), text.count(".")
    if commas and dots:
        return "," if text.rindex(",") < text.rindex(".") else "."
    if dots > 1:
        return "."
    if _is_ambiguous(text):
        message = (
            f"{_shown(text)} could be read in two ways; notation must say which: "
            "comma_thousands for 1,234.5 or dot_thousands for 1.234,5"
        )
        raise FigureError(message)
    return ","


def _is_ambiguous(text: str) -> bool:
    """Say whether one mark could part thousands or decimals for two readers of these documents."""
    if "," in text:
        return re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", text) is None
    return re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", text) is not None


def _shown(written: str) -> str:
    return repr(written[:_LONGEST])
