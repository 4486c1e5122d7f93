"""Staging one export: consent, age, place, numbers, and where every answer goes."""

import re

import pandas as pd
import pytest

from assetmap.inputs import InputFile
from assetmap.quarantine import reconcile
from assetmap.survey import tables
from assetmap.survey.exports import read_export
from assetmap.survey.form import read_form
from assetmap.survey.staging import age_band, place_of, stage
from assetmap.survey.withdrawal import fold_number
from survey_tree import FORM, LADYWOOD, LAYOUTS, PLACES, SOHO, person, sheet

KEY = b"k" * 32
NAMES = sorted(path.name for path in LAYOUTS.iterdir())
CANARY = "Zaphod Canary"


@pytest.fixture(scope="module")
def form():
    return read_form(FORM)


@pytest.fixture
def staged(tmp_path, form):
    """Return what stages rows of a paper sheet."""

    def run(*rows, erased=()):
        path = tmp_path / "paper.csv"
        path.write_text(sheet(*rows), encoding="utf-8")
        raw = read_export(InputFile(path), form)
        found = stage(raw, KEY, PLACES, frozenset(erased))
        reconcile("sheet", raw.rows_in, len(found.people), len(found.rejects) + found.erased_count)
        return found

    return run


@pytest.fixture
def one(staged):
    """Return what stages one row and gives its only person."""

    def run(**answers):
        found = staged(answers)
        assert len(found.people) == 1
        return found, found.people.iloc[0]

    return run


# ------------------------------------------------------------- consent


@pytest.mark.parametrize("said", ["yes", "Yes", " YES ", "Yes\u00a0"])
def test_a_clear_yes_is_consent(one, said):
    _, who = one(consent_research=said, consent_map=said)
    assert who["has_map_consent"]


UNCLEAR = ["", " ", "no", "maybe", "True", "TRUE", "1", "y", "ok", "yes?", "yes no", "-", "x"]


@pytest.mark.parametrize("said", UNCLEAR)
def test_anything_else_is_none_and_nothing_of_the_answers_is_kept(staged, said):
    found = staged({"consent_research": said, "notes": CANARY})
    assert found.rejects.reasons == ("no_consent",)
    assert found.rejects.row_numbers == (2,)
    assert found.rejects.columns == ("consent_research",)
    parts = (found.people, found.choices, found.qualifications, found.mentions, found.texts)
    assert [len(part) for part in parts] == [0] * 5


@pytest.mark.parametrize("said", UNCLEAR)
def test_consent_to_mapping_is_a_question_of_its_own(one, said):
    found, who = one(consent_map=said)
    assert not who["has_map_consent"]
    assert "consent_map" not in set(found.texts["question"])


# ------------------------------------------------------------- age


@pytest.mark.parametrize(
    ("said", "band"),
    [
        ("", ""),
        ("under_18", "under_18"),
        ("25_34", "25_34"),
        ("65_plus", "65_plus"),
        ("0", "under_18"),
        ("17", "under_18"),
        ("?17", "under_18"),
        ("18", "18_24"),
        ("24", "18_24"),
        ("25", "25_34"),
        ("34", "25_34"),
        ("35", "35_44"),
        ("45", "45_54"),
        ("55", "55_64"),
        ("64", "55_64"),
        ("65", "65_plus"),
        (" 65 ", "65_plus"),
        ("120", "65_plus"),
        ("121", "bad_age"),
        ("131", "bad_age"),
        ("-1", "bad_age"),
        ("thirty", "bad_age"),
        ("3\u0664", "bad_age"),
        ("\u00b2", "bad_age"),
        ("34.5", "bad_age"),
        ("1e1", "bad_age"),
    ],
)
def test_years_become_a_band(said, band):
    assert age_band(said) == band


@pytest.mark.parametrize(
    ("said", "reason"), [("17", "under_18"), ("under_18", "under_18"), ("131", "bad_age")]
)
def test_a_child_or_an_impossible_age_is_held(staged, said, reason):
    found = staged({"age_band": said, "notes": CANARY})
    assert (found.rejects.reasons, found.rejects.columns) == ((reason,), ("age_band",))
    assert len(found.people) == len(found.texts) == 0


def test_a_missing_age_is_loaded_as_missing(one):
    assert pd.isna(one(age_band="")[1]["age_band"])


def test_years_are_never_kept(one):
    found, who = one(age_band="29")
    assert who["age_band"] == "25_34"
    assert "29" not in found.texts["text"].to_numpy()


# ------------------------------------------------------------- place


