"""The synthetic survey sample: made again to the same bytes, dirty as stated, of nobody."""

import csv
import importlib
import io
import itertools
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import openpyxl
import pytest
from rapidfuzz import fuzz
from scipy.stats import chisquare

from assetmap.dataset import load
from assetmap.datasets import get_dataset
from assetmap.postcodes import normalise_postcode
from assetmap.survey import answers, tables

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
SURVEY = RAW / "survey"
FOLDERS = ("erasures", "exports", "payments", "researchers", "reviews")

# The scripts are no package: they are found as they find each other.
sys.path.insert(0, str(ROOT / "tools"))
sample = importlib.import_module("make_survey_sample")
areas = importlib.import_module("survey_sample_areas")
dirt = importlib.import_module("survey_sample_dirt")
words = importlib.import_module("survey_sample_words")

RESIDENTS = {words.LADYWOOD: 37_190, words.SOHO: 30_831, words.SMETHWICK: 14_277}
LISTS = {
    "mode": "mode",
    "consent_map": "yes_no",
    "age_band": "age_band",
    "sex": "sex",
    "country_group": "country_group",
    "languages": "language",
    "qualification_level": "qualification_level",
    "skills": "skill",
    "construction_experience": "yes_no",
    "business_experience": "yes_no",
    "enterprise_interest": "interest",
    "idea_themes": "idea_theme",
    "passions": "passion",
    "development_feeling": "feeling",
    "follow_up": "yes_no",
}
FREE_TEXTS = ("languages_other", "skills_other", "idea", "feeling_text", "notes")
LINKS = ("receipt", "researcher", "postcode", "collected_on", "mode", "_uuid")
NEAR = 85
"""The policy's likeness of names."""


