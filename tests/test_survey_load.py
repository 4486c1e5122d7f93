"""All of the survey's files together: one account, one person once, nobody who asked to go."""

import logging
import os
import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from assetmap.errors import ConfigError, KeyFileError, MissingInputError, StorageError
from assetmap.survey import load, tables
from assetmap.survey.erasure import add_erasures
from assetmap.survey.form import read_form
from assetmap.survey.load import read_answers
from assetmap.survey.pseudonyms import SYNTHETIC_KEY
from assetmap.survey.restricted import write_private
from survey_tree import (
    KEY,
    LAYOUTS,
    PLACES,
    REGISTER,
    make_collected,
    make_tree,
    person,
    plant,
    sheet,
)

NAMES = sorted(path.name for path in LAYOUTS.iterdir())
WITHOUT_REPEATS = [n for n in NAMES if n.startswith(("kobo", "central")) and n.endswith(".csv")]
COUNT, REFUSED, YOUNG = 40, 1, 6
LOADED = COUNT - REFUSED - YOUNG
UID = "5e7f0000-0000-4000-8000-000000000001"
CANARY = "Zaphod Canary"
TODAY = date(2026, 11, 22)
LONG = ("choices", "qualifications", "mentions", "texts")


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    """Take the key of whoever runs the tests out of the environment."""
    monkeypatch.delenv("ASSETMAP_KEY", raising=False)
    monkeypatch.delenv("ASSETMAP_KEY_FILE", raising=False)


@pytest.fixture
def raw(tmp_path):
    return make_tree(tmp_path / "raw")