@pytest.mark.parametrize(
    ("said", "status", "ward"),
    [
        ("B18 4BJ", "in_area", LADYWOOD),
        ("b184bj", "in_area", LADYWOOD),
        ("  B18\u00a0 4bj ", "in_area", LADYWOOD),
        ("B 1 8 4 B J", "in_area", LADYWOOD),
        ("B18\t4BJ", "in_area", LADYWOOD),
        ("b16 8qq", "in_area", SOHO),
        ("B66 4BB", "outside", None),
        ("B1 1AA", "not_in_lookup", None),
        ("", "missing", None),
        ("  ", "missing", None),
        ("ZZ99 9ZZ", "pseudo_postcode", None),
        ("zz999zz", "pseudo_postcode", None),
        ("ZZ\u00a099 3VZ", "pseudo_postcode", None),
        ("NF1 1NF", "pseudo_postcode", None),
        ("nf11nf", "pseudo_postcode", None),
        ("XX1 1XX", "pseudo_postcode", None),
        ("B18", "bad_postcode", None),
        ("B18 4B", "bad_postcode", None),
        ("B18 ABJ", "bad_postcode", None),
        ("not known", "bad_postcode", None),
    ],
)
def test_a_postcode_becomes_a_ward_or_a_reason(said, status, ward):
    found = place_of(pd.Series([said], index=[7]), PLACES)
    assert found.to_dict("index") == {
        7: {"wd17cd": ward, "place_status": status, "is_terminated_postcode": False}
    }


def test_a_postcode_no_longer_in_use_counts_where_the_lookup_has_it():
    found = place_of(pd.Series(["b661aa"]), PLACES).iloc[0]
    assert (found["wd17cd"], found["place_status"]) == (LADYWOOD, "in_area")
    assert found["is_terminated_postcode"]


def test_no_staged_table_holds_a_postcode(staged):
    found = staged({}, {"receipt": "AAAAAA", "postcode": "B66 4BB"})
    cells = found.people.to_string() + found.texts.to_string()
    assert not re.search(r"B\s?18\s?4BJ|B66", cells)


# ------------------------------------------------------------- numbers and dates


@pytest.mark.parametrize("text", ["K7M2QX", " k7m2qx ", "K7M-2QX", "k7m 2qx", "uuid:K7M2QX"])
def test_a_number_is_the_same_however_it_is_written(text):
    assert fold_number(text) == "K7M2QX"


def test_without_any_number_a_response_is_held(staged):
    found = staged({"receipt": "-"})
    assert (found.rejects.reasons, found.rejects.columns) == (("missing_value",), ("receipt",))


def test_the_pseudonym_hangs_on_the_key_and_the_receipt(one):
    found, who = one(receipt="k7m-2qx")
    assert who["respondent"] == person("K7M2QX", KEY) != person("K7M2QX")
    assert who["respondent"] in set(found.choices["respondent"])


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("2026-05-03", "2026-05"),
        ("03/05/2026", "2026-05"),
        ("3.5.2026", "2026-05"),
        ("last week", None),
        ("2026-13-01", None),
        ("", None),
    ],
)
def test_a_date_becomes_a_month(one, said, month):
    found, who = one(collected_on=said)
    assert who["collected_month"] == month
    assert "2026-05-03" not in found.people.drop(columns="submitted").to_string()


def test_the_month_of_submission_stands_in_for_a_date_that_is_none(form):
    export = read_export(InputFile(LAYOUTS / "kobo_names.csv"), form)
    for said in ("", "last week", "2024-13-01"):
        responses = export.responses.assign(collected_on=said)
        replaced = type(export)(**{**vars(export), "responses": responses})
        found = stage(replaced, KEY, PLACES, frozenset()).people
        assert set(found["collected_month"]) == {"2024-05"}


# ------------------------------------------------------------- answers that are not listed

ODD = {
    "sex": CANARY,
    "country_group": CANARY,
    "qualification_level": CANARY,
    "enterprise_interest": CANARY,
    "construction_experience": CANARY,
    "business_experience": CANARY,
    "development_feeling": CANARY,
    "follow_up": CANARY,
    "mode": CANARY,
    "languages": f"english;{CANARY}",
    "skills": f"cooking;{CANARY}",
    "idea_themes": f"food;{CANARY}",
    "passions": f"gardening;{CANARY}",
}
ODD_ITEMS = {
    "qual_title 1": "Synthetic diploma",
    "qual_country 1": CANARY,
    "qual_medical 1": CANARY,
    "qual_uk_status 1": CANARY,
    "mention_kind 1": CANARY,
    "mention_name 1": "Synthetic Hall",
}


def test_unlisted_answers_stand_in_the_restricted_text_and_in_no_column(one):
    found, _ = one(**ODD, **ODD_ITEMS)
    parts = (found.people, found.choices, found.qualifications, found.mentions)
    for part in parts:
        assert "canary" not in part.to_string().casefold()
    is_odd = found.texts["text"].str.casefold().str.contains("zaphod")
    kept = set(found.texts.loc[is_odd, "question"])
    items = {name.removesuffix(" 1") for name, said in ODD_ITEMS.items() if said == CANARY}
    assert kept == ODD.keys() | items


