"""Every reading of one text: what it says once its escapes and encodings are undone.

Belongs here: the decoders of text, applied to each other's results up to three deep. Does
not: opening files and archives (``leak_files.py``), nor what is looked for (``leak_search.py``).
"""

from __future__ import annotations

import binascii
import html
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH: Final = 3
"""How many encodings may lie over each other."""
MAX_READINGS: Final = 250
"""How many readings of one text are followed; ordinary pages have fewer than thirty."""

# Each pattern begins with what it must match, so that the search for it can leap.
_PERCENT: Final = re.compile(r"%(?:[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*|u([0-9A-Fa-f]{4}))")
_SCRIPT: Final = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,8})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})"
    r"|x([0-9A-Fa-f]{2})|([0-3]?[0-7]{1,2})|(.))",
    re.DOTALL,
)
_STYLE: Final = re.compile(r"\\([0-9A-Fa-f]{1,6})[ \t\r\n\f]?")
_QUOTED: Final = re.compile(r"=(?:[0-9A-Fa-f]{2}(?:=[0-9A-Fa-f]{2})*|[ \t]*\r?\n)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_WRAPPED: Final = re.compile(
    r"[\\\s](?<=[A-Za-z0-9+/_-]{40}.)[rn\\\s]{0,8}(?=[A-Za-z0-9+/_-])", re.DOTALL
)  # a line of base64 goes on in the next
_HEX: Final = re.compile(r"[0-9A-Fa-f]{12,}")
_SPACED_HEX: Final = re.compile(
    r"[\s:-](?<=[0-9A-Fa-f]{2}.)(?:[0-9A-Fa-f]{2}[\s:-]){4,}[0-9A-Fa-f]{2}", re.DOTALL
)
_CODES: Final = re.compile(
    r"[,;](?<=[0-9A-Fa-f]{2}.)\s{0,3}(?:[0-9][0-9a-fA-Fx]{1,3}[,;]\s{0,3}){4,}[0-9][0-9a-fA-Fx]{1,3}"
)
_GAP: Final = re.compile(r"[\s:-]+")
_PLAIN_RUN: Final = re.compile(rb"[\t\r\n\x20-\x7e]{16,}")
"""Long enough not to come out of noise."""
_CODE: Final = re.compile(r"0x[0-9A-Fa-f]+|[0-9]+")
_TAG: Final = re.compile(r"<!--(?:(?!-->).){0,4000}-->|<[!/?A-Za-z][^<>]*>", re.DOTALL)
_INLINE_TAG: Final = re.compile(
    r"<!--(?:(?!-->).){0,4000}-->"
    r"|</?(?:a|b|bdi|bdo|em|font|i|mark|s|small|span|strong|sub|sup|tspan|u|wbr)\b[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_KERNING: Final = re.compile(r"\)\s{0,3}-?\d+(?:\.\d+)?\s{0,3}\(")
"""How a PDF document moves the pen between the letters of one word."""

_LOWER: Final = bytes(range(256)).lower()
_NOT_ALNUM: Final = bytes(code for code in range(128) if not chr(code).isalnum())
# The four fillers count as letters in Unicode, but nobody sees them.
_BETWEEN: Final = re.compile("[\\W_\u115f\u1160\u3164\uffa0]+")
_URL_ALPHABET: Final = str.maketrans("-_", "+/")
_CSS: Final = "CSS escapes"
_MAIL: Final = "quoted-printable"
_ONE_WAY: Final = frozenset({_CSS, _MAIL})
"""Decoders that are not applied to each other's results: they would eat ordinary text."""

_PRINTABLE: Final = bytes((*b"\t\r\n", *range(32, 127)))
_OTHER_SHARE: Final = 0.1
_CONTAINER_RUN: Final = 16


@dataclass(frozen=True)
class Reading:
    """One reading of a text.

    ``route`` names the encodings that were undone, outermost first. ``is_guess`` marks a
    decoding that was tried without a sign that it is meant, so that letters may stand there
    by chance. ``blobs`` are byte strings, each perhaps a file of its own.
    """

    route: tuple[str, ...]
    text: str
    is_guess: bool = False
    blobs: tuple[bytes, ...] = ()


class TooManyReadingsError(Exception):
    """A text has so many layers that it cannot be read to the end."""


def readings(text: str) -> Iterator[Reading]:
    """Yield ``text`` and every further reading of it, those with fewest decoders first.

    Guesses are not read any further: text that a guess lays open comes as a reading that is
    none, too.

    Raises
    ------
    TooManyReadingsError
        There are more than :data:`MAX_READINGS`.
    """
    level = [Reading((), text)]
    texts, runs, count = {hash(text)}, set[str](), 0
    for depth in range(MAX_DEPTH + 1):
        following: list[Reading] = []
        for reading in level:
            count += 1
            if count > MAX_READINGS:
                raise TooManyReadingsError
            yield reading
            if depth < MAX_DEPTH and not reading.is_guess:
                following += [r for r in _decoded(reading, runs) if r.blobs or _is_new(r, texts)]
        level = following


def _is_new(reading: Reading, texts: set[int]) -> bool:
    mark = hash(reading.text)
    is_new = mark not in texts
    texts.add(mark)
    return is_new


def _decoded(reading: Reading, runs: set[str]) -> Iterator[Reading]:
    is_plain = _ONE_WAY.isdisjoint(reading.route)
    for found in (*_unescaped(reading.text, is_plain=is_plain), *_unpacked(reading.text, runs)):
        yield replace(found, route=(*reading.route, *found.route))


def _unescaped(text: str, *, is_plain: bool) -> Iterator[Reading]:
    """Yield readings without escapes; three ways, since a backslash or ``=41`` means several."""
    entities = _apply((), text, (("HTML entities", html.unescape),))
    percent = _apply(*entities, (("percent-encoding", undo_percent),))
    ways = [_apply(*percent, (("escapes", undo_escapes),))]
    if is_plain:
        ways.append(_apply(*percent, ((_CSS, undo_css),)))
        ways.append(_apply(*entities, ((_MAIL, undo_quoted_printable),)))
    for route, decoded in ways:
        if route:
            yield Reading(route, decoded)


def _apply(
    route: tuple[str, ...], text: str, decoders: tuple[tuple[str, Callable[[str], str]], ...]
) -> tuple[tuple[str, ...], str]:
    for name, decoder in decoders:
        decoded = decoder(text)
        if decoded != text:
            route, text = (*route, name), decoded
    return route, text


def undo_percent(text: str) -> str:
    """Undo one layer of percent-encoding, ``%uXXXX`` too."""
    return _PERCENT.sub(_percent, text) if "%" in text else text


def _percent(match: re.Match[str]) -> str:
    wide = match[1]
    return chr(int(wide, 16)) if wide else _text(bytes.fromhex(match[0].replace("%", "")))


def undo_escapes(text: str) -> str:
    """Undo the escapes of JavaScript, JSON and C: Unicode, hexadecimal and octal ones."""
    if "\\" not in text:
        return text
    decoded = _SCRIPT.sub(_script, text)
    if _SURROGATE.search(decoded):
        decoded = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return decoded


def _script(match: re.Match[str]) -> str:
    octal, other = match[5], match[6]
    if other is not None:
        return " " if other in "nrtbfv\n\r" else other
    code = int(octal, 8) if octal is not None else int(match[match.lastindex or 0], 16)
    return _char(code) or match[0]


def undo_css(text: str) -> str:
    """Undo the escapes of style sheets: a backslash and up to six hexadecimal digits."""
    if "\\" not in text:
        return text
    return _STYLE.sub(lambda match: _char(int(match[1], 16)) or match[0], text)


def undo_quoted_printable(text: str) -> str:
    """Undo the quoted-printable encoding of mail."""
    return _QUOTED.sub(_quoted, text) if "=" in text else text


def _quoted(match: re.Match[str]) -> str:
    run = match[0]
    return "" if run.endswith("\n") else _text(bytes.fromhex(run.replace("=", "")))


def _char(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else ""  # noqa: PLR2004 - the last character of Unicode


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _unpacked(text: str, seen: set[str]) -> Iterator[Reading]:
    """Yield what the runs of base64, hexadecimal and character codes in ``text`` hold."""
    base64_runs = _fresh(_BASE64.findall(_WRAPPED.sub("", text)), seen)
    yield from _open_runs("base64", base64_runs, _undo_base64, offsets=4)
    hex_runs = _HEX.findall("\n".join(base64_runs))  # its digits are letters of base64 too
    hex_runs += [_GAP.sub("", run) for run in _runs(_SPACED_HEX, text, 2)]
    yield from _open_runs("hexadecimal", _fresh(hex_runs, seen, mark="x"), _undo_hex, offsets=2)
    codes = [_undo_codes(run) for run in _fresh(_runs(_CODES, text, 4), seen, mark=",")]
    if codes:
        yield Reading(("character codes",), "\n".join(codes), is_guess=True)


def _runs(pattern: re.Pattern[str], text: str, before: int) -> list[str]:
    """Return what ``pattern`` finds, with the ``before`` characters in front of it."""
    return [text[max(m.start() - before, 0) : m.end()] for m in pattern.finditer(text)]


def _fresh(runs: list[str], seen: set[str], *, mark: str = "") -> list[str]:
    """Return the runs that were not decoded before, each once."""
    fresh = [run for run in dict.fromkeys(runs) if mark + run not in seen]
    seen.update(mark + run for run in fresh)
    return fresh


def _undo_base64(runs: list[str], offset: int) -> bytes:
    # Each run is padded to whole groups of four, so that all can be decoded in one call.
    parts = [run[offset:] + "A" * (-(len(run) - offset) % 4) for run in runs]
    return binascii.a2b_base64("AAAA".join(parts).translate(_URL_ALPHABET))


def _undo_hex(runs: list[str], offset: int) -> bytes:
    return bytes.fromhex(
        "00".join(run[offset : len(run) - (len(run) - offset) % 2] for run in runs)
    )


def _undo_codes(run: str) -> str:
    codes = [int(code, 16 if code.startswith("0x") else 10) for code in _CODE.findall(run)]
    return "".join(map(_char, codes))


def _open_runs(
    name: str, runs: list[str], undo: Callable[[list[str], int], bytes], *, offsets: int
) -> Iterator[Reading]:
    """Yield the runs undone from each of their first ``offsets`` characters.

    All that comes out is a guess; the stretches of plain text in it are not, and whole runs
    that are no text may be files.
    """
    undone = [undo(runs, offset) for offset in range(offsets if runs else 0)]
    # Without NUL bytes UTF-16 reads as plain text, at every alignment.
    bare = [data.replace(b"\0", b"") for data in undone]
    sure = [run.decode("ascii") for data in (*undone, *bare) for run in _PLAIN_RUN.findall(data)]
    blobs = [
        data for run in runs if len(run) >= _CONTAINER_RUN and not _is_text(data := undo([run], 0))
    ]
    if sure or blobs:
        yield Reading((name,), "\n".join(dict.fromkeys(sure)), blobs=tuple(blobs))
    for data in bare:
        yield Reading((name,), data.decode("utf-8", "ignore"), is_guess=True)


def _is_text(data: bytes) -> bool:
    body = data.rstrip(b"\0")
    return len(body.translate(None, _PRINTABLE)) <= _OTHER_SHARE * len(body)


def strip_markup(text: str) -> str:
    """Return ``text`` without tags and comments, so that letters in separate tags meet."""
    bare = _TAG.sub("", text) if "<" in text else text
    return _KERNING.sub("", bare) if "TJ" in bare else bare


def strip_inline_markup(text: str) -> str:
    """Return ``text`` with words whole again, but table cells and paragraphs still apart."""
    return _TAG.sub("\n", _INLINE_TAG.sub("", text)) if "<" in text else text


def canonical(text: str) -> bytes:
    """Return the letters and digits of ``text`` alone, in lower case, without accents.

    All else falls away: spaces, punctuation, soft hyphens, characters of no width.
    """
    if text.isascii():
        return text.encode().translate(_LOWER, _NOT_ALNUM)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = folded.encode("utf-8", "ignore").translate(None, _NOT_ALNUM).decode("utf-8")
    return _BETWEEN.sub("", letters).encode("utf-8")


def visible(text: str) -> str:
    """Return ``text`` without accents and characters of no width; case and spaces stay."""
    if text.isascii():
        return text
    split = unicodedata.normalize("NFKD", text)
    return "".join(
        char for char in split if char.isascii() or unicodedata.category(char) not in ("Mn", "Cf")
    )