def place_layout(raw, name):
    stem, _, suffix = name.partition(".")
    target = raw / f"survey/exports/{stem}_synthetic.{suffix}"
    shutil.copy(LAYOUTS / name, target)
    return target


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Return the answers of each layout, each read from a folder of its own."""
    found = {}
    for name in NAMES:
        raw = make_tree(tmp_path_factory.mktemp("layout") / "raw")
        place_layout(raw, name)
        found[name] = read_answers(raw, PLACES)
    return found


# ------------------------------------------------------------- every layout, the same tables

PEOPLE = [
    name
    for name in tables.STG_SURVEY_RESPONSE.names
    if name not in ("researcher_id", "researcher_match")
] + ["typed_researcher"]
OF_REPEATS = ("qual_title", "qual_country", "qual_medical", "qual_uk_status", "mention_kind")


def test_there_are_fourteen_layouts_and_six_of_them_hold_no_repeats():
    assert (len(NAMES), len(WITHOUT_REPEATS)) == (14, 6)


@pytest.mark.parametrize("name", NAMES)
def test_the_staged_tables_of_all_layouts_are_equal(name, loaded):
    """The same forty people, whichever tool they answered with.

    Left out of the comparison is only what a layout cannot carry: the moment of submission
    (paper), the server's own number (paper, Google Forms), and in the CSV of KoboToolbox and
    ODK Central the items of repeats with their texts.
    """
    found, first = loaded[name], loaded["kobo.xlsx"]
    pd.testing.assert_frame_equal(found.people[PEOPLE], first.people[PEOPLE], check_dtype=False)
    pd.testing.assert_frame_equal(found.choices, first.choices, check_dtype=False)
    texts = first.texts
    if name in WITHOUT_REPEATS:
        assert len(found.qualifications) == len(found.mentions) == 0
        texts = texts[~texts["question"].isin(OF_REPEATS)].reset_index(drop=True)
    else:
        for part in ("qualifications", "mentions"):
            pd.testing.assert_frame_equal(
                getattr(found, part), getattr(first, part), check_dtype=False
            )
    pd.testing.assert_frame_equal(found.texts, texts, check_dtype=False)


def test_the_layouts_hold_enough_to_be_compared(loaded):
    first = loaded["kobo.xlsx"]
    assert [len(first.people), *(len(getattr(first, part)) > 20 for part in LONG)] == [
        LOADED,
        *[True] * 4,
    ]
    assert first.people["wd17cd"].nunique() == 2
    assert set(first.people["place_status"]) == {"in_area", "outside", "pseudo_postcode"}


@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_every_layout_is_accounted_for(name, loaded):
    (account,) = loaded[name].accounts
    twins = COUNT if name == "paper_double.xlsx" else 0
    counts = (account.rows_in, account.loaded, account.held, account.erased, account.twins)
    assert counts == (COUNT + twins, LOADED, REFUSED + YOUNG, 0, twins)
    reasons = loaded[name].held["reason"].value_counts().to_dict()
    assert reasons == {"under_18": YOUNG, "no_consent": REFUSED}


def test_of_a_refusal_only_file_row_and_reason_are_kept(loaded):
    held = loaded["kobo_names.csv"].held
    assert held[held["reason"] == "no_consent"].to_dict("records") == [
        {
            "dataset": "survey",
            "file": "kobo_names_synthetic.csv",
            "row_number": 41,
            "reason": "no_consent",
            "column": "consent_research",
        }
    ]


# ------------------------------------------------------------- several files


def test_the_same_people_in_five_tools_are_counted_once(raw):
    names = ("kobo_names.csv", "central.zip", "google_forms.csv", "ms_forms.xlsx", "paper.csv")
    for name in names:
        place_layout(raw, name)
    found = read_answers(raw, PLACES)
    assert len(found.people) == LOADED
    assert found.people["respondent"].is_unique
    for account in found.accounts:
        assert account.rows_in == account.loaded + account.held + account.erased + account.twins
    assert sum(account.loaded for account in found.accounts) == LOADED
    reasons = found.held["reason"].value_counts().to_dict()
    assert reasons == {"duplicate_id": 4 * LOADED, "no_consent": 5, "under_18": 5 * YOUNG}


def test_an_earlier_row_of_the_same_receipt_in_another_file_wins(raw):
    plant(raw, "a_synthetic.csv", {"receipt": "k7m-2qx", "notes": "first"})
    plant(raw, "b_synthetic.csv", {"notes": CANARY}, {"receipt": "ABCDEF"})
    found = read_answers(raw, PLACES)
    assert sorted(found.people["receipt"]) == ["ABCDEF", "k7m-2qx"]
    assert found.texts["text"].tolist() == ["first"]
    (held,) = found.held.to_dict("records")
    assert (held["file"], held["row_number"]) == ("b_synthetic.csv", 2)
    assert (held["reason"], held["column"]) == ("duplicate_id", "receipt")


def test_a_response_that_was_sent_again_with_another_receipt_is_a_duplicate_by_its_number(raw):
    target = place_layout(raw, "kobo_names.csv")
    text = target.read_text(encoding="utf-8")
    receipt = read_answers(raw, PLACES).people["receipt"].iloc[0]
    target.write_text(text.replace(receipt, "WRXNGX"), encoding="utf-8")
    place_layout(raw, "central.zip")
    found = read_answers(raw, PLACES)
    assert len(found.people) == LOADED
    assert (found.held["reason"] == "duplicate_id").sum() == LOADED


def test_rows_of_a_table_and_its_workbook_are_twins_and_not_duplicates(raw):
    for name in ("kobo_names.csv", "kobo.xlsx"):
        place_layout(raw, name)
    found = read_answers(raw, PLACES)
    accounts = {a.file: (a.loaded, a.held, a.twins) for a in found.accounts}
    assert accounts == {
        "kobo_names_synthetic.csv": (0, 0, COUNT),
        "kobo_synthetic.xlsx": (LOADED, REFUSED + YOUNG, 0),
    }
    assert len(found.qualifications) > 20


def test_inputs_are_hashed_and_named_below_the_raw_folder(raw):
    plant(raw, "a_synthetic.csv", {})
    add_erasures(raw, ["ABCDEF"], SYNTHETIC_KEY, TODAY)
    files = dict(read_answers(raw, PLACES).files)
    # The list of erasures too: without it two builds before and after one would be one run.
    assert sorted(files) == [
        "survey/erasures/erasures.csv",
        "survey/exports/a_synthetic.csv",
        "survey/form.xlsx",
        "survey/researchers/researchers_synthetic.csv",
    ]
    assert all(len(digest) == 64 for digest in files.values())


def test_without_exports_there_is_an_empty_table_of_everything(raw):
    found = read_answers(raw, PLACES)
    assert found.state == "none"
    assert [len(getattr(found, part)) for part in ("people", *LONG, "held")] == [0] * 6
    assert found.accounts == ()


def test_exports_without_the_questionnaire_are_refused(raw):
    plant(raw, "a_synthetic.csv", {})
    (raw / "survey/form.xlsx").unlink()
    with pytest.raises(MissingInputError, match=r"form\.xlsx"):
        read_answers(raw, PLACES)


# ------------------------------------------------------------- erasure


def test_who_is_erased_by_receipt_is_in_no_table(raw):
    items = {"qual_title 1": CANARY, "mention_name 1": CANARY, "notes": CANARY}
    plant(raw, "a_synthetic.csv", items, {"receipt": "ABCDEF"})
    add_erasures(raw, ["k7m 2qx"], SYNTHETIC_KEY, TODAY)
    assert_gone(read_answers(raw, PLACES), person("K7M2QX"))


def assert_gone(found, *pseudonyms, left=1, erased=1):
    assert len(found.people) == left
    assert sum(account.erased for account in found.accounts) == erased
    for part in ("people", *LONG, "held", "agreement"):
        text = getattr(found, part).to_string()
        assert CANARY not in text
        assert not [name for name in pseudonyms if name in text]


def test_who_is_erased_by_the_server_s_number_is_in_no_table(raw):
    place_layout(raw, "kobo.xlsx")
    before = read_answers(raw, PLACES).people
    assert add_erasures(raw, [f"uuid:{UID.upper()}"], SYNTHETIC_KEY, TODAY) == 1
    after = read_answers(raw, PLACES)
    assert len(after.people) == len(before) - 1
    assert after.accounts[0].erased == 1
    (gone,) = set(before["respondent"]) - set(after.people["respondent"])
    assert_gone(after, gone, left=LOADED - 1)


def test_a_person_erased_by_one_number_does_not_come_back_by_another(raw):
    """The paper copy has the receipt alone; it was a duplicate until its original was erased."""
    place_layout(raw, "kobo.xlsx")
    place_layout(raw, "paper.csv")
    before = read_answers(raw, PLACES).people["respondent"]
    add_erasures(raw, [UID], SYNTHETIC_KEY, TODAY)
    found = read_answers(raw, PLACES)
    assert len(found.people) == len(before) - 1
    assert [account.erased for account in found.accounts] == [1, 1]


def test_erasures_spread_over_a_chain_of_numbers(raw):
    """A mistyped receipt leads to the server's number, that to the receipt, that to the paper."""
    target = place_layout(raw, "kobo_names.csv")
    text = target.read_text(encoding="utf-8")
    receipt = read_answers(raw, PLACES).people["receipt"].iloc[0]
    target.write_text(text.replace(receipt, "WRXNGX"), encoding="utf-8")
    for name in ("central.zip", "paper.csv"):
        place_layout(raw, name)
    add_erasures(raw, ["WRXNGX"], SYNTHETIC_KEY, TODAY)
    found = read_answers(raw, PLACES)
    assert not {receipt, "WRXNGX"} & set(found.people["receipt"].str.upper())
    assert len(found.people) == LOADED - 1
    assert [account.erased for account in found.accounts] == [1, 1, 1]


