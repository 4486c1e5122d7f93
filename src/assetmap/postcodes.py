"""Postcodes of the United Kingdom: their spelling, and what is none.

Belongs here: everything that is known from the text alone. Does not: where a postcode lies,
and whether it is still in use (the lookups ``code_point_open`` and ``postcode_lsoa``).
"""

from __future__ import annotations

import re
from typing import Final

POSTCODE_PATTERN: Final = r"^[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$"
"""The published spelling, by its shape alone."""

_AREA_LETTERS: Final = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY "
    "E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD "
    "LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG "
    "SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO "
    "ZE"
)
AREAS: Final = frozenset(_AREA_LETTERS.split())
"""The letters with which a postcode of the United Kingdom begins."""

_PARTS: Final = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})$")
_PSEUDO: Final = re.compile(r"ZZ\d|NF11NF|XX\d")
# Only inner London has districts that end in a letter (SW1A): elsewhere it is a slip (B1B).
_REAL: Final = re.compile(
    rf"(?:(?:{'|'.join(sorted(AREAS))})\d\d?|(?:EC?|NW?|S[EW]|WC?)\d[A-Z]) *\d[A-Z]{{2}}",
    re.ASCII,
)


def normalise_postcode(text: str) -> str:
    """Return a postcode in its published spelling (``B16 8AA``), or ``""`` if it is none."""
    match = _PARTS.match(_squeeze(text))
    return f"{match[1]} {match[2]}" if match else ""


def postcode_fault(text: str) -> str:
    """Return why a text is no postcode of a place, or ``""`` where it may be one or is blank.

    ``pseudo_postcode`` is a code that stands for no place (``ZZ99 3VZ``: no fixed abode),
    ``bad_postcode`` any other text: half a postcode, an area that does not exist. A letter in
    place of a digit (``BI8`` for ``B18``) is not put right: what was meant is a guess.
    """
    if _REAL.fullmatch(text):
        return ""
    squeezed = _squeeze(text)
    if _PSEUDO.match(squeezed):
        return "pseudo_postcode"
    return "" if squeezed == "" or _REAL.fullmatch(squeezed) else "bad_postcode"


def _squeeze(text: str) -> str:
    return "".join(text.split()).upper()
