"""The page about bad input says every code with its meaning, and no other."""

import re
from pathlib import Path

import pytest

from assetmap.quarantine import NOTES, REASONS, REFUSALS

PAGE = Path(__file__).parents[1] / "docs/quarantine.md"
LISTS = {
    "Why a row is held": REASONS,
    "Why a file is refused": REFUSALS,
    "What is noted": NOTES,
}


def listed(title):
    parts = re.split(r"^## (.+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    section = dict(zip(parts[1::2], parts[2::2], strict=True))[title]
    return re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, flags=re.MULTILINE)


@pytest.mark.parametrize("title", LISTS)
def test_the_page_says_every_code_of_a_list_and_no_other(title):
    assert listed(title) == list(LISTS[title].items())


def test_a_code_stands_in_one_list_and_the_lists_are_in_order():
    codes = [code for codes in LISTS.values() for code in codes]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", code) for code in codes)
    for named in (REFUSALS, NOTES):
        assert list(named) == sorted(named)