def test_two_entries_of_one_paper_are_both_erased(raw):
    plant(
        raw,
        "a_synthetic.csv",
        {"entry": "1", "notes": CANARY},
        {"entry": "2", "notes": CANARY},
        {"receipt": "ABCDEF", "entry": "1"},
        {"receipt": "ABCDEF", "entry": "2"},
    )
    add_erasures(raw, ["K7M2QX"], SYNTHETIC_KEY, TODAY)
    found = read_answers(raw, PLACES)
    assert_gone(found, person("K7M2QX"))
    (account,) = found.accounts
    assert (account.rows_in, account.loaded, account.erased, account.twins) == (4, 1, 1, 2)
    assert set(found.agreement["pairs"]) == {1}


def test_the_agreement_of_entries_leaves_out_who_refused(raw):
    plant(
        raw,
        "a_synthetic.csv",
        {"entry": "1", "consent_research": "no"},
        {"entry": "2", "consent_research": "no"},
        {"receipt": "BBBBBB", "entry": "1", "consent_research": "no", "sex": "male"},
        {"receipt": "BBBBBB", "entry": "2", "consent_research": "yes", "sex": "female"},
        {"receipt": "ABCDEF", "entry": "1", "sex": "male"},
        {"receipt": "ABCDEF", "entry": "2", "sex": "female"},
    )
    found = read_answers(raw, PLACES)
    agreed = found.agreement.set_index("question")[["pairs", "agreed_share"]]
    assert agreed.loc["sex"].tolist() == [1, 0]
    assert len(found.people) == 0


