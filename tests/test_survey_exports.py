"""The same made-up respondents in every layout, and files that are not what they should be."""

import csv
import io
import re
import sys
import zipfile
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from assetmap.errors import ReconciliationError, UnreadableFileError
from assetmap.inputs import InputFile, find_inputs
from assetmap.quarantine import Rejects
from assetmap.survey.cells import HOME, join_codes, read_date, read_many, read_moment, read_one
from assetmap.survey.entries import entry_agreement
from assetmap.survey.exports import RawExport, find_exports, read_export, read_exports
from assetmap.survey.form import read_form
from assetmap.survey.headings import fold
from assetmap.survey.layouts import TOOLS

ROOT = Path(__file__).parents[1]
LAYOUTS = ROOT / "tests/data/survey/layouts"
XXE = ROOT.parent / "shared/bad_input/xml/xxe.xlsx"
FLAT = ("kobo_csv", "central_csv")
NAMES = sorted(path.name for path in LAYOUTS.iterdir())
CANARY = "Zaphod Canary"

sys.path.insert(0, str(ROOT / "tools"))
import make_survey_fixtures as fixtures  # noqa: E402 - tools are no package


@pytest.fixture(scope="module")
def form():
    return read_form(ROOT / "data/raw/survey/form.xlsx")


@pytest.fixture(scope="module")
def people(form):
    return fixtures.make_people(form)


@pytest.fixture(scope="module")
def exports(form):
    return {name: read_export(InputFile(LAYOUTS / name), form) for name in NAMES}


def expected_responses(form, people):
    rows = [
        {
            question.name: " ".join(sorted(person.answers[question.name]))
            if question.kind == "many"
            else "".join(person.answers[question.name])
            for question in form.asked
        }
        for person in people
    ]
    return pd.DataFrame(rows, dtype=object)


def expected_items(form, people, repeat):
    names = [question.name for question in form.asked_in(repeat)]
    rows = [
        [item[name] for name in names] + [n]
        for n, p in enumerate(people)
        for item in p.items[repeat]
    ]
    return pd.DataFrame(rows, columns=[*names, "_parent"], dtype=object)


def positions(export, repeat):
    """Return a repeat's items with the position of the response in place of its row number."""
    items = export.repeats[repeat]
    where = {index: n for n, index in enumerate(export.responses.index)}
    return items.assign(_parent=items["_parent"].map(where)).astype(object)


def answers_of(export):
    answers = export.responses.drop(columns=["_uid", "_submitted"])
    answers["receipt"] = answers["receipt"].str.upper()
    return answers.reset_index(drop=True)


def edited(tmp_path, name, change, *, separator=","):
    """Copy a CSV fixture with its rows changed by ``change(rows)``."""
    text = (LAYOUTS / name).read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    rows = change(rows) or rows
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    path = tmp_path / name
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return InputFile(path)


def put(name, value, row=1):
    """Return a change that writes one cell."""

    def change(rows):
        rows[row][rows[0].index(name)] = value

    return change


def without(*names):
    """Return a change that takes columns away."""

    def change(rows):
        keep = [n for n, title in enumerate(rows[0]) if title not in names]
        return [[row[n] for n in keep] for row in rows]

    return change


def renamed(old, new):
    def change(rows):
        rows[0] = [new if title == old else title for title in rows[0]]

    return change


def refusal(source, form):
    with pytest.raises(UnreadableFileError) as caught:
        read_export(source, form)
    message = str(caught.value)
    assert CANARY not in message
    assert "synthetic" not in message.lower()
    return message


# ------------------------------------------------------------- every layout, one result


def test_the_fixtures_are_those_of_the_form_as_it_is(form):
    for name, content in fixtures.make_files(form).items():
        saved = (LAYOUTS / name).read_bytes()
        assert unpacked(content) == unpacked(saved), f"{name}: run tools/make_survey_fixtures.py"
    assert sorted(fixtures.make_files(form)) == NAMES


