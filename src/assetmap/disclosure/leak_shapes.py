"""Contact data told by its shape: telephone numbers, e-mail addresses, codes of persons.

Belongs here: the shapes. Does not: values that are known (``leak_search.py``) or places
(``leak_points.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from assetmap.disclosure.leak_text import strip_inline_markup, visible
from assetmap.postcodes import AREAS, normalise_postcode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

PHONE: Final = "a telephone number"
EMAIL: Final = "an e-mail address"
INSURANCE: Final = "a National Insurance number"
PSEUDONYM: Final = "a pseudonym"
POSTCODE: Final = "a full postcode"

# The digits in their order are the alphabet of some script or font, not a telephone number.
# The first character is matched before what must not stand in front of it: so the search leaps.
_PHONE: Final = re.compile(
    r"[+(0](?<![\w.].)(?<!\d[-/:].)"
    r"(?:(?:(?<=\+)|(?<=0)0|(?<=\()(?:\+|00))44\)?[\s.\-]{0,2}(?:\(0\)[\s.\-]{0,2}|0)?|(?<=\()0|(?<=0))"
    r"(?!123456789)[1235789](?:[\s.()\-]{0,2}\d){8,9}(?!\w|[.\-]\d)"
)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9_](?<![\w.+-].)[\w.%+'-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])"
)
_INSURANCE: Final = re.compile(
    r"[ABCEGHJ-PRSTW-Z](?<![A-Z0-9].)[ABCEGHJ-NPRSTW-Z](?<!BG|GB|NK|KN|TN|NT|ZZ)"
    r"(?:[\s-]?\d{2}){3}[\s-]?[A-D](?![A-Z0-9])",
    re.IGNORECASE,
)
_PSEUDONYM: Final = re.compile(r"p_[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)
_POSTCODE: Final = re.compile(
    r"(?:([A-Z](?<![A-Za-z0-9#].)[A-Z]?)\d[A-Z\d]?[ \t\u00a0-]{0,2}\d[ABD-HJLNP-UW-Z]{2}"
    r"|([a-z](?<![A-Za-z0-9#].)[a-z]?)\d[a-z\d]?[ \t\u00a0]\d[abd-hjlnp-uw-z]{2})(?![A-Za-z0-9])"
)


def find_shapes(text: str, postcodes: AbstractSet[str], emails: AbstractSet[str]) -> Iterator[str]:
    """Yield the kind of each shape in ``text``; ``postcodes`` and ``emails`` are allowed."""
    bare = strip_inline_markup(text)
    for shown in (visible(text), visible(bare)) if bare != text else (visible(text),):
        for kind, pattern in ((PHONE, _PHONE), (INSURANCE, _INSURANCE), (PSEUDONYM, _PSEUDONYM)):
            if pattern.search(shown):
                yield kind
        if "@" in shown and any(e.casefold() not in emails for e in _EMAIL.findall(shown)):
            yield EMAIL
        if any(_is_postcode(found, postcodes) for found in _POSTCODE.finditer(shown)):
            yield POSTCODE


def _is_postcode(match: re.Match[str], allowed: AbstractSet[str]) -> bool:
    area = (match[1] or match[2]).upper()
    return area in AREAS and normalise_postcode(match[0].replace("-", "")) not in allowed
