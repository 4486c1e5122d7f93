"""Whether the text of a document can be read as it stands, before claims are taken from it.

Belongs here: words that were decoded with a wrong table, and chapters that are missing. Does
not: any claim, nor reading a file.

Some fonts carry a wrong table of characters: the letters of such a passage come out shifted
into other blocks (Latin Extended-B, Greek, Cyrillic), figures with them. What is read from it
is not what the document says, so it is pointed out and never taken in.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIVING: Final = frozenset(
    "ƒƠơƯưǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜ"  # florin; Vietnamese; romanised Chinese
    "ƁɓƊɗƘƙƳƴƏəƎǝƆɔƐɛƉɖƑƔɣƖɩƲʋƩʃƱʊ"  # Hausa, Azeri and languages of West Africa
    "ǤǥǦǧǨǩǪǫǮǯƷʒǺǻǼǽǾǿ"  # Sami, Romani, Danish
    "ȘșȚțȞȟȦȧȪȫȬȭȮȯȰȱȲȳȺȻȼȽɃɄɌɍ"  # Romanian, Livonian, languages of America
)
"""Letters beyond Latin Extended-A that somebody writes a language or a name with."""

_EXTENDED: Final = ("\u0180", "\u024f")
_NOT_EXTENDED: Final = "\u0100"
_ODD: Final = "ĸŉ\ufffd"
_DIGRAPHS: Final = "ǄǇǊǱ"
"""Capital digraphs: before a small letter a name has the title form (ǅ, ǈ, ǋ, ǲ)."""

_GREEK_SYMBOLS: Final = ("\u03cf", "\u03ff")
_MISREAD: Final = re.compile("[ÂÃ][\u0080-\u009f¡-¿]|â\u20ac|â\u201a")
"""UTF-8 that was read as Latin-1 or Windows-1252: ``Â£``, ``Ã©``, ``â€™``."""

_PARTS: Final = re.compile(r"[\s/()\[\]<>\-\u2010-\u2015]+")
_UNIT: Final = re.compile("[0-9.,]*[\u00b5\u03bc][a-z]{1,2}|[0-9.,]*[kKMGm]?[\u03a9\u2126]")
"""Micrometres and ohms: the Greek letter is a unit's own."""

_QUOTES: Final = re.compile(r"^\W+")
_SIGMA: Final = "ς"
"""The form that ends a word: none begins with it."""

_MID_CAPITALS: Final = 2
"""Accented capitals amid small letters that no name has."""

_HEADING: Final = re.compile(r"^[ \t]*([1-9](?:\.[1-9]){0,2})[ \t]+([A-Z][^\n]*)$", re.MULTILINE)
_REFERENCE: Final = re.compile(
    r"(?:\bcf\.|\bsee|\bchapter|\bsection)\s+(?:chapter\s+|section\s+)?([1-9](?:\.[1-9]){0,2})\b"
)


@dataclass(frozen=True)
class ShiftedLine:
    """A line of a text, counted from 1, and the words in it that were decoded wrongly."""

    number: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What stands in the way of taking claims from a text.

    ``absent`` are chapters that the text refers to and has no heading for, ``empty`` those with
    a heading and nothing below it.
    """

    shifted: tuple[ShiftedLine, ...]
    present: tuple[str, ...]
    referred: tuple[str, ...]
    empty: tuple[str, ...]

    @property
    def absent(self) -> tuple[str, ...]:
        """Chapters that the text refers to and does not hold."""
        return tuple(chapter for chapter in self.referred if chapter not in self.present)


def inspect(text: str) -> Inspection:
    """Return which lines of ``text`` are shifted and which chapters are missing or empty."""
    lines = enumerate(text.splitlines(), start=1)
    found = ((number, find_shifted(line)) for number, line in lines)
    headings = list(_HEADING.finditer(text))
    present = tuple(dict.fromkeys(heading[1] for heading in headings))
    return Inspection(
        shifted=tuple(ShiftedLine(number, words) for number, words in found if words),
        present=present,
        referred=tuple(sorted({match[1] for match in _REFERENCE.finditer(text)})),
        empty=tuple(_empty(text, headings)),
    )


def _empty(text: str, headings: list[re.Match[str]]) -> Iterator[str]:
    """Yield headings without text; one that parts into sections needs none of its own."""
    starts = [*(heading.start() for heading in headings), len(text)]
    chapters = {heading[1] for heading in headings}
    for heading, end in zip(headings, starts[1:], strict=True):
        is_parent = any(chapter.startswith(f"{heading[1]}.") for chapter in chapters)
        if not is_parent and not text[heading.end() : end].strip():
            yield heading[1]


def find_shifted(text: str) -> tuple[str, ...]:
    """Return the words of ``text`` that were decoded with a wrong table, in their order.

    A word is one where Latin letters stand beside Greek or Cyrillic ones, where a letter is of
    no living spelling, or where accented capitals stand amid small letters. Whole words of any
    script, and names with the letters of their language, are left alone.
    """
    return tuple(word for word in _PARTS.split(text) if word and _is_shifted(word))


def _is_shifted(word: str) -> bool:
    if word.isascii() or _UNIT.fullmatch(word.strip(".,;:")):
        return False
    return (
        _MISREAD.search(word) is not None
        or len({_script(letter) for letter in word} - {""}) > 1
        or _QUOTES.sub("", word).startswith(_SIGMA)
        or any(_is_odd(letter, after) for letter, after in zip(word, f"{word[1:]} ", strict=True))
        or _has_mid_capitals(word)
    )


def _script(letter: str) -> str:
    """Return Latin, Greek or Cyrillic, or nothing for any other character."""
    if not letter.isalpha() or letter in "ªº\u00b5":
        return ""
    if letter.isascii():
        return "LATIN"
    name = unicodedata.name(letter, "").partition(" ")[0]
    return name if name in ("LATIN", "GREEK", "CYRILLIC") else ""


def _is_odd(letter: str, after: str) -> bool:
    """Say whether a letter is none that a living language is written with, there."""
    if letter in _DIGRAPHS:
        return after.islower()
    if letter in "ŀĿ":
        return after not in "lL"
    if _GREEK_SYMBOLS[0] <= letter <= _GREEK_SYMBOLS[1]:
        return True
    is_extended = _EXTENDED[0] <= letter <= _EXTENDED[1]
    return letter in _ODD or (is_extended and letter not in _LIVING and letter not in "ǅǆǈǉǋǌ")


def _has_mid_capitals(word: str) -> bool:
    mid = [
        before
        for before, letter in pairwise(word)
        if before.islower() and _is_far(letter) and letter.isupper()
    ]
    return len(mid) >= _MID_CAPITALS or any(_is_far(before) for before in mid)


def _is_far(letter: str) -> bool:
    """Say whether a letter is beyond Latin-1, where a shifted one lands."""
    return _NOT_EXTENDED <= letter <= _EXTENDED[1]
