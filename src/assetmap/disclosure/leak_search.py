"""Secret values and how they are found in a text, whatever stands between their letters.

Belongs here: what is looked for (needles) and the search for thousands of them at once.
Does not: reading files (``leak_views.py``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from assetmap.disclosure.leak_text import canonical, strip_inline_markup, strip_markup, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

LEAST_LETTERS: Final = 3
"""Letters and digits that a value must have to be looked for at all."""
EXCERPT: Final = 32
"""Letters and digits of a long value that are a leak on their own."""

_LONG: Final = 8
_SHORT: Final = 6
_SURE_NAME: Final = 12
_BITS_EACH: Final = 64
_LEAST_BITS: Final = 12
_MOST_BITS: Final = 22
_HASH_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_PHONE: Final = re.compile(r"(?:00)?(?:44)?0?([1-9]\d{8,9})")
_PHONE_START: Final = re.compile(r"\s*\(?(?:\+|0|44)")
_BETWEEN_DIGITS: Final = r"[^0-9A-Za-z,\[\]]{0,4}"
_BETWEEN_LETTERS: Final = r"[\W_]{0,3}"


@dataclass(frozen=True)
class Needle:
    """One spelling of a secret value.

    ``key`` is looked for among the letters and digits of a text; where that may be chance,
    ``confirm`` must match the text itself. ``name`` says what it is, without its value.
    """

    name: str
    key: bytes
    is_reversed: bool = False
    confirm: re.Pattern[str] | None = None


def make_needles(name: str, value: str, *, is_strict: bool = False) -> list[Needle]:
    """Return the spellings under which ``value`` is looked for; none if it is too short.

    A number counts with or without its spaces and its leading zero or +44. Of a long value
    each stretch of :data:`EXCERPT` letters counts. ``is_strict`` asks for whole words, and
    for the given case where the value is short: for thousands of values on a real site.
    """
    letters = canonical(value).decode("utf-8")
    if len(letters) < LEAST_LETTERS:
        return []
    if letters.isdecimal() and letters.isascii():
        return _digit_needles(name, value, letters)
    if len(letters) < _LONG:
        return _short_needles(name, value, letters, is_strict=is_strict)
    confirm = _whole_word(letters) if is_strict and len(letters) < _SURE_NAME else None
    return [
        Needle(name, spelling.encode(), is_reversed, None if is_reversed else confirm)
        for is_reversed, text in ((False, letters), (True, letters[::-1]))
        for spelling in _excerpts(text)
    ]


def _excerpts(letters: str) -> list[str]:
    if len(letters) <= EXCERPT:
        return [letters]
    starts = [*range(0, len(letters) - EXCERPT, EXCERPT), len(letters) - EXCERPT]
    return [letters[start : start + EXCERPT] for start in starts]


def _digit_needles(name: str, value: str, digits: str) -> list[Needle]:
    phone = _PHONE.fullmatch(digits) if _PHONE_START.match(value) else None
    core = phone[1] if phone else digits
    forward, backward = _BETWEEN_DIGITS.join(core), _BETWEEN_DIGITS.join(core[::-1])
    ways = [rf"(?<!\d)(?<!\d\.){forward}(?!\d)"], [rf"(?<!\d)(?<!\d\.){backward}(?!\d)"]
    if phone:  # with its first zero or +44 it is long enough not to be chance in any digits
        ways[0].append(rf"(?:44|0){_BETWEEN_DIGITS}0?{_BETWEEN_DIGITS}{forward}")
        ways[1].append(rf"{backward}{_BETWEEN_DIGITS}0?{_BETWEEN_DIGITS}(?:44|0)")
    return [
        Needle(name, key.encode(), is_reversed, re.compile("|".join(patterns)))
        for is_reversed, key, patterns in ((False, core, ways[0]), (True, core[::-1], ways[1]))
    ]


def _short_needles(name: str, value: str, letters: str, *, is_strict: bool) -> list[Needle]:
    if is_strict:
        spelling = r"\s*".join(map(re.escape, value.split()))
        exact = re.compile(rf"(?<![^\W_]){spelling}(?![^\W_])")
        return [Needle(name, letters.encode(), confirm=exact)]
    return [
        Needle(name, text.encode(), is_reversed, _whole_word(text))
        for is_reversed, text in ((False, letters), (True, letters[::-1]))
    ]


def _whole_word(letters: str) -> re.Pattern[str]:
    """Return a pattern of the letters as a word; a mixed one also counts inside a word."""
    spaced = _BETWEEN_LETTERS.join(map(re.escape, letters))
    pattern = rf"(?<![^\W_]){spaced}(?![^\W_])"
    is_mixed = any(map(str.isdecimal, letters)) and len(letters) >= _SHORT
    return re.compile(f"{pattern}|{re.escape(letters)}" if is_mixed else pattern, re.IGNORECASE)


class NeedleIndex:
    """Finds which of many needles stand in a text, in one pass over it.

    The first eight (or six) bytes of each needle are hashed into a bitmap; numpy hashes every
    position of the text the same way, and only positions that hit are compared.
    """

    def __init__(self, needles: Iterable[Needle]) -> None:
        self._by_start: dict[int, dict[bytes, list[Needle]]] = {
            width: defaultdict(list) for width in (_LONG, _SHORT)
        }
        self._tiny: list[Needle] = []
        for needle in needles:
            width = next((w for w in (_LONG, _SHORT) if len(needle.key) >= w), 0)
            if width:
                self._by_start[width][needle.key[:width]].append(needle)
            else:
                self._tiny.append(needle)
        self._bitmaps = {w: _bitmap(starts, w) for w, starts in self._by_start.items() if starts}
        self._clean: set[int] = set()
        """Hashes of the letters in which nothing stands: many readings differ in signs only."""

    def find(self, text: str, known: set[str]) -> Iterator[Needle]:
        """Yield needles that stand in ``text``, those whose name is ``known`` left out."""
        has_markup = "<" in text or "TJ" in text
        forms = [text, strip_markup(text)] if has_markup else [text]
        shown: list[str] = []
        for needle in dict.fromkeys(n for form in forms for n in self._candidates(canonical(form))):
            if needle.name in known:
                continue
            if needle.confirm is not None and not shown:
                shown = [visible(form) for form in (*forms, strip_inline_markup(text))]
            if needle.confirm is None or any(map(needle.confirm.search, shown)):
                yield needle

    def _candidates(self, data: bytes) -> list[Needle]:
        mark = hash(data)
        if mark in self._clean:
            return []
        found = dict.fromkeys(needle for needle in self._tiny if needle.key in data)
        padded = data + bytes(2 * _LONG)
        for shift in range(min(_LONG, len(data))):
            count = (len(data) - shift + _LONG - 1) // _LONG
            values = np.frombuffer(padded, dtype="<u8", offset=shift, count=count)
            for width, bitmap in self._bitmaps.items():
                hits = np.flatnonzero(bitmap[_hash(values, width, len(bitmap))])
                for position in (hits * _LONG + shift).tolist():
                    found.update(self._at(data, position, width))
        if not found:
            self._clean.add(mark)
        return list(found)

    def _at(self, data: bytes, position: int, width: int) -> dict[Needle, None]:
        starts = self._by_start[width].get(data[position : position + width], ())
        return dict.fromkeys(n for n in starts if data.startswith(n.key, position))


def _hash(values: np.ndarray, width: int, size: int) -> np.ndarray:
    """Return where each value of ``width`` bytes stands in a bitmap of ``size``, a power of 2."""
    mask = np.uint64((1 << (8 * width)) - 1)
    return ((values & mask) * _HASH_FACTOR) >> np.uint64(65 - size.bit_length())


def _bitmap(starts: Collection[bytes], width: int) -> np.ndarray:
    size = 1 << min(max((_BITS_EACH * len(starts)).bit_length(), _LEAST_BITS), _MOST_BITS)
    values = np.array([int.from_bytes(start, "little") for start in starts], dtype=np.uint64)
    bitmap = np.zeros(size, dtype=bool)
    bitmap[_hash(values, width, size)] = True
    return bitmap