def rows_of(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def sheet_rows(book, name):
    headings, *rows = book[name].iter_rows(values_only=True)
    return [
        {h: "" if value is None else str(value) for h, value in zip(headings, row, strict=True)}
        for row in rows
    ]


@pytest.fixture(scope="module")
def rows():
    return rows_of(SURVEY / "exports/kobo_2026_synthetic.csv", ";")


@pytest.fixture(scope="module")
def book():
    return openpyxl.load_workbook(SURVEY / "exports/kobo_2026_synthetic.xlsx")


@pytest.fixture(scope="module")
def consenting(rows):
    return [row for row in rows if row["consent_research"] == "yes"]


@pytest.fixture(scope="module")
def register():
    return {
        row["researcher_id"]: row
        for row in rows_of(SURVEY / "researchers/researchers_synthetic.csv")
    }


@pytest.fixture(scope="module")
def postcodes():
    ward_of = {
        row["LSOA11CD"]: row["WD17CD"]
        for row in rows_of(RAW / "lookup_lsoa11_ward17/LSOA11_WD17_LAD17_starter.csv")
    }
    lookup = rows_of(RAW / "postcodes/postcode_lsoa/PCD_OA_LSOA_MSOA_LAD_MAY22_starter.csv")
    return {row["pcds"]: (ward_of[row["lsoa11cd"]], row["doterm"]) for row in lookup}


@pytest.fixture(scope="module")
def ward_of(postcodes):
    def find(row):
        ward, _ = postcodes.get(normalise_postcode(row["postcode"]), ("", ""))
        return ward if ward in RESIDENTS else ""

    return find


@pytest.fixture(scope="module")
def sound(consenting, register, ward_of):
    """Return the rows without a fault in researcher, age, skills or place, the first of each."""
    kept = {}
    for row in consenting:
        researcher = register.get(row["researcher"], {"module_1_on": ""})
        if researcher["module_1_on"] and row["age_band"] and row["skills"] and ward_of(row):
            kept.setdefault(tuple(value for k, value in row.items() if k in answered(row)), row)
    return list(kept.values())


def answered(row):
    return [name for name in row if name not in LINKS and not name.startswith("_")]


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [
            (m.filename, m.date_time, m.external_attr, m.create_system, archive.read(m))
            for m in archive.infolist()
        ]


@pytest.fixture(scope="module")
def remade(tmp_path_factory):
    """Return the folder of a second run, in another time zone and under another hash seed."""
    out = tmp_path_factory.mktemp("sample")
    command = [sys.executable, "tools/make_survey_sample.py", "--out", str(out)]
    other = {"PYTHONHASHSEED": "77", "TZ": "Asia/Kathmandu"}
    subprocess.run(command, cwd=ROOT, env=os.environ | other, check=True, capture_output=True)
    return out


def test_the_script_makes_the_files_byte_for_byte(remade):
    made = {p.relative_to(remade).as_posix(): p.read_bytes() for p in remade.rglob("*.*")}
    kept = {
        path.relative_to(SURVEY).as_posix(): path.read_bytes()
        for folder in FOLDERS
        for path in (SURVEY / folder).iterdir()
    }
    assert sorted(made) == sorted(kept)
    workbooks = {name for name in made if name.endswith(".xlsx")}
    assert workbooks
    # The list of erasures begins empty and then grows by hand: only its heading is made.
    for name in sorted(set(made) - workbooks - {sample.ERASURES}):
        assert made[name] == kept[name], f"{name} is stale: run tools/make_survey_sample.py"
    # Two builds of zlib may pack the same members differently; here they are compared unpacked.
    for name in workbooks:
        assert unpacked(made[name]) == unpacked(kept[name])


def test_the_workbook_is_packed_to_the_same_bytes_each_time(remade):
    responses = sample.make_responses(areas.read_wards(RAW), areas.read_outside(RAW), sample.SEED)
    again = sample.kobo_xlsx(responses)
    assert again == (remade / "exports/kobo_2026_synthetic.xlsx").read_bytes()
    assert {member[1] for member in unpacked(again)} == {(2026, 11, 1, 0, 0, 0)}


def test_another_seed_gives_other_people(rows):
    others = sample.make_responses(areas.read_wards(RAW), areas.read_outside(RAW), sample.SEED + 1)
    assert not {r.cells["_uuid"] for r in others} & {row["_uuid"] for row in rows}


def test_the_set_is_small_and_named_as_synthetic():
    paths = [path for folder in FOLDERS for path in (SURVEY / folder).iterdir()]
    assert {p.name for p in paths if "_synthetic" not in p.name} == {"README.md"}
    assert sum(path.stat().st_size for path in paths) < 1_000_000
    for folder in FOLDERS:
        assert (
            "nvented" in (text := (SURVEY / folder / "README.md").read_text()) or "Nobody" in text
        )


def test_every_response_is_labelled_synthetic(rows, book):
    assert 380 <= len(rows) <= 430
    assert {row["_tags"] for row in rows} == {"synthetic"}
    for name in ("qualification", "mention"):
        assert {row["_submission__tags"] for row in sheet_rows(book, name)} == {"synthetic"}
    free = [row[name] for row in rows for name in FREE_TEXTS if row[name]]
    free += [row["qual_title"] for row in sheet_rows(book, "qualification")]
    assert len(free) > 400
    assert all("Synthetic" in text for text in free)


def test_the_csv_is_in_the_layout_of_kobo():
    text = (SURVEY / "exports/kobo_2026_synthetic.csv").read_bytes().decode("utf-8")
    heading = text.split("\r\n", 1)[0]
    assert heading.startswith('"translation_status";"welcome";"researcher";"receipt"')
    assert heading.endswith(
        '"_id";"_uuid";"_submission_time";"_validation_status";"_notes";"_status";'
        '"_submitted_by";"__version__";"_tags";"_index"'
    )


def test_both_layouts_hold_the_same_responses(rows, book):
    assert book.sheetnames == [sample.FORM_TITLE[:31], "qualification", "mention"]
    assert sheet_rows(book, book.sheetnames[0]) == rows


def test_repeats_belong_to_a_response(rows, book):
    uid = {row["_index"]: row["_uuid"] for row in rows}
    refused = {row["_index"] for row in rows if row["consent_research"] == "no"}
    for name in ("qualification", "mention"):
        items = sheet_rows(book, name)
        assert [item["_index"] for item in items] == [str(n + 1) for n in range(len(items))]
        assert {item["_parent_table_name"] for item in items} == {sample.FORM_TITLE}
        assert all(uid[item["_parent_index"]] == item["_submission__uuid"] for item in items)
        assert not refused & {item["_parent_index"] for item in items}
        assert max(Counter(item["_parent_index"] for item in items).values()) == 3


def test_headings_are_those_of_the_form():
    form = openpyxl.load_workbook(SURVEY / "form.xlsx")
    asked, notes, repeats, inside = [], set(), defaultdict(list), ""
    for row in form["survey"].iter_rows(min_row=2, values_only=True):
        kind, name = (str(cell or "") for cell in row[:2])
        if kind.startswith(("begin_repeat", "end_repeat")):
            inside = name if kind.startswith("begin") else ""
        elif kind == "note":
            notes.add(name)
        elif inside:
            repeats[inside].append(name)
        elif kind and not kind.startswith(("begin", "end")):
            asked.append(name)
    assert [name for name in words.QUESTIONS if name not in notes] == asked
    assert repeats == {
        "qualification": list(words.QUALIFICATION),
        "mention": list(words.MENTION),
    }
    assert form["settings"].cell(2, 1).value == sample.FORM_TITLE


def test_answers_are_on_their_lists(rows, book):
    for question, name in LISTS.items():
        given = {choice for row in rows for choice in row[question].split()}
        assert given <= set(answers.LISTS[name]), question
        assert len(given) > 1, question
    for column, name in {
        "qual_country": "qual_country",
        "qual_medical": "yes_no",
        "qual_uk_status": "uk_status",
    }.items():
        given = {item[column] for item in sheet_rows(book, "qualification")}
        assert given <= set(answers.LISTS[name]), column
    kinds = {item["mention_kind"] for item in sheet_rows(book, "mention")}
    assert kinds == set(answers.MENTION_KINDS)


def test_receipts_and_dates_have_their_shape(rows):
    assert {len(row["receipt"]) for row in rows} == {0, 6}
    assert all(re.fullmatch(r"[A-HJ-NP-Z2-9]*", row["receipt"]) for row in rows)
    for row in rows:
        assert re.fullmatch(tables.DATE_PATTERN, row["collected_on"])
        assert "2026-05-01" <= row["collected_on"] <= row["_submission_time"][:10] <= "2026-10-31"
        assert re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\d", row["_submission_time"])
    assert [row["_submission_time"] for row in rows] == sorted(r["_submission_time"] for r in rows)


# Each kind of dirt, found in the file without asking the script.


def known_by(row, register):
    """Return the kind of what stands where the researcher's code belongs."""
    typed = row["researcher"]
    names = {r["name"] for r in register.values()}
    if not typed:
        return "missing_researcher"
    if typed in register:
        return "" if register[typed]["module_1_on"] else "untrained_researcher"
    if typed in names:
        return "researcher_by_name"
    is_near = max(fuzz.ratio(typed, name) for name in names) >= NEAR
    return "misspelt_researcher" if is_near else "unknown_researcher"


def placed_by(row, postcodes):
    """Return the kind of a postcode that is not one in use in the three wards."""
    typed = row["postcode"]
    folded = normalise_postcode(typed)
    ward, ended = postcodes.get(folded, ("", ""))
    if not typed:
        return "missing_postcode"
    if folded.startswith("ZZ99"):
        return "pseudo_postcode"
    if not folded:
        return "bad_postcode"
    if not ward:
        return "unlisted_postcode"
    if ward not in RESIDENTS:
        return "outside_area"
    return "terminated_postcode" if ended else ""


def repeated_by(rows):
    """Return the kind of every row that repeats an earlier one, by what is the same in both."""
    kinds = []
    for i, row in enumerate(rows):
        for earlier in rows[:i]:
            if row["_uuid"] == earlier["_uuid"]:
                kinds.append("duplicate_uuid")
            elif row["receipt"] and row["receipt"] == earlier["receipt"]:
                kinds.append("duplicate_receipt")
            elif row["researcher"] == earlier["researcher"] and all(
                row[name] == earlier[name] for name in answered(row)
            ):
                assert normalise_postcode(row["postcode"]) == normalise_postcode(
                    earlier["postcode"]
                )
                assert row["postcode"] != earlier["postcode"]
                kinds.append("near_duplicate")
    return kinds


def worded_by(row):
    text = " ".join(row[name] for name in FREE_TEXTS)
    if re.search(r"07700|@|QQ\d|[A-Z]\d\d \d[A-Z]{2}|\+44", text):
        return "contact_in_text"
    if re.search(r"<script|\{\{|\$\{|^=", row["idea"]):
        return "payload_in_idea"
    return "erased" if text.find(dirt.ERASED_TEXT) >= 0 else ""


def agreed_by(row):
    consent = row["consent_research"]
    return {"yes": "", "no": "no_consent", "": "blank_consent"}.get(consent, "unclear_consent")


def left_out_by(row):
    gaps = {"missing_age": "age_band", "missing_skills": "skills", "missing_receipt": "receipt"}
    kinds = [kind for kind, name in gaps.items() if not row[name]]
    return [*kinds, "under_18"] if row["age_band"] == "under_18" else kinds


@pytest.fixture(scope="module")
def found(rows, consenting, register, postcodes):
    kinds = Counter(repeated_by(consenting))
    kinds.update(agreed_by(row) for row in rows)
    for row in consenting:
        kinds.update(left_out_by(row))
        kinds.update([known_by(row, register), placed_by(row, postcodes), worded_by(row)])
    del kinds[""]
    return kinds


@pytest.mark.parametrize("kind", dirt.DIRT)
def test_the_dirt_is_there_in_the_stated_number(found, kind):
    assert found[kind] == dirt.DIRT[kind].rows


def test_there_is_no_other_dirt(found):
    assert set(found) == set(dirt.DIRT)


def test_the_note_states_the_dirt():
    text = (SURVEY / "exports/README.md").read_text(encoding="utf-8")
    for fault in dirt.DIRT.values():
        assert f"| {fault.rows} | {fault.what} |" in text


def test_refusals_hold_no_answers(rows):
    refusals = [row for row in rows if row["consent_research"] == "no"]
    after = words.QUESTIONS[words.QUESTIONS.index("postcode") :]
    assert not any(row[name] for row in refusals for name in after)


def test_payloads_stay_texts_in_the_workbook(book):
    sheet = book.worksheets[0]
    column = list(words.QUESTIONS).index("idea") + 1
    cells = [sheet.cell(row, column) for row in range(2, sheet.max_row + 1)]
    formulas = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK(")]
    assert [cell.data_type for cell in formulas] == ["s"]


# Nobody can be called, written to or found by what stands in these files.


@pytest.fixture(scope="module")
def everything():
    texts = [
        path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in sorted((SURVEY / folder).iterdir())
        if path.suffix != ".xlsx"
    ]
    workbook = (SURVEY / "exports/kobo_2026_synthetic.xlsx").read_bytes()
    texts += [content.decode("utf-8") for name, *_, content in unpacked(workbook) if name]
    return "\n".join(texts)


def test_phones_are_of_the_range_kept_for_drama(everything):
    # A submission number may hold ten digits in a row, but only between other hex digits.
    shape = r"(?<![0-9a-f-])(?:\+44|0)[ -]?\d(?:[ -]?\d){8,9}(?![0-9a-f-])"
    phones = [re.sub(r"\D", "", p) for p in re.findall(shape, everything)]
    assert len(phones) >= 6
    assert all(re.fullmatch(r"(0|44)7700900\d{3}", phone) for phone in phones)


def test_mail_and_insurance_numbers_belong_to_nobody(everything):
    mails = re.findall(r"[\w.+-]+@[\w.-]+", everything)
    assert len(mails) >= 4
    assert {mail.partition("@")[2].rstrip(".") for mail in mails} == {"example.org"}
    numbers = set(re.findall(r"\b[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b", everything))
    assert numbers == {"QQ123456C"}
    assert set(re.findall(r"https?://([\w.]+)", everything)) - {
        "schemas.openxmlformats.org",
        "purl.org",
        "www.w3.org",
        "schemas.microsoft.com",
    } == {"example.org"}


def test_a_postcode_in_a_text_is_in_no_lookup(rows, postcodes):
    texts = " ".join(row[name] for row in rows for name in FREE_TEXTS)
    written = re.findall(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", texts)
    assert written == ["B18 4CK"]
    assert not set(written) & set(postcodes)


# The people: as the census has them where it says so, and biased where the script says so.


def test_wards_are_those_of_the_census():
    wards = areas.read_wards(RAW)
    assert {code: ward.residents for code, ward in wards.items()} == RESIDENTS
    ladywood = wards[words.LADYWOOD]
    assert ladywood.births == {
        "uk": 20_183,
        "eu": 5_203,
        "africa": 3_467,
        "middle_east_asia": 6_020,
        "rest": 2_311,
    }
    assert ladywood.levels == {"none": 4_178, "level_4_plus": 17_571, "rest": 10_951}
    # Live postcodes of small users that Code-Point Open has too, of 1,136 in the lookup.
    assert 900 < len(ladywood.live) <= 1_136


def test_wards_have_their_residents_share(sound, ward_of):
    counts = Counter(ward_of(row) for row in sound)
    total = sum(RESIDENTS.values())
    expected = [len(sound) * residents / total for residents in RESIDENTS.values()]
    assert len(sound) > 300
    assert chisquare([counts[code] for code in RESIDENTS], expected).pvalue > 0.05


def share(rows, question, *choices):
    said = [row[question] for row in rows if row[question]]
    return sum(answer in choices for answer in said) / len(said)


def test_the_sample_is_biased_as_it_says(sound):
    wards = areas.read_wards(RAW).values()
    degrees = sum(ward.levels["level_4_plus"] for ward in wards)
    adults = sum(sum(ward.levels.values()) for ward in wards)
    assert share(sound, "qualification_level", "level_4_plus") > degrees / adults
    assert share(sound, "sex", "female") > 0.57
    women, men = ([r for r in sound if r["sex"] == sex] for sex in ("female", "male"))
    assert share(men, "age_band", "65_plus") < share(women, "age_band", "65_plus") / 2


def test_circles_differ_from_each_other(sound, ward_of):
    circles = defaultdict(list)
    for row in sound:
        circles[row["researcher"]].append(row)
    african = {code: share(own, "country_group", "africa") for code, own in circles.items()}
    assert african["R02"] > 3 * african["R08"]
    assert share(circles["R05"], "development_feeling", "threat") > 2 * share(
        circles["R04"], "development_feeling", "threat"
    )
    home = Counter(ward_of(row) for row in circles["R03"])
    assert home.most_common(1)[0][0] == words.SMETHWICK


def test_researchers_have_the_counts_that_show_the_vouchers(sound):
    counts = Counter(row["researcher"] for row in sound)
    assert {code: counts[code] for code in ("R08", "R09", "R10", "R11")} == {
        "R08": 50,
        "R09": 49,
        "R10": 10,
        "R11": 9,
    }


def test_most_skills_reach_ten_in_a_ward_and_rare_ones_do_not(sound, ward_of):
    held = Counter((skill, ward_of(row)) for row in sound for skill in row["skills"].split())
    common = {
        skill for skill in answers.SKILLS if all(held[skill, ward] >= 10 for ward in RESIDENTS)
    }
    assert {"cooking", "childcare", "cleaning", "sewing", "driving", "retail"} <= common
    assert {"interpreting", "bookkeeping", "it_support"} <= common
    assert len(set(answers.SKILLS) - common) >= 5


@pytest.mark.parametrize(("skill", "ward"), dirt.PLANTED)
def test_counts_around_the_threshold_are_exact(consenting, ward_of, skill, ward):
    holders = {r["receipt"] for r in consenting if skill in r["skills"].split()}
    here = {r["receipt"] for r in consenting if r["receipt"] in holders and ward_of(r) == ward}
    assert len(here) == dirt.PLANTED[skill, ward]


def test_one_skill_is_held_by_one_person(rows):
    assert sum("midwifery" in row["skills"].split() for row in rows) == 1


def test_strangers_are_not_alike(consenting):
    pairs = itertools.combinations(consenting, 2)
    compared = [name for name in words.QUESTIONS if name not in LINKS and "consent" not in name]
    alike = [
        sum(a[name] == b[name] for name in compared) / len(compared)
        for a, b in pairs
        if a["researcher"] == b["researcher"]
    ]
    assert Counter(likeness > 0.9 for likeness in alike)[True] == sum(
        dirt.DIRT[kind].rows for kind in dirt.COPIES
    )


def test_overseas_medical_qualifications_are_there(book):
    items = sheet_rows(book, "qualification")
    overseas = [q for q in items if q["qual_medical"] == "yes" and q["qual_country"] != "uk"]
    assert len(overseas) >= 15
    assert "not_recognised" in {q["qual_uk_status"] for q in overseas}
    assert {q["qual_uk_status"] for q in items if q["qual_country"] == "uk"} == {"not_needed"}


def test_places_are_named_in_several_spellings_by_several_people(book):
    places = {
        row["name"].strip() for row in rows_of(RAW / "public_places/public_places_starter.csv")
    }
    assert set(words.PUBLIC_PLACES) <= places
    people = defaultdict(set)
    for item in sheet_rows(book, "mention"):
        people[item["mention_name"]].add(item["_submission__uuid"])
    variants = {s for *_, spellings in words.PLACES for s in spellings[1:]}
    assert variants & places == set()
    assert len(variants & set(people)) >= 15
    strangers = {spellings[0] for *_, spellings in words.PLACES[12:]}
    assert strangers & places == set()
    assert sum(len(people[name]) > 1 for name in strangers) >= 6


# Registers beside the responses.


def test_the_register_has_26_invited_18_recruited_and_11_trained(register):
    stages = ("invited_on", "recruited_on", "module_1_on", "module_2_on", "module_3_on")
    reached = [sum(bool(r[stage]) for r in register.values()) for stage in stages]
    assert reached[:3] == [26, 18, 11]
    assert reached == sorted(reached, reverse=True)
    accredited = sum(bool(r["accredited_on"]) for r in register.values())
    assert 0 < accredited < reached[-1] < reached[-2] < 11
    trained = [code for code, r in register.items() if r["module_1_on"]]
    assert trained == [f"R{number:02d}" for number in range(1, 12)]
    assert {r["recruited_via"] for r in register.values()} == {
        *("event", "local_hub", "partner", "word_of_mouth", "online")
    }


def test_dates_of_the_register_follow_each_other(register):
    for row in register.values():
        days = [row[name] for name in words.RESEARCHER_HEADINGS[4:]]
        given = [day for day in days if day]
        assert given == sorted(given)
        assert days[: len(given)] == given
        assert all("2026-05-01" <= day <= "2026-10-31" for day in given)


def test_nobody_hands_in_forms_before_the_training(rows, register):
    for row in rows:
        trained = register.get(row["researcher"], {}).get("module_1_on", "")
        assert row["collected_on"] > trained


def test_only_two_names_are_easily_taken_for_each_other(register):
    near = [
        (a["researcher_id"], b["researcher_id"])
        for a, b in itertools.combinations(register.values(), 2)
        if fuzz.ratio(a["name"], b["name"]) >= NEAR
    ]
    assert near == [("R03", "R14")]


def test_vouchers_show_money_owed_and_overpaid(register, sound):
    rows = rows_of(SURVEY / "payments/vouchers_synthetic.csv")
    assert len({row["voucher_ref"] for row in rows}) == len(rows)
    paid = Counter()
    for row in rows:
        assert register[row["researcher_id"]]["module_1_on"] < row["paid_on"] <= "2026-10-31"
        paid[row["researcher_id"]] += int(row["amount_gbp"])
    # By the rule: 50 responses 100, 49 80, 10 20, 9 nothing.
    assert {code: paid[code] for code in ("R08", "R09", "R10", "R11")} == {
        "R08": 80,
        "R09": 100,
        "R10": 20,
        "R11": 0,
    }
    earned = {
        code: min(100, 20 * (count // 10))
        for code, count in Counter(row["researcher"] for row in sound).items()
    }
    assert [code for code in earned if paid[code] > earned[code]] == ["R09"]
    assert sum(paid[code] < earned[code] for code in earned) >= 2


def test_reviews_decide_on_what_is_there(rows, book, register):
    reviews = defaultdict(dict)
    for row in rows_of(SURVEY / "reviews/reviews_synthetic.csv"):
        reviews[row["kind"]][row["subject"]] = row["decision"]
    typed = {row["researcher"] for row in rows}
    assert set(reviews) == {"researcher", "duplicate", "place"}
    assert set(reviews["researcher"]) <= typed - set(register)
    assert set(reviews["researcher"].values()) <= set(register)
    later = {r["receipt"] for r in rows} & set(reviews["duplicate"])
    assert len(later) == 2
    assert sorted(reviews["duplicate"].values()) == ["drop", "keep"]
    named = {item["mention_name"] for item in sheet_rows(book, "mention")}
    assert set(reviews["place"]) <= named
    places = set(load(get_dataset("public_places"), RAW, max_held_share=0.5).table["asset_id"])
    decisions = set(reviews["place"].values())
    assert {"new", "ignore"} < decisions
    assert decisions - {"new", "ignore"} <= places


def test_the_list_of_erasures_is_made_once_and_never_emptied(tmp_path):
    path = tmp_path / sample.ERASURES
    sample.main(["--raw", str(RAW), "--out", str(tmp_path)])
    assert path.read_text() == "pseudonym,added_on\n"
    grown = f"pseudonym,added_on\np_{'0' * 32},2026-10-01\n"
    path.write_text(grown)
    sample.main(["--raw", str(RAW), "--out", str(tmp_path)])
    assert path.read_text() == grown
    assert (SURVEY / sample.ERASURES).read_text().startswith("pseudonym,added_on\n")


def test_the_receipt_to_erase_is_stated(rows):
    (erased,) = (row["receipt"] for row in rows if row["idea"] == dirt.ERASED_TEXT)
    assert f"receipt number {erased}" in (SURVEY / "erasures/README.md").read_text()
