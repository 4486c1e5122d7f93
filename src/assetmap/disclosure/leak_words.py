"""Which restricted values tell something of a person, and which are everyday words.

Belongs here: that decision, and the words. Does not: the search for values.
"""

from __future__ import annotations

import re
from typing import Final

from assetmap.disclosure.leak_text import canonical

LEAST_LETTERS: Final = 8
"""Letters and digits below which a value is not looked for on a whole site."""

_CODE: Final = re.compile(r"[A-Z0-9]{6,7}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")
_WORD: Final = re.compile(r"[^\W_]+")

_COMMON: Final = """
a about access activities activity adult adults advice affordable after all also am an and any
are area areas art arts as at be been being better building buildings business but by cafe can
care catering centre centres child childcare children church city class classes cleaning clinic
club clubs college community company construction cooking council courses culture day develop
development developments do doctor don drivers driving education elderly english enterprise
events everyone families family far fitness food for free from full garden gardening gardens
general get girls go good great green group groups gym hall have health help home homes hospital
house houses housing how i idea ideas if in is it job jobs kids know language languages learn
learning leisure library life like live living local lot make many market me medical mental more
mosque much music my near need needs new no none nothing of office older on open opportunities
opportunity or other our out park parks part people place places play playground pool poor post
primary project projects public really repair resident residents restaurant room s safe school
schools service services sewing shop shops should skill skills small social some space spaces
sport sports street support surgery swimming t teaching team temple that the their them there
they things this time to too town training transport up use very voluntary volunteer
volunteering want was we welfare what when where which will with women wood work working
workshop would yes you young your youth
"""
COMMON_WORDS: Final = frozenset(_COMMON.split())
"""Words that a page may hold whatever anybody answered."""


def is_distinctive(value: str) -> bool:
    """Return whether finding ``value`` on a page would say that it came from somebody's answer."""
    if _CODE.fullmatch(value.strip()) and any(map(str.isdigit, value)):
        return True
    words = _WORD.findall(value.casefold())
    if len(canonical(value)) < LEAST_LETTERS or not words:
        return False
    if len(words) == 1:
        return any(map(str.isdigit, words[0]))
    return not COMMON_WORDS.issuperset(words)