def unpacked(content):
    """Return the members of an archive: compressors differ from machine to machine."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_fixtures_hold_what_is_hard_to_read(people, form):
    texts = [text for person in people for found in person.answers.values() for text in found]
    assert set(fixtures.DIRT) <= set(texts)
    counts = {len(person.items[repeat]) for person in people for repeat in form.repeats}
    assert counts == {0, 1, 2, 3}
    receipts = [person.answers["receipt"][0] for person in people]
    assert len(set(receipts)) == fixtures.COUNT
    assert all(re.fullmatch("SYN[A-HJ-NP-Z2-9]{3}", receipt) for receipt in receipts)


@pytest.mark.parametrize("name", NAMES)
def test_every_layout_gives_the_answers_as_they_were_given(name, exports, form, people):
    expected = expected_responses(form, people)
    pd.testing.assert_frame_equal(answers_of(exports[name]), expected, check_dtype=False)


@pytest.mark.parametrize("name", NAMES)
def test_every_layout_gives_the_repeats_that_it_can_carry(name, exports, form, people):
    export = exports[name]
    for repeat in form.repeats:
        expected = expected_items(form, people, repeat)
        if export.layout in FLAT:
            expected = expected.iloc[:0]
        assert len(positions(export, repeat)) == len(expected)
        pd.testing.assert_frame_equal(positions(export, repeat), expected, check_dtype=False)


@pytest.mark.parametrize("name", NAMES)
def test_rows_in_are_loaded_held_or_twins(name, exports):
    export = exports[name]
    doubled = 2 if name == "paper_double.xlsx" else 1
    assert export.rows_in == fixtures.COUNT * doubled
    assert export.twins == fixtures.COUNT * (doubled - 1)
    assert len(export.rejects) == 0
    assert list(export.responses.index[:2]) == [2, 2 + doubled]


@pytest.mark.parametrize("name", NAMES)
def test_what_says_who_answered_is_dropped_and_named(name, exports):
    export = exports[name]
    tables = [export.responses, *export.repeats.values()]
    cells = "\n".join(str(cell) for table in tables for cell in table.to_numpy().ravel())
    canaries = ("synthetic-device", "synthetic-user", "synthetic@", "52.5", "anonymous")
    assert not [canary for canary in canaries if canary in cells]
    identity = {
        "kobo": {"deviceid", "username", "_submitted_by", "start", "end"},
        "central": {"SubmitterID", "SubmitterName", "DeviceID", "intro-where-Latitude"},
        "google_forms": {"Username"} if name == "google_forms.csv" else {"Email address"},
        "ms_forms": {"Email", "Name"},
    }
    wanted = identity.get(export.layout, identity.get(export.layout.split("_")[0], set()))
    assert wanted <= set(export.dropped)


@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith("paper")])
def test_the_moment_is_in_utc_whatever_the_tool_writes(name, exports, people):
    expected = [person.submitted.strftime("%Y-%m-%dT%H:%M:%SZ") for person in people]
    assert list(exports[name].responses["_submitted"]) == expected


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith(("kobo", "central"))])
def test_the_number_of_a_response_is_the_server_s(name, exports, people):
    assert list(exports[name].responses["_uid"]) == [person.uid for person in people]


def test_numbers_that_start_anew_in_every_form_carry_their_moment(exports):
    assert exports["ms_forms.xlsx"].responses["_uid"].iloc[0] == "1@2024-05-01T10:37:01Z"


# ------------------------------------------------------------- a folder


def test_rows_that_stand_in_a_workbook_too_are_twins_not_duplicates(tmp_path, form, exports):
    for name in ("kobo_names.csv", "kobo.xlsx"):
        (tmp_path / name).write_bytes((LAYOUTS / name).read_bytes())
    found = {s.path.name: e for s, e in read_exports(find_exports(tmp_path), form)}
    table, book = found["kobo_names.csv"], found["kobo.xlsx"]
    assert (len(table.responses), table.twins, len(table.rejects)) == (0, 40, 0)
    assert "40 rows stand with their repeats in another file" in table.notes
    pd.testing.assert_frame_equal(book.responses, exports["kobo.xlsx"].responses)
    for repeat in form.repeats:
        pd.testing.assert_frame_equal(book.repeats[repeat], exports["kobo.xlsx"].repeats[repeat])
    table.reconcile("kobo_names.csv")


def test_rows_that_only_the_csv_has_are_loaded(tmp_path, form):
    (tmp_path / "kobo.xlsx").write_bytes((LAYOUTS / "kobo.xlsx").read_bytes())
    edited(tmp_path, "kobo_names.csv", put("_uuid", "another"), separator=";")
    found = {s.path.name: e for s, e in read_exports(find_exports(tmp_path), form)}
    assert list(found["kobo_names.csv"].responses["_uid"]) == ["another"]
    assert found["kobo_names.csv"].twins == 39


def test_members_of_an_archive_are_one_file(tmp_path, form):
    (tmp_path / "central.zip").write_bytes((LAYOUTS / "central.zip").read_bytes())
    members = find_inputs(tmp_path, "*.csv")
    assert len(members) == 3
    [(source, export)] = read_exports(members, form)
    assert source == InputFile(tmp_path / "central.zip")
    assert len(export.repeats["mention"]) > 0


def test_a_response_of_google_forms_is_nobody_s_twin(tmp_path, form):
    for name in ("google_forms.csv", "google_sheet.csv"):
        (tmp_path / name).write_bytes((LAYOUTS / name).read_bytes())
    assert [e.twins for _, e in read_exports(find_exports(tmp_path), form)] == [0, 0]


def test_an_account_that_does_not_add_up_is_an_error():
    export = RawExport("paper", pd.DataFrame({"a": ["x"]}), {}, rows_in=2)
    with pytest.raises(ReconciliationError):
        export.reconcile("paper.csv")


# ------------------------------------------------------------- headings


def test_a_missing_required_question_refuses_the_file_and_is_named(tmp_path, form):
    source = edited(tmp_path, "paper.csv", without("consent_research", "postcode"))
    message = refusal(source, form)
    assert "it has no column for consent_research, postcode, which must be asked" in message


def test_only_the_researcher_may_be_absent(tmp_path, form):
    export = read_export(edited(tmp_path, "paper.csv", without("researcher")), form)
    assert set(export.responses["researcher"]) == {""}
    assert "no column for researcher" in export.notes


def test_a_question_that_need_not_be_asked_is_empty_where_it_is_absent(tmp_path, form):
    export = read_export(edited(tmp_path, "paper.csv", without("notes", "passions")), form)
    assert set(export.responses["notes"]) == set(export.responses["passions"]) == {""}
    assert "no column for passions, notes" in export.notes


def test_a_column_that_the_form_does_not_have_is_dropped_and_named(tmp_path, form):
    def change(rows):
        return [[*rows[0], "National Insurance number"], *([*row, CANARY] for row in rows[1:])]

    export = read_export(edited(tmp_path, "paper.csv", change), form)
    assert export.dropped == ("National Insurance number",)
    assert CANARY not in export.responses.to_string()


def test_the_same_heading_twice_refuses_the_file(tmp_path, form):
    message = refusal(edited(tmp_path, "paper.csv", renamed("notes", "postcode")), form)
    assert "have the same heading" in message


def test_two_columns_of_one_question_refuse_the_file(tmp_path, form):
    label = form.question("postcode").labels[form.languages[0]]
    message = refusal(edited(tmp_path, "paper.csv", renamed("notes", label)), form)
    assert "two columns answer the question postcode" in message


def test_a_heading_that_fits_two_questions_refuses_the_file(tmp_path, form):
    questions = tuple(alike(q, form) if q.name in ("idea", "notes") else q for q in form.questions)
    twisted = type(form)(**{**vars(form), "questions": questions})
    message = refusal(edited(tmp_path, "paper.csv", renamed("idea", "Say more")), twisted)
    assert "a heading fits two questions, idea and notes" in message


def alike(question, form):
    labels = dict.fromkeys(form.languages, "Say more")
    return type(question)(**{**vars(question), "labels": labels})


def test_a_note_headed_by_its_whole_text_over_several_lines_is_left_out(tmp_path, form):
    note = next(q for q in form.questions if q.name == "consent_text")
    text = note.labels[form.languages[0]]
    assert len(text) > 300
    wrapped = text.replace(". ", ".\n")
    export = read_export(
        edited(tmp_path, "kobo_labels_english.csv", renamed(text, wrapped), separator=";"), form
    )
    assert not [heading for heading in export.dropped if heading.startswith(text[:20])]
    assert len(export.responses) == fixtures.COUNT


def test_case_blanks_and_direction_marks_do_not_matter_in_a_heading():
    assert fold("  \u200fYour\u00a0 POSTCODE\n") == "your postcode"


# ------------------------------------------------------------- choices


def test_an_answer_that_is_not_listed_keeps_its_text(tmp_path, form):
    def change(rows):
        put("sex", "Something New")(rows)
        put("skills", "cooking Juggling Fire;sewing")(rows)

    export = read_export(edited(tmp_path, "paper.csv", change), form)
    assert export.responses.loc[2, "sex"] == "?Something New"
    assert export.responses.loc[2, "skills"] == "?juggling_fire cooking sewing"


def test_a_column_of_a_choice_that_is_no_longer_listed_is_not_lost(tmp_path, form):
    question = form.question("skills").labels[form.languages[0]]

    def change(rows):
        at = rows[0].index(f"{question}/Cooking and catering")
        rows[0].insert(at, f"{question}/Juggling Fire")
        for number, row in enumerate(rows[1:]):
            row.insert(at, "1" if number == 0 else "0")

    before = read_export(InputFile(LAYOUTS / "kobo_details_split.csv"), form).responses
    source = edited(tmp_path, "kobo_details_split.csv", change, separator=";")
    after = read_export(source, form).responses
    assert after.loc[2, "skills"] == f"?juggling_fire {before.loc[2, 'skills']}"
    pd.testing.assert_series_equal(after["skills"].iloc[1:], before["skills"].iloc[1:])


def test_marks_decide_where_a_question_has_both_ways(tmp_path, form):
    def change(rows):
        put("skills_group/skills", "cooking farming Juggling")(rows)
        for title in rows[0]:
            if title.startswith("skills_group/skills/"):
                put(title, "True" if title.endswith("/sewing") else "False")(rows)

    export = read_export(edited(tmp_path, "kobo_groups.csv", change, separator=";"), form)
    assert export.responses.loc[2, "skills"] == "?juggling sewing"


def test_a_row_without_marks_takes_the_joined_answer(tmp_path, form):
    def change(rows):
        put("skills_group/skills", "farming cooking")(rows)
        for title in rows[0]:
            if title.startswith("skills_group/skills/"):
                put(title, "")(rows)

    export = read_export(edited(tmp_path, "kobo_groups.csv", change, separator=";"), form)
    assert export.responses.loc[2, "skills"] == "cooking farming"


CODES = {
    "cooking": "cooking",
    "cooking and catering": "catering",
    "other, or level not known": "other",
    "music": "music",
    "dance": "dance",
    "music and dance": "music_dance",
}
SPACE = next(tool.separator for tool in TOOLS if tool.name == "kobo")
COMMA = next(tool.separator for tool in TOOLS if tool.name == "google_forms")
SEMICOLON = next(tool.separator for tool in TOOLS if tool.name == "ms_forms")


@pytest.mark.parametrize(
    ("text", "separator", "codes"),
    [
        ("", SPACE, []),
        ("Cooking and catering Music and dance", SPACE, ["catering", "music_dance"]),
        ("music dance", SPACE, ["music", "dance"]),
        ("cooking  and catering music", SPACE, ["catering", "music"]),
        ("cooking and knitting", SPACE, ["cooking", "?and_knitting"]),
        ("Other, or level not known, Cooking", COMMA, ["other", "cooking"]),
        ("Cooking;Other, or level not known", COMMA, ["cooking", "other"]),
        ("Cooking, my own, thing, Music", COMMA, ["cooking", "?my_own,_thing", "music"]),
        ("one;two;Music;", SEMICOLON, ["?one", "?two", "music"]),
        ("Other, or level not known;", SEMICOLON, ["other"]),
        ("Cooking;cooking;", SEMICOLON, ["cooking", "cooking"]),
    ],
)
def test_joined_choices_are_parted_by_the_labels_that_are_known(text, separator, codes):
    assert read_many(text, CODES, separator) == codes


def test_choices_are_sorted_and_stand_once():
    assert join_codes(["b", "a", "b"]) == "a b"


def test_a_very_long_cell_of_joined_choices_is_read():
    words = " ".join(f"word{number}" for number in range(700))
    assert len(read_many(f"{words} cooking", CODES, SPACE)) == 2


def test_one_choice_goes_by_code_or_label_without_case():
    assert read_one(" COOKING and  Catering ", CODES) == "catering"
    assert read_one("", CODES) == ""
    assert read_one("No such", CODES) == "?No such"


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2024-05-01T10:00:00", UTC, "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00.999Z", HOME, "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00+05:30", UTC, "2024-05-01T04:30:00Z"),
        ("2024-05-01T00:10:00-00:30", UTC, "2024-05-01T00:40:00Z"),
        ("01/05/2024 10:00:00", HOME, "2024-05-01T09:00:00Z"),
        ("1/12/2024 9:05:07", HOME, "2024-12-01T09:05:07Z"),
        ("2024/05/01 12:00:05 am GMT+1", UTC, "2024-04-30T23:00:05Z"),
        ("2024/05/01 12:00:05 PM GMT", UTC, "2024-05-01T12:00:05Z"),
        ("2024-05-01", ZoneInfo("Asia/Karachi"), "2024-04-30T19:00:00Z"),
        ("13/13/2024 10:00:00", HOME, ""),
        ("2024-05-01T25:00:00", HOME, ""),
        ("2024-05-01 later", HOME, ""),
        ("0001-01-01T00:00:00+05:00", HOME, ""),
        ("yesterday", HOME, ""),
        ("", HOME, ""),
    ],
)
def test_moments(text, zone, moment):
    assert read_moment(text, zone) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01T00:00:00", "2024-05-01"),
        ("1/5/2024", "2024-05-01"),
        ("01.05.2024", "2024-05-01"),
        ("5/13/2024", "5/13/2024"),
        (" soon ", "soon"),
        ("", ""),
    ],
)
def test_days_come_before_months_and_what_is_no_date_is_kept(text, day):
    assert read_date(text) == day


# ------------------------------------------------------------- rows that do not load


def test_a_response_that_was_rejected_on_the_server_is_held(tmp_path, form):
    export = read_export(edited(tmp_path, "central.csv", put("ReviewState", "rejected", 3)), form)
    assert export.rejects == Rejects((4,), ("rejected_by_reviewer",), ("ReviewState",))
    assert 4 not in export.responses.index
    source = edited(
        tmp_path, "kobo_names.csv", put("_validation_status", "Not Approved"), separator=";"
    )
    assert read_export(source, form).rejects.reasons == ("rejected_by_reviewer",)


def test_a_response_with_issues_is_not_held(tmp_path, form):
    export = read_export(edited(tmp_path, "central.csv", put("ReviewState", "hasIssues")), form)
    assert len(export.rejects) == 0


def central_with(tmp_path, change):
    """Copy the archive of ODK Central with its members changed by ``change(members)``."""
    with zipfile.ZipFile(LAYOUTS / "central.zip") as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    change(members)
    path = tmp_path / "central.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return InputFile(path)


def test_items_go_with_the_response_that_was_held(tmp_path, form, people):
    held = next(n for n, person in enumerate(people) if person.items["mention"])

    def change(members):
        lines = list(csv.reader(io.StringIO(members["assetmap_survey.csv"], newline="")))
        lines[held + 1][lines[0].index("ReviewState")] = "rejected"
        stream = io.StringIO()
        csv.writer(stream).writerows(lines)
        members["assetmap_survey.csv"] = stream.getvalue()

    export = read_export(central_with(tmp_path, change), form)
    count = len(people[held].items["mention"])
    assert export.repeat_rejects["mention"].reasons == ("no_response",) * count
    assert held + 2 not in set(export.repeats["mention"]["_parent"])
    whole = sum(len(person.items["mention"]) for person in people)
    assert export.repeat_rows_in["mention"] == whole == len(export.repeats["mention"]) + count


def test_an_item_without_an_answer_is_no_item(tmp_path, form):
    def change(members):
        key = members["assetmap_survey-mention.csv"].splitlines()[1].split(",")[2]
        members["assetmap_survey-mention.csv"] += f",,{key},{key}/mention[9]\r\n"

    before = read_export(InputFile(LAYOUTS / "central.zip"), form)
    after = read_export(central_with(tmp_path, change), form)
    assert after.repeat_rows_in == before.repeat_rows_in
    pd.testing.assert_frame_equal(after.repeats["mention"], before.repeats["mention"])


def test_an_archive_of_which_a_repeat_is_empty_is_read(tmp_path, form):
    def change(members):
        heading = members["assetmap_survey-mention.csv"].splitlines()[0]
        members["assetmap_survey-mention.csv"] = f"{heading}\r\n"
        members["media/photo.csv"] = "x"
        members["other.csv"] = "a,b\r\n1,2\r\n"

    export = read_export(central_with(tmp_path, change), form)
    assert len(export.repeats["mention"]) == 0
    assert len(export.repeats["qualification"]) > 0
    assert "1 other tables of the file left out" in export.notes


def test_two_tables_of_responses_in_one_file_are_refused(tmp_path, form):
    def change(members):
        members["copy.csv"] = members["assetmap_survey.csv"]

    assert "2 of its tables hold responses" in refusal(central_with(tmp_path, change), form)


def test_lines_in_another_encoding_are_held(tmp_path, form):
    content = (LAYOUTS / "paper.csv").read_bytes()
    lines = content.split(b"\r\n")
    lines[3] = lines[3].replace(b"R0", b"\xe9\xff0", 1)
    path = tmp_path / "paper.csv"
    path.write_bytes(b"\r\n".join(lines))
    export = read_export(InputFile(path), form)
    assert export.rejects.reasons == ("bad_encoding",)
    assert len(export.responses) == fixtures.COUNT - 1


def test_a_cell_that_is_far_too_long_is_held(tmp_path, form):
    export = read_export(edited(tmp_path, "paper.csv", put("notes", "x" * 5_000)), form)
    assert (export.rejects.row_numbers, export.rejects.reasons) == ((2,), ("field_too_long",))


# ------------------------------------------------------------- files that are refused


@pytest.mark.parametrize(
    ("fill", "said"), [(CANARY, "no layout that is known"), ("", "has no heading")]
)
def test_a_file_without_headings_is_refused_and_not_quoted(tmp_path, form, fill, said):
    def change(rows):
        first = [f"{cell or fill}{number if fill else ''}" for number, cell in enumerate(rows[1])]
        first[0] = CANARY
        return [first, *rows[2:]]

    assert said in refusal(edited(tmp_path, "google_forms.csv", change), form)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html><body>Zaphod Canary</body></html>", "web page or XML"),
        (b"", "empty"),
        (b"response_id,notes\r\n1,Zaphod Canary\r\n", "no layout that is known"),
        (b"receipt\r\n", "no rows"),
        (b'receipt,notes\r\nSYN222,"Zaphod Canary\r\n', "a quote is left open"),
        (b"PK\x03\x04Zaphod Canary", "cut short or damaged"),
        (b"\xd0\xcf\x11\xe0Zaphod Canary", "workbook, archive or database"),
    ],
)
def test_what_is_no_export_is_refused_in_one_sentence(tmp_path, content, said, form):
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    assert said in refusal(InputFile(path), form)


@pytest.mark.parametrize("name", ["kobo.xlsx", "ms_forms.xlsx", "central.zip"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_short_is_refused(tmp_path, name, share, form):
    content = (LAYOUTS / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: int(len(content) * share)])
    assert "cut short or damaged" in refusal(InputFile(path), form)


@pytest.mark.skipif(not XXE.exists(), reason="../shared/bad_input is absent: xxe.xlsx NOT tested")
def test_a_workbook_with_a_document_type_is_refused(form):
    assert "document type declaration" in refusal(InputFile(XXE), form)


def test_an_archive_that_leads_outside_itself_is_refused(tmp_path, form):
    path = tmp_path / "central.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../assetmap_survey.csv", "SubmissionDate,KEY\r\n1,2\r\n")
    assert "leads outside it" in refusal(InputFile(path), form)


# ------------------------------------------------------------- double entry


def paper_twice(tmp_path, change):
    """Make a sheet of four questionnaires, each entered twice; ``change`` gets rows as dicts."""
    rows = list(csv.DictReader(io.StringIO((LAYOUTS / "paper.csv").read_text("utf-8"), newline="")))
    entered = [{"entry": str(n), **row} for row in rows[:4] for n in (1, 2)]
    entered = change(entered) or entered
    path = tmp_path / "paper.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(entered[0]))
        writer.writeheader()
        writer.writerows(entered)
    return InputFile(path)


def test_two_entries_that_agree_become_one(tmp_path, form):
    def change(entered):
        entered[1]["receipt"] = entered[1]["receipt"].lower()
        entered[1]["notes"] = "  SYNTHETIC  text "
        entered[0]["notes"] = "Synthetic text"

    export = read_export(paper_twice(tmp_path, change), form)
    assert (len(export.responses), export.twins, len(export.rejects)) == (4, 4, 0)
    assert export.responses.loc[2, "notes"] == "Synthetic text"


def test_two_entries_that_differ_are_both_held_with_the_question(tmp_path, form):
    def change(entered):
        entered[2]["sex"], entered[3]["sex"] = "female", "male"
        entered[4]["qual_title 1"], entered[5]["qual_title 1"] = "a", "b"

    export = read_export(paper_twice(tmp_path, change), form)
    held = export.rejects.frame("survey", "paper.csv")
    assert list(held["row_number"]) == [4, 5, 6, 7]
    assert set(held["reason"]) == {"double_entry_differs"}
    assert list(held["column"]) == ["sex", "sex", "qual_title 1", "qual_title 1"]
    assert list(export.responses.index) == [2, 8]
    for items in export.repeats.values():
        assert set(items["_parent"]) <= {2, 8}


def test_the_second_entry_may_stand_first(tmp_path, form):
    def change(entered):
        return [entered[1], entered[0], *entered[2:]]

    export = read_export(paper_twice(tmp_path, change), form)
    assert list(export.responses.index) == [3, 4, 6, 8]


def test_entries_that_have_no_partner_or_no_number(tmp_path, form):
    def change(entered):
        entered[2]["entry"] = entered[3]["entry"] = ""
        entered[4]["entry"] = "7"
        entered[7] = {**entered[6], "notes": "again"}

    export = read_export(paper_twice(tmp_path, change), form)
    assert export.rejects.frame("survey", "x")[["row_number", "reason"]].to_numpy().tolist() == [
        [6, "bad_category"],
        [9, "duplicate_key"],
    ]
    assert list(export.responses.index) == [2, 4, 5, 7, 8]
    assert "2 questionnaires with one of two entries only" in export.notes


def test_agreement_of_entries_as_worked_out_by_hand(tmp_path, form):
    def change(entered):
        for n, (first, second) in enumerate(["yy", "yn", "nn", "nn"]):
            entered[2 * n]["follow_up"] = {"y": "yes", "n": "no"}[first]
            entered[2 * n + 1]["follow_up"] = {"y": "yes", "n": "no"}[second]

    export = read_export(paper_twice(tmp_path, change), form)
    found = entry_agreement(export.entries).set_index("question")
    # Observed 3/4. Expected: yes 2/4 * 1/4, no 2/4 * 3/4, together 1/2. Kappa (3/4 - 1/2) / 1/2.
    assert found.loc["follow_up"].to_list() == [4, 0.75, 0.5]
    assert found.loc["mode", "agreed_share"] == 1
    assert pd.isna(found.loc["mode", "kappa"])
    assert found.loc["sex", "pairs"] == 4


def test_agreement_below_chance_is_negative_and_none_is_not_measured():
    frame = pd.DataFrame(
        {
            "receipt": ["a", "A", "b", "b"],
            "entry": ["1", "2", "1", "2"],
            "sex": ["female", "male", "male", "female"],
        }
    )
    assert entry_agreement(frame)["kappa"].to_list() == [-1]
    assert entry_agreement(frame.iloc[:0])[["question", "pairs"]].to_numpy().tolist() == [
        ["sex", 0]
    ]
