"""Attacks on messages: files that are broken in many ways, whose faults must name no value."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from attack_search import search_text
from attack_town import STEM, make_town, write_raw
from attack_weeks import key, listening

from assetmap.errors import AssetmapError
from assetmap.survey.load import read_answers
from assetmap.survey.staging import Places

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = Places(
    postcodes=pd.DataFrame(columns=["postcode", "lsoa11cd", "terminated_month"], dtype=object),
    wards=pd.DataFrame(columns=["lsoa11cd", "wd17cd"], dtype=object),
    study_wards=("E05001193",),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The files of thirty of the town's people, and their codes."""
    town = make_town()
    few = replace(town, people=town.people[:30])
    raw = write_raw(few, tmp_path_factory.mktemp("small") / "raw")
    codes = {p.receipt.lower() for p in few.people}
    codes |= {p.postcode.replace(" ", "").lower() for p in few.people}
    return raw, codes


def _exports(raw: Path) -> tuple[Path, Path]:
    folder = raw / "survey/exports"
    return folder / "kobo.csv", folder / "kobo.xlsx"


def only_csv(raw: Path) -> Path:
    table, book = _exports(raw)
    book.unlink()
    return table


def lines_of(raw: Path) -> tuple[Path, list[str]]:
    path = only_csv(raw)
    return path, path.read_text(encoding="utf-8").splitlines(keepends=True)


def cut_the_book(raw):
    path = _exports(raw)[1]
    path.write_bytes(path.read_bytes()[:-700])


def bend_the_book(raw):
    path = _exports(raw)[1]
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    path.write_bytes(bytes(data))


def cut_the_table_in_a_quote(raw):
    path, lines = lines_of(raw)
    path.write_text("".join(lines[:9]) + '"' + lines[9][:90], encoding="utf-8")


def lose_the_heading(raw):
    path, lines = lines_of(raw)
    path.write_text("".join(lines[1:]), encoding="utf-8")


def answers_as_heading(raw):
    path, lines = lines_of(raw)
    path.write_text("".join([lines[1], *lines]), encoding="utf-8")


def heading_with_an_answer_twice(raw):
    path, lines = lines_of(raw)
    first = lines[0].rstrip("\n") + f";receipt;{STEM}name;{STEM}name\n"
    path.write_text("".join([first, *(n.rstrip("\n") + ";x;y;z\n" for n in lines[1:])]))


def lose_the_consent(raw):
    path, lines = lines_of(raw)
    path.write_text("".join([lines[0].replace("consent_research", f"c{STEM}"), *lines[1:]]))


def ragged_rows(raw):
    path, lines = lines_of(raw)
    path.write_text("".join([lines[0], *(n.rstrip("\n") + f";{STEM};{STEM}\n" for n in lines[1:])]))


def wrong_encoding(raw):
    path, lines = lines_of(raw)
    path.write_bytes("".join(lines).encode("utf-16"))


def mixed_encoding(raw):
    path, lines = lines_of(raw)
    path.write_bytes("".join(lines[:5]).encode() + f"\xe9\x81{lines[5]}".encode("latin-1"))


def nul_bytes(raw):
    path, lines = lines_of(raw)
    path.write_text("".join(lines[:5]) + "\0\0\0" + "".join(lines[5:]), encoding="utf-8")


def a_page_of_html(raw):
    path, lines = lines_of(raw)
    path.write_text(f"<html><body><td>{lines[1]}</td></body></html>", encoding="utf-8")


def nothing_but_a_heading(raw):
    path, lines = lines_of(raw)
    path.write_text(lines[0], encoding="utf-8")


def register_with_a_wrong_date(raw):
    path = raw / "survey/researchers/register.csv"
    path.write_text(path.read_text().replace("2026-02-05", f"{STEM} Tuesday"))


def register_with_a_name_twice(raw):
    path = raw / "survey/researchers/register.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]))


def voucher_to_a_person(raw):
    path = raw / "survey/payments/vouchers.csv"
    path.write_text(path.read_text() + f"V{STEM},Orla{STEM} Tamber,2026-07-01,20\n")


def review_of_a_name(raw):
    path = raw / "survey/reviews/reviews.csv"
    path.write_text(path.read_text() + f"{STEM}kind,Orla{STEM},R99,2026-07-01\n")


def erasure_by_receipt(raw):
    path = raw / "survey/erasures/erasures.csv"
    receipt = make_town().people[0].receipt
    path.write_text(f"pseudonym,added_on\n{receipt},2026-07-01\n")


def open_to_others(raw):
    _exports(raw)[0].chmod(0o644)


REFUSED = [
    cut_the_book,
    bend_the_book,
    cut_the_table_in_a_quote,
    lose_the_heading,
    answers_as_heading,
    heading_with_an_answer_twice,
    lose_the_consent,
    a_page_of_html,
    nothing_but_a_heading,
    register_with_a_wrong_date,
    register_with_a_name_twice,
    voucher_to_a_person,
    review_of_a_name,
    erasure_by_receipt,
    open_to_others,
]
HELD = [ragged_rows, wrong_encoding, mixed_encoding, nul_bytes]


def read(small, spoil, folder):
    """Read a spoilt copy; return all that was said, and what was raised."""
    shutil.copytree(small[0], folder / "raw")
    spoil(folder / "raw")
    with listening() as lines, key():
        try:
            answers = read_answers(folder / "raw", NOWHERE)
        except AssetmapError as fault:
            chain = [
                fault,
                fault.__cause__,
                None if fault.__suppress_context__ else fault.__context__,
            ]
            return [*lines, *(str(each) for each in chain if each)], fault
    return [
        *lines,
        answers.held.to_csv(),
        str(answers.accounts and answers.accounts[0].notes),
    ], None


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda spoil: spoil.__name__)
def test_a_broken_file_is_refused_without_a_value(small, spoil, tmp_path):
    said, fault = read(small, spoil, tmp_path)
    assert fault is not None
    for line in said:
        assert search_text(line, small[1]) == []


@pytest.mark.parametrize("spoil", HELD, ids=lambda spoil: spoil.__name__)
def test_a_damaged_file_is_refused_or_held_without_a_value(small, spoil, tmp_path):
    said, _ = read(small, spoil, tmp_path)
    assert said
    for line in said:
        assert search_text(line, small[1]) == []