# ------------------------------------------------------------- responses of real people


@pytest.fixture
def collected(tmp_path, monkeypatch):
    """Return a raw folder with a response that nobody says is made up, and a key for it."""
    raw = make_collected(tmp_path / "project/raw")
    plant(raw, "paper.csv", {"notes": CANARY})
    path = tmp_path / "elsewhere/secret.key"
    write_private(path, KEY)
    monkeypatch.setenv("ASSETMAP_KEY_FILE", str(path))
    return raw


def refusal(kind, raw):
    with pytest.raises(kind) as caught:
        read_answers(raw, PLACES)
    message = str(caught.value)
    assert CANARY not in message
    assert KEY not in message
    assert "\n" not in message
    assert caught.value.exit_code in (1, 74)
    return message


def test_collected_responses_are_read_under_the_secret_key(collected):
    found = read_answers(collected, PLACES)
    assert found.state == "collected"
    assert found.people["respondent"].tolist() == [person("K7M2QX", bytes.fromhex(KEY))]


def test_without_a_key_nothing_is_read(collected, monkeypatch):
    monkeypatch.delenv("ASSETMAP_KEY_FILE")
    message = refusal(KeyFileError, collected)
    assert "neither ASSETMAP_KEY_FILE nor ASSETMAP_KEY is set" in message
    assert "Make one outside the project" in message


def test_a_key_inside_the_project_is_refused(collected, monkeypatch):
    path = collected / "survey/secret.key"
    write_private(path, KEY)
    monkeypatch.setenv("ASSETMAP_KEY_FILE", str(path))
    message = refusal(KeyFileError, collected)
    assert message.startswith(f"{path}: the key lies inside the project")
    assert "Move it out" in message


def test_a_key_that_others_can_read_is_refused(collected, tmp_path):
    path = tmp_path / "elsewhere/secret.key"
    path.chmod(0o640)
    message = refusal(KeyFileError, collected)
    assert message == f"{path}: other users can read the key. Run: chmod 600 '{path}'"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are NOT tested here")
@pytest.mark.parametrize(
    ("place", "mode", "wanted"),
    [
        ("survey/exports/paper.csv", 0o644, "600"),
        ("survey/exports/paper.csv", 0o620, "600"),
        ("survey/exports", 0o755, "700"),
        ("survey/exports", 0o701, "700"),
        ("survey/researchers/researchers.csv", 0o604, "600"),
        ("survey/researchers", 0o750, "700"),
        ("survey/erasures/erasures.csv", 0o644, "600"),
    ],
)
def test_a_file_that_others_can_read_is_refused(collected, place, mode, wanted):
    add_erasures(collected, ["ABCDEF"], bytes.fromhex(KEY), TODAY)
    read_answers(collected, PLACES)
    (collected / place).chmod(mode)
    message = refusal(StorageError, collected)
    assert message.startswith(f"{collected / place}: other users of this machine may read it")
    assert f"Run: chmod {wanted} '{collected / place}'." in message
    assert message.endswith("Nothing of it was loaded.")


@pytest.mark.parametrize(
    ("folder", "name", "text"),
    [
        ("researchers", "researchers_synthetic.csv", REGISTER),
        (
            "payments",
            "vouchers_synthetic.csv",
            "voucher_ref,researcher_id,paid_on,amount_gbp\nV1,R07,2026-06-01,20\n",
        ),
        (
            "reviews",
            "reviews_synthetic.csv",
            "kind,subject,decision,decided_on\nduplicate,K7M2QX,drop,2026-06-01\n",
        ),
    ],
)
def test_a_made_up_register_beside_real_responses_is_refused(collected, folder, name, text):
    for path in (collected / "survey" / folder).glob("*"):
        path.unlink()
    write_private(collected / "survey" / folder / name, text)
    message = refusal(ConfigError, collected)
    assert message.startswith(f"{collected / 'survey'}: the responses are collected ones")
    assert f"{folder}/{name}" in message
    assert "Put your own" in message


