"""What is wrong in the synthetic survey sample, in stated numbers.

Belongs here: kinds of faults, how many rows have each, what each changes in a row, and exact
numbers of people around the threshold. Does not: the people (``survey_sample_people.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from survey_sample_words import LADYWOOD, SMETHWICK, SOHO, UNTRAINED


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind of dirt: how many rows have it, what it is, what should become of them."""

    rows: int
    what: str
    outcome: str


_HELD: Final = "held, without its answers"
_DOUBT: Final = "not validated"
_REVIEW: Final = "not validated until reviewed"
_INCOMPLETE: Final = "incomplete"
_NOT_HERE: Final = "rejected: not of the area"
_COUNTS: Final = "counts"

DIRT: Final = {
    "missing_researcher": Fault(rows=6, what="no researcher named", outcome=_DOUBT),
    "misspelt_researcher": Fault(rows=8, what="a researcher's name, misspelt", outcome=_REVIEW),
    "unknown_researcher": Fault(rows=5, what="a code or name of nobody", outcome=_DOUBT),
    "researcher_by_name": Fault(rows=8, what="a name where the code belongs", outcome=_COUNTS),
    "untrained_researcher": Fault(rows=5, what="R12, who had no training", outcome=_DOUBT),
    "no_consent": Fault(rows=6, what="consent to research: no", outcome=_HELD),
    "blank_consent": Fault(rows=3, what="consent to research left blank", outcome=_HELD),
    "unclear_consent": Fault(rows=4, what="consent to research: maybe, or ?", outcome=_HELD),
    "under_18": Fault(rows=3, what="under 18", outcome=_HELD),
    "missing_age": Fault(rows=3, what="no age band", outcome=_INCOMPLETE),
    "missing_skills": Fault(rows=3, what="no skills", outcome=_INCOMPLETE),
    "missing_postcode": Fault(rows=3, what="no postcode", outcome=_INCOMPLETE),
    "missing_receipt": Fault(
        rows=2, what="no receipt number", outcome="counts, by its submission number"
    ),
    "outside_area": Fault(rows=6, what="a postcode of a ward nearby", outcome=_NOT_HERE),
    "unlisted_postcode": Fault(
        rows=4, what="the shape of a postcode, but in no lookup", outcome=_NOT_HERE
    ),
    "bad_postcode": Fault(rows=4, what="not the shape of a postcode", outcome=_INCOMPLETE),
    "pseudo_postcode": Fault(
        rows=3, what="ZZ99 3VZ, which stands for no place", outcome=_INCOMPLETE
    ),
    "terminated_postcode": Fault(rows=6, what="a postcode no longer in use", outcome=_COUNTS),
    "contact_in_text": Fault(rows=6, what="invented contact data in a text", outcome=_COUNTS),
    "payload_in_idea": Fault(rows=4, what="a script, template or formula", outcome=_COUNTS),
    "erased": Fault(rows=1, what="wants the answers erased", outcome="left out"),
    "duplicate_uuid": Fault(rows=3, what="the same submission again", outcome="held: a repeat"),
    "duplicate_receipt": Fault(rows=3, what="typed in again from paper", outcome="held: a repeat"),
    "near_duplicate": Fault(rows=5, what="the same answers, other receipt", outcome=_REVIEW),
}
"""Rows with a fault, by kind. A row has one fault at most; copies have a faultless original."""

COPIES: Final = ("duplicate_uuid", "duplicate_receipt", "near_duplicate")

PLANTED: Final = {
    ("hairdressing", SMETHWICK): 9,
    ("farming", LADYWOOD): 10,
    ("farming", SOHO): 11,
    ("farming", SMETHWICK): 3,
    ("midwifery", SOHO): 1,
}
"""Exact numbers of people with a skill, around the threshold of 10. They are faultless."""

MISSPELT: Final = {
    "R01": "Quilon Testwick",
    "R02": "Zembla Fauxly",
    "R03": "Ordia Mockbridge",
    "R04": "Tavith Sampelton",
    "R05": "Brenwin Placeholder",
    "R06": "Ikaro Dumiston",
    "R07": "Selphine Notreel",
}
"""How a name is mistyped. That of R03 is as near to R14's."""

CONTACTS: Final = (
    {"idea": "Synthetic answer: a kitchen, ring me on 07700 900123"},
    {"notes": "Synthetic answer: write to synthetic.person@example.org"},
    {"feeling_text": "Synthetic answer: worried, my number is QQ123456C"},
    {"notes": "Synthetic answer: we live at 1 Nowhere Street, B18 4CK"},
    {"skills_other": "Synthetic answer: my cousin mends clocks, 07700900456"},
    {"idea": "Synthetic answer: text +44 7700 900789 or mail nobody@example.org"},
)
PAYLOADS: Final = (
    {"idea": "<script>alert('Synthetic answer')</script>"},
    {"idea": "Synthetic answer: {{ 7*7 }} {% raw"},
    {"idea": "Synthetic answer: ${alert(1)} `x` \\u003cb"},
    {"idea": '=HYPERLINK("https://example.org","Synthetic answer")'},
)
ERASED_TEXT: Final = "Synthetic answer: please forget that I ever wrote this"

_PAPER: Final = {"mode": "paper"}
"""The form on a phone lets nobody pass with such an answer."""

CHANGES: Final[dict[str, tuple[dict[str, str], ...]]] = {
    "missing_researcher": ({"researcher": "", **_PAPER},),
    "unknown_researcher": (
        {"researcher": "CR-7781"},
        {"researcher": "Grubbel Hatstand"},
        {"researcher": "XX"},
    ),
    "untrained_researcher": ({"researcher": UNTRAINED},),
    "no_consent": ({"consent_research": "no", "consent_map": "no"},),
    "blank_consent": ({"consent_research": "", **_PAPER},),
    "unclear_consent": (
        {"consent_research": "maybe", **_PAPER},
        {"consent_research": "?", **_PAPER},
    ),
    "under_18": ({"age_band": "under_18", **_PAPER},),
    "missing_age": ({"age_band": "", **_PAPER},),
    "missing_skills": ({"skills": "", "skills_other": "", **_PAPER},),
    "missing_postcode": ({"postcode": "", **_PAPER},),
    "missing_receipt": ({"receipt": "", **_PAPER},),
    # The last two letters of a postcode are never C, I, K, M, O or V.
    "unlisted_postcode": tuple(
        {"postcode": text} for text in ("B18 4CK", "B16 8CM", "B66 2OV", "B67 7KI")
    ),
    "bad_postcode": tuple(
        {"postcode": text, **_PAPER} for text in ("B18", "B16 8A", "8AA B16", "not sure")
    ),
    "pseudo_postcode": ({"postcode": "ZZ99 3VZ"}, {"postcode": "zz993vz"}),
    "contact_in_text": CONTACTS,
    "payload_in_idea": PAYLOADS,
    "erased": ({"idea": ERASED_TEXT},),
}
"""What a fault of each kind changes, in rotation; other kinds are worked out from the row."""
