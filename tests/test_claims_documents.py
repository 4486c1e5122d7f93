"""Texts that were decoded with a wrong table, and chapters that are missing."""

# ruff: noqa: RUF001 - letters that look like others are what is tested

from __future__ import annotations

from pathlib import Path

import pytest

from assetmap.claims.documents import find_shifted, inspect

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
FIRST = SEEDS / "002_bcff38b2ecf86707.txt"
SECOND = SEEDS / "000_d48e716840339a84.txt"

needs_journals = pytest.mark.skipif(
    not SEEDS.is_dir(), reason=f"THE JOURNALS ARE NOT AT {SEEDS}: not checked on real text"
)


@pytest.mark.parametrize(
    "word",
    [
        "ƳŀƪŜǎ",
        "όоΣрс",
        "aƛƻΦ",
        "ϵύ",
        "tŀǊǘƴŜǊǎΩ",
        "άInnovative",
        "Actionsέ",
        "Ǉeople",
        "ōŜ",
        "ŀnd",
        "ƻŦ",
        "ς",
        "partnersΦέ",
        "pаypal",  # its second letter is Cyrillic
        "Â£3.13m",
        "donâ€™t",
        "cafÃ©",
        "3\ufffd54m",
    ],
)
def test_a_word_of_a_wrong_table_is_found(word):
    assert find_shifted(f"It says {word} here") == (word,)


@pytest.mark.parametrize(
    "text",
    [
        "£3.13m (€3,54m) – “more than 40%” of Father Hudson’s Care, café, naïve, 54 °C, ½",
        "Zażółć Łódź Ściegienny Źrebięta",
        "Şırnak İstanbul DİYARBAKIR Ağrı Iğdır",
        "Cabdi Xasan Maxamed Ḥasan",
        "محمد خان and فاطمہ, ਗੁਰਪ੍ਰੀਤ ਕੌਰ, 李小龙, नमस्ते",
        "Αθήνα Ωνάσης Σίσυφος ο και",
        "Київ Москва съезд Ђорђе",
        "Nguyễn Trương Ơn, Əliyev, Ƙasar Ɗan, Țară Șerban, nǐ hǎo lǚ, Ọlá",
        "Dvořák Čapek Řehoř Škoda, ǅemal ǄEMAL, coŀlegi, Sámi ǥiella",
        "5 μm and 5μm, 10kΩ",
        "Athens (Αθήνα), Kyiv/Київ, Мир-Peace",
    ],
)
def test_names_and_words_of_living_languages_are_left_alone(text):
    assert find_shifted(text) == ()


def test_chapters_that_are_referred_to_and_not_there_are_named():
    text = (
        " 1 Summary\nSee what follows (cf. 2.1 and cf. \n2.4), summed up in chapter 3.\n"
        "2 Activities\n2.1 Meetings\nThey met in 2 Rooms.\n2.2 Outlook \n\n \n"
    )
    found = inspect(text)
    assert found.present == ("1", "2", "2.1", "2.2")
    assert found.referred == ("2.1", "2.4", "3")
    assert found.absent == ("2.4", "3")
    assert found.empty == ("2.2",), "a chapter that only parts into sections is not empty"


def test_a_whole_text_has_nothing_to_tell():
    found = inspect("1 Summary\nAll is said in chapter 2.\n2 Rest\nIt is.\n")
    assert (found.shifted, found.absent, found.empty) == ((), (), ())


def test_an_empty_text_is_inspected():
    found = inspect("")
    assert (found.shifted, found.present, found.absent) == ((), (), ())


@needs_journals
def test_the_first_journal_is_whole():
    found = inspect(FIRST.read_text(encoding="utf-8"))
    assert found.shifted == ()
    assert (found.absent, found.empty) == ((), ())


@needs_journals
def test_the_second_journal_is_damaged_and_lacks_chapters():
    """K15 and K16, on the text itself."""
    found = inspect(SECOND.read_text(encoding="utf-8"))
    shifted = {line.number: line.words for line in found.shifted}
    assert len(shifted) == 37
    assert shifted[77][:3] == ("όоΣрс", "aƛƻΦ", "ϵύ"), "the budget in euros"
    assert found.absent == ("2.4", "2.5", "3")
    assert found.empty == ("2.3",)
