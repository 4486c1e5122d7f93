"""Attacks on pseudonyms: trying out everything that a number or a home could be."""

from __future__ import annotations

import hashlib
import hmac
import json
import re

import attack_list as attacks
import pytest
from attack_search import views
from attack_weeks import KEY

from assetmap.errors import KeyFileError
from assetmap.survey.pseudonyms import SYNTHETIC_KEY, read_key
from assetmap.warehouse import fetch_table, open_warehouse

KEYS = [b"", b"0", b"key", b"secret", b"assetmap", bytes(32), SYNTHETIC_KEY, KEY.encode()[:8]]


@pytest.fixture(scope="module")
def pseudonyms(week):
    with open_warehouse(week.settings.warehouse, read_only=True) as con:
        return set(fetch_table(con, "stg_survey_response")["respondent"])


def test_no_pseudonym_is_published(week, pseudonyms):
    assert len(pseudonyms) > 300
    for path in sorted(week.maps.rglob("*")):
        for text in views(path.read_bytes()) if path.is_file() else ():
            assert not re.search(r"p_[0-9a-f]{32}", text), path.name
            assert not [p for p in pseudonyms if p.removeprefix("p_")[:16] in text], path.name


def test_a_dictionary_without_the_key(week, pseudonyms):
    assert attacks.guess_pseudonyms(pseudonyms, week.town, KEYS) == []


def test_the_dictionary_finds_everybody_with_the_key(week, pseudonyms):
    """Not an attack: the dictionary holds the right numbers, so only the key is missing."""
    found = attacks.guess_pseudonyms(pseudonyms, week.town, [bytes.fromhex(KEY)])
    assert len(set(found)) == len(pseudonyms)


def test_the_record_of_a_release_does_not_tell_which_researcher_is_in_it(week):
    """Codes of researchers are R01 to R12: without a secret each could be tried out."""
    record = week.settings.last_release.read_text(encoding="utf-8")
    for number in range(1, 100):
        for key in (b"", b"researcher", SYNTHETIC_KEY):
            said = json.dumps(["researcher", "member"]).encode()
            code = f"R{number:02d}".encode()
            assert hmac.new(key + code, said, hashlib.sha256).hexdigest() not in record
            assert hmac.new(code, said + key, hashlib.sha256).hexdigest() not in record


def test_the_record_of_a_release_holds_no_pseudonym_and_no_true_count(week, pseudonyms):
    record = week.settings.last_release.read_text(encoding="utf-8")
    assert not [p for p in pseudonyms if p in record or p.removeprefix("p_") in record]
    assert len(week.town.counted) == 291
    assert not re.search(r"\b291\b", record)


@pytest.mark.parametrize(
    "weak", ["", "ab12", KEY[:62], "00" * 32, "ab" * 32, "not hexadecimal digits at all, " * 3]
)
def test_a_key_that_can_be_tried_out_is_refused(weak, tmp_path):
    with pytest.raises(KeyFileError) as fault:
        read_key(tmp_path, {"ASSETMAP_KEY": weak})
    assert not weak or weak not in str(fault.value)
