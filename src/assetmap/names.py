"""Names as they are compared: what may vary in writing is left out.

Belongs here: folding of names of places and organisations, and its first steps, which names of
persons share. Does not: how alike two names are, and what follows from it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LATIN_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_APOSTROPHES: Final = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_DOTTED_INITIALS: Final = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_LEGAL_FORMS: Final = re.compile(
    r"\b(?:community interest company|charitable incorporated organisation|public limited company|"
    r"limited liability partnership|limited|ltd|cic|cio|plc|llp|inc)\b"
)
_SAINT: Final = re.compile(r"\bsaint\b")
_ARTICLE: Final = re.compile(r"\bthe\b")


def without_accents(text: str) -> str:
    """Return small letters without the accents of Latin, Greek and Cyrillic ones.

    Vowel signs of other scripts stay, since names differ by them. Letters stay decomposed.
    """
    return _LATIN_ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())


def without_apostrophes(text: str) -> str:
    """Return the text without apostrophes of any form."""
    return _APOSTROPHES.sub("", text)


def spaced(text: str) -> str:
    """Return letters, marks and digits; single spaces stand for all else."""
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    return " ".join("".join(kept).split())


def fold_name(name: str) -> str:
    """Return a name as it is compared: small letters, single spaces, nothing that may vary.

    Left out are case, accents of Latin letters, punctuation, legal forms and `the`; `&` is
    `and`, `Saint` is `st`. Other scripts keep their vowel signs. A name that is made of such
    words alone keeps them; a text without a letter or digit gives "".
    """
    text = without_apostrophes(unicodedata.normalize("NFC", without_accents(name)))
    plain = spaced(_DOTTED_INITIALS.sub("", text.replace("&", " and ")))
    short = _ARTICLE.sub(" ", _LEGAL_FORMS.sub(" ", _SAINT.sub("st", plain)))
    return " ".join(short.split()) or plain