def test_an_unlisted_answer_counts_as_other_only_where_the_list_has_that(one):
    found, _ = one(**ODD)
    chosen = found.choices.groupby("question")["choice"].apply(list).to_dict()
    assert chosen == {
        "languages": ["english", "other"],
        "skills": ["cooking", "other"],
        "idea_themes": ["food"],
        "passions": ["gardening"],
    }


def test_other_said_twice_is_one_answer(one):
    found, _ = one(skills="other;Juggling;Knife throwing")
    assert found.choices["choice"].tolist() == ["other"]


def test_several_unlisted_answers_are_kept_without_the_reader_s_mark(one):
    found, _ = one(skills="cooking;Juggling;sewing;Knitting")
    (text,) = found.texts.loc[found.texts["question"] == "skills", "text"]
    assert "?" not in text
    assert {"juggling", "knitting"} <= set(text.split())


def test_free_answers_keep_their_words(one):
    found, _ = one(
        notes=f"  {CANARY}\nagain ", idea="=1+1", skills_other="  ", feeling_text="?Why ?not ?"
    )
    texts = dict(found.texts[["question", "text"]].to_numpy())
    assert texts == {
        "notes": f"{CANARY}\nagain",
        "idea": "=1+1",
        "feeling_text": "?Why ?not ?",
    }


def test_items_are_numbered_within_each_response_and_nameless_mentions_go(one):
    found, _ = one(
        **{
            "qual_title 1": "First",
            "qual_title 3": "Third",
            "qual_medical 3": "yes",
            "mention_kind 1": "place",
            "mention_kind 2": "group",
            "mention_name 2": "Synthetic Choir",
        }
    )
    numbers = found.qualifications[["qualification_number", "is_medical"]].to_numpy().tolist()
    assert numbers == [[1, None], [2, "yes"]]
    titles = found.texts.loc[found.texts["question"] == "qual_title", ["item_number", "text"]]
    assert titles.to_numpy().tolist() == [[1, "First"], [2, "Third"]]
    assert found.mentions[["kind", "name"]].to_numpy().tolist() == [["group", "Synthetic Choir"]]


def test_what_belongs_to_held_or_erased_rows_stays_out_of_every_table(staged):
    items = {"qual_title 1": CANARY, "mention_name 1": CANARY, "notes": CANARY}
    rows = [
        {"receipt": "AAAAAA", "consent_research": "no", **items},
        {"receipt": "BBBBBB", "age_band": "9", **items},
        {"receipt": "CCCCCC", **items},
        {"receipt": "DDDDDD"},
    ]
    found = staged(*rows, erased={person("CCCCCC", KEY)})
    assert (len(found.people), len(found.rejects), found.erased_count) == (1, 2, 1)
    for part in (found.people, found.choices, found.qualifications, found.mentions, found.texts):
        assert CANARY not in part.to_string()


def test_who_refused_and_asked_for_erasure_is_counted_as_erased_alone(staged):
    found = staged({"consent_research": "no"}, erased={person("K7M2QX", KEY)})
    assert (found.erased_count, len(found.rejects), len(found.people)) == (1, 0, 0)


def test_the_server_s_number_erases_as_well_as_the_receipt(form):
    export = read_export(InputFile(LAYOUTS / "kobo.xlsx"), form)
    uid, receipt = export.responses[["_uid", "receipt"]].iloc[0]
    for number in (uid, receipt):
        found = stage(export, KEY, PLACES, frozenset({person(number, KEY)}))
        assert found.erased_count == 1
        assert export.responses.index[0] not in found.people.index


# ------------------------------------------------------------- every layout


@pytest.mark.parametrize("name", NAMES)
def test_staged_tables_of_every_layout_keep_their_contracts(name, form):
    raw = read_export(InputFile(LAYOUTS / name), form)
    found = stage(raw, KEY, PLACES, frozenset())
    reconcile(name, raw.rows_in - raw.twins, len(found.people), len(found.rejects))
    contracts = {
        "choices": tables.STG_SURVEY_CHOICE,
        "qualifications": tables.STG_SURVEY_QUALIFICATION,
        "mentions": tables.STG_SURVEY_MENTION,
        "texts": tables.STG_SURVEY_TEXT,
    }
    for part, contract in contracts.items():
        rows = getattr(found, part)
        assert list(rows.columns) == ["row", *contract.names]
        assert rows["row"].isin(found.people.index).all()
        assert not rows.duplicated(list(contract.primary_key)).any()
