"""Postcodes: one spelling, and why a text is none."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.dataset import load
from assetmap.datasets import get_dataset
from assetmap.postcodes import AREAS, POSTCODE_PATTERN, normalise_postcode, postcode_fault
from assetmap.quarantine import REASONS

LOOKUP = Path(__file__).parents[1] / "data/raw/postcodes/postcode_lsoa"


@pytest.mark.parametrize(
    ("said", "spelling"),
    [
        ("B16 8AA", "B16 8AA"),
        ("b168aa", "B16 8AA"),
        (" B16\u00a0 8AA ", "B16 8AA"),
        ("SW1A2AA", "SW1A 2AA"),
        ("M1 1AE", "M1 1AE"),
        ("B16", ""),
        ("", ""),
        ("B16 8AA, flat 2", ""),
    ],
)
def test_a_postcode_has_one_spelling(said, spelling):
    assert normalise_postcode(said) == spelling


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("B184BJ", ""),
        ("b18 4bj", ""),
        ("B18  4BJ", ""),
        ("B18\u00a04BJ", ""),
        ("B1 1AA", ""),
        ("DN55 1PT", ""),
        ("EC1A 1BB", ""),
        ("W1A 0AX", ""),
        ("", ""),
        ("  ", ""),
        ("B1B 4BJ", "bad_postcode"),
        ("M1A 1AA", "bad_postcode"),
        ("B18", "bad_postcode"),
        ("BI8 4BJ", "bad_postcode"),
        ("B18 ABJ", "bad_postcode"),
        ("B18 4B1", "bad_postcode"),
        ("BIB 4BJ", "bad_postcode"),
        ("GIR 0AA", "bad_postcode"),
        ("QQ1 1AA", "bad_postcode"),
        ("B18 4BJ, flat 2", "bad_postcode"),
        ("B18 4BJ\nB18 4BK", "bad_postcode"),
        ("B\u0661\u0668 4BJ", "bad_postcode"),
        ("not known", "bad_postcode"),
        ("ZZ99 3VZ", "pseudo_postcode"),
        ("zz993vz", "pseudo_postcode"),
        ("NF1 1NF", "pseudo_postcode"),
        ("XX1 1XX", "pseudo_postcode"),
    ],
)
def test_what_is_no_postcode_of_a_place_has_a_fault(said, fault):
    assert postcode_fault(said) == fault
    assert fault == "" or fault in REASONS


@given(
    area=st.sampled_from(sorted(AREAS)),
    district=st.integers(0, 99),
    inward=st.from_regex(r"[0-9][A-Z]{2}", fullmatch=True),
    gap=st.text(" \u00a0", max_size=3),
)
def test_however_it_is_spaced_and_cased_a_postcode_is_the_same(area, district, inward, gap):
    spelling = f"{area}{district} {inward}"
    said = f"{area}{district}{gap}{inward}".lower()
    assert postcode_fault(said) == ""
    assert normalise_postcode(said) == spelling


@given(st.text(alphabet="BIO018 49JZ", max_size=9))
def test_a_text_without_a_fault_can_be_spelt(said):
    if said.strip() and not postcode_fault(said):
        assert normalise_postcode(said)


def test_no_postcode_of_the_lookup_that_ships_has_a_fault():
    (path,) = LOOKUP.glob("*_starter.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        postcodes = [row["pcds"] for row in csv.DictReader(stream)]
    assert len(postcodes) > 10_000
    assert {postcode_fault(postcode) for postcode in postcodes} == {""}


def test_a_lookup_holds_what_is_no_postcode_and_says_why(tmp_path):
    dataset = get_dataset("postcode_lsoa")
    folder = dataset.folder_in(tmp_path)
    folder.mkdir(parents=True)
    rows = ["B18 4BJ", "ZZ99 3VZ", "BI8 4BJ", "", "b184bk", "B18 4BL"]
    lines = "".join(f"{row},E01008881,,0\n" for row in rows)
    (folder / "a.csv").write_text(f"PCDS,lsoa11cd,doterm,usertype\n{lines}", encoding="utf-8")
    loaded = load(dataset, tmp_path, max_held_share=0.5)
    assert loaded.table["postcode"].tolist() == ["B18 4BJ", "B18 4BK", "B18 4BL"]
    assert loaded.table["postcode"].str.fullmatch(POSTCODE_PATTERN).all()
    assert loaded.held[["row_number", "reason", "column"]].to_numpy().tolist() == [
        [3, "pseudo_postcode", "postcode"],
        [4, "bad_postcode", "postcode"],
        [5, "missing_value", "postcode"],
    ]