def test_a_real_register_beside_made_up_responses_is_refused(raw):
    plant(raw, "a_synthetic.csv", {})
    write_private(raw / "survey/researchers/researchers.csv", REGISTER)
    message = refusal(ConfigError, raw)
    assert "the responses are the made-up sample" in message
    assert "researchers/researchers.csv" in message


def test_a_made_up_export_gives_way_to_a_real_one(collected):
    plant(collected, "sample_synthetic.csv", {"receipt": "SYNAAA"})
    found = read_answers(collected, PLACES)
    assert [account.file for account in found.accounts] == ["paper.csv"]
    assert found.state == "collected"


# ------------------------------------------------------------- no word of anybody


def test_nothing_that_is_logged_holds_an_answer(collected, caplog):
    caplog.set_level(logging.DEBUG)
    rows = [
        {"notes": CANARY, "researcher": CANARY, "sex": CANARY, "skills": f"cooking;{CANARY}"},
        {"receipt": "ABCDEF", "consent_research": CANARY, "notes": CANARY},
        {"receipt": "ABCDEG", "age_band": CANARY, "postcode": CANARY},
        {"receipt": "ABCDEH", "mention_name 1": CANARY, "Their name": CANARY},
    ]
    plant(collected, "paper.csv", *rows)
    found = read_answers(collected, PLACES)
    assert len(found.people) == 2
    assert len(caplog.records) > 0
    assert "canary" not in caplog.text.casefold()
    assert "canary" not in repr(found.accounts).casefold()
    assert "canary" not in found.held.to_string().casefold()
    assert found.accounts[0].dropped == ("Their name",)


def test_an_export_that_leaves_a_row_unaccounted_for_cannot_be_read(raw, monkeypatch):
    from assetmap.errors import ReconciliationError
    from assetmap.survey import load

    plant(raw, "a_synthetic.csv", {}, {"receipt": "ABCDEF"})
    real = load.stage

    def lose_one(*arguments):
        part = real(*arguments)
        return type(part)(**{**vars(part), "people": part.people.iloc[:1]})

    monkeypatch.setattr(load, "stage", lose_one)
    with pytest.raises(ReconciliationError, match="2 rows came in but 1 were loaded and 0 held"):
        read_answers(raw, PLACES)


def test_the_sheet_of_these_tests_is_what_it_seems():
    assert sheet({}).splitlines()[1].startswith("K7M2QX,R07")


def test_a_no_in_another_file_outweighs_a_yes(raw):
    """Consent may be withdrawn: the answers go, whichever file comes first."""
    for yes, no in (("a_synthetic.csv", "b_synthetic.csv"), ("b_synthetic.csv", "a_synthetic.csv")):
        plant(raw, yes, {"receipt": "K7M2QX"})
        plant(raw, no, {"receipt": "K7M2QX", "consent_research": "no"})
        found = read_answers(raw, PLACES)
        assert found.people.empty
        assert set(found.held["reason"]) == {"no_consent"}


def test_a_table_that_is_synthetic_by_its_name_alone_is_refused(raw):
    target = place_layout(raw, "kobo_names.csv")
    target.write_text(target.read_text("utf-8").replace('"synthetic";', '"";'), "utf-8")
    with pytest.raises(ConfigError, match="may hold real people"):
        read_answers(raw, PLACES)


def test_a_questionnaire_without_a_needed_question_is_refused(raw, monkeypatch):
    form = read_form(raw / "survey/form.xlsx")
    fewer = replace(form, questions=tuple(q for q in form.questions if q.name != "skills"))
    monkeypatch.setattr(load, "read_form", lambda _: fewer)
    with pytest.raises(ConfigError, match=r"lacks 1 of \d+ questions that are needed: skills"):
        read_answers(raw, PLACES)
