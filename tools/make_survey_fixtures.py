"""Write the same 40 made-up respondents in every layout that the survey's reader knows.

Run it after a change of the form; a test tells when that is needed. Nobody in these files
exists. Bytes depend on nothing but this script and the form.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assetmap.survey.form import ENGLISH, Form, read_form
from fixture_files import Cell, Rows, to_csv, to_xlsx, to_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from assetmap.survey.form import Question

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "tests/data/survey/layouts"
COUNT: Final = 40
SEED: Final = 20_240_501
URDU: Final = "Urdu (ur)"
START: Final = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)
SUMMER_OFFSET: Final = timedelta(hours=1)
ANSWERED_SHARE: Final = 0.8
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

DIRT: Final = (
    "Synthetic: a plain answer.",
    "Synthetic: two lines,\nand a third; with marks.",
    "Synthetic: \"quoted\", and 'quoted' again.",
    "=1+1 (synthetic)",
    "+synthetic, -synthetic",
    "@synthetic; comma, semicolon;",
    "Synthetic: \U0001f469\u200d\U0001f373 cooks \U0001f35b and bakes \U0001f950.",
    "Synthetic: \u06cc\u06c1 \u0641\u0631\u0636\u06cc \u062c\u0648\u0627\u0628 \u06c1\u06d2\u06d4",
    "Synthetic: <b>bold</b> & {{ 7*7 }} ${x} `y` \\ /",
    "Synthetic: caf\u00e9, \u0142\u00f3d\u017a, na\u00efve.",
    "Synthetic: a tab\there, and 100 %.",
    "- synthetic, with a dash in front",
)


@dataclass(frozen=True)
class Respondent:
    """One made-up respondent: codes and texts by question, and items by repeat."""

    number: int
    answers: dict[str, list[str]]
    items: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def uid(self) -> str:
        """The number that a server gives."""
        return f"5e7f0000-0000-4000-8000-{self.number:012d}"

    @property
    def submitted(self) -> datetime:
        """When it came in, to the second, in UTC."""
        return START + timedelta(minutes=97 * self.number, seconds=self.number)


# ---------------------------------------------------------------- people


def make_people(form: Form) -> list[Respondent]:
    """Return the respondents, always the same for one form."""
    draw = random.Random(SEED)  # noqa: S311 - made-up answers, no secrets
    return [_make_one(form, draw, number) for number in range(1, COUNT + 1)]


def _make_one(form: Form, draw: random.Random, number: int) -> Respondent:
    answers = {q.name: _answer(form, q, draw) for q in form.asked}
    fixed = {
        "receipt": "SYN" + "".join(LETTERS[(number // 32**p + 8 * p) % 32] for p in (2, 1, 0)),
        "researcher": f"R{number % 7 + 1:02d}",
        "collected_on": (START.date() + timedelta(days=number % 28)).isoformat(),
        "postcode": draw.choice(["B18 4BJ", "b16 8qq", "B66 1AA", "B664BB", "ZZ99 9ZZ"]),
        "mode": "paper",
        "consent_research": "no" if number == COUNT else "yes",
    }
    for name in fixed.keys() & answers.keys():
        answers[name] = [fixed[name]]
    items = {repeat: _items(form, repeat, draw) for repeat in form.repeats}
    if number == COUNT:  # refused: nothing more was asked
        answers = {name: (found if name in fixed else []) for name, found in answers.items()}
        answers["postcode"], items = [], {repeat: [] for repeat in form.repeats}
    return Respondent(number, answers, items)


def _items(form: Form, repeat: str, draw: random.Random) -> list[dict[str, str]]:
    asked = form.asked_in(repeat)
    items = []
    for _ in range(draw.randrange(4)):
        item = {q.name: "".join(_answer(form, q, draw)) for q in asked}
        named = next(question.name for question in asked if question.kind == "text")
        items.append(item | {named: item[named] or _text(draw)})
    return items


def _answer(form: Form, question: Question, draw: random.Random) -> list[str]:
    codes = [choice.name for choice in form.choices.get(question.list_name, ())]
    if question.kind == "one":
        return (
            [draw.choice(codes)] if question.is_required or draw.random() < ANSWERED_SHARE else []
        )
    if question.kind == "many":
        least = 1 if question.is_required else 0
        return sorted(draw.sample(codes, draw.randint(least, min(5, len(codes)))))
    return [_text(draw)] if draw.random() < ANSWERED_SHARE else []


def _text(draw: random.Random) -> str:
    return draw.choice(DIRT)


# ---------------------------------------------------------------- cells and headings


@dataclass(frozen=True)
class Style:
    """How a tool writes: headings and answers by name ("") or label, paths, joined choices.

    ``split`` is "" for joined choices only, "details" for columns of 1 and 0 only, "both".
    """

    language: str = ""
    path: str = ""
    joint: str = " "
    ends_with_joint: bool = False
    split: str = ""


def question_heading(form: Form, question: Question, style: Style, *, within: str = "") -> str:
    """Return a question's heading; of ``path`` only what stands inside the group ``within``."""
    own = label(question.labels, question.name, style.language)
    groups = {group.name: group for group in form.groups}
    path = question.path[question.path.index(within) + 1 :] if within else question.path
    outer = [label(groups[name].labels, name, style.language) for name in path]
    return style.path.join([*outer, own]) if style.path else own


def label(labels: Mapping[str, str], name: str, language: str) -> str:
    """Return the label in one language, or the name where there is none."""
    return (labels.get(language) or name) if language else name


def choice_label(form: Form, question: Question, code: str, style: Style) -> str:
    """Return an answer as the tool writes it."""
    for choice in form.choices[question.list_name]:
        if choice.name == code:
            return label(choice.labels, code, style.language)
    raise KeyError(code)


def written(form: Form, question: Question, found: Sequence[str], style: Style) -> str:
    """Return one answer as the text of one cell."""
    if not question.list_name or not any(found):
        return "".join(found)
    labels = [choice_label(form, question, code, style) for code in found]
    joined = style.joint.join(labels)
    return joined + style.joint if style.ends_with_joint and question.kind == "many" else joined


def columns_of(form: Form, question: Question, style: Style) -> list[str]:
    """Return the headings of one question: itself, and its choices where they are split."""
    heading = question_heading(form, question, style)
    if question.kind != "many" or not style.split:
        return [heading]
    codes = [choice.name for choice in form.choices[question.list_name]]
    split = [f"{heading}/{choice_label(form, question, code, style)}" for code in codes]
    return split if style.split == "details" else [heading, *split]


def cells_of(form: Form, question: Question, found: Sequence[str], style: Style) -> list[Cell]:
    """Return the cells under :func:`columns_of`."""
    if question.kind != "many" or not style.split:
        return [written(form, question, found, style)]
    codes = [choice.name for choice in form.choices[question.list_name]]
    marks: list[Cell] = [int(code in found) if found else "" for code in codes]
    if style.split == "details":
        return marks
    return [written(form, question, found, style), *marks]


def asked_or_noted(form: Form) -> list[Question]:
    """Return what a KoboToolbox export has a column for: notes too, repeats not."""
    return [question for question in form.questions if not question.repeat]


# ---------------------------------------------------------------- layouts


KOBO_TAIL: Final = (
    *("_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status"),
    *("_submitted_by", "__version__", "_tags", "_index"),
)


def kobo_rows(form: Form, people: Iterable[Respondent], style: Style) -> Rows:
    """Return the main table of a KoboToolbox export."""
    shown = asked_or_noted(form)
    heading: list[Cell] = ["start", "end", "deviceid", "username"]
    heading += [title for q in shown for title in columns_of(form, q, style)]
    rows: Rows = [[*heading, *KOBO_TAIL]]
    for person in people:
        cells: list[Cell] = ["2024-05-01T09:00:00.000+01:00"] * 2
        cells += ["synthetic-device", "synthetic-user"]
        for question in shown:
            cells += cells_of(form, question, person.answers.get(question.name, []), style)
        time = person.submitted.strftime("%Y-%m-%dT%H:%M:%S")
        tail: list[Cell] = [person.number + 1000, person.uid, time, "", "", "submitted_via_web"]
        rows.append([*cells, *tail, "synthetic-user", "v1", "synthetic", person.number])
    return rows


def kobo_repeat(form: Form, people: Iterable[Respondent], style: Style, repeat: str) -> Rows:
    """Return one repeat's sheet of a KoboToolbox workbook."""
    asked = form.asked_in(repeat)
    tail: list[Cell] = ["_index", "_parent_table_name", "_parent_index", "_submission__id"]
    tail += ["_submission__uuid", "_submission__submission_time", "_submission__submitted_by"]
    rows: Rows = [[*(question_heading(form, q, style) for q in asked), *tail]]
    for person in people:
        for item in person.items[repeat]:
            cells: list[Cell] = [written(form, q, [item[q.name]], style) for q in asked]
            rows.append([*cells, len(rows), "main", person.number, person.number + 1000])
            rows[-1] += [person.uid, person.submitted.strftime("%Y-%m-%dT%H:%M:%S"), "synthetic"]
    return rows


def kobo_sheets(form: Form, people: list[Respondent], style: Style) -> dict[str, Rows]:
    """Return the sheets of a KoboToolbox workbook, their names cut as Excel wants them."""
    sheets = {form.title[:31]: kobo_rows(form, people, style)}
    groups = {group.name: group for group in form.groups}
    for repeat in form.repeats:
        title = label(groups[repeat].labels, repeat, style.language)
        sheets[title[:31]] = kobo_repeat(form, people, style, repeat)
    return sheets


def central_rows(form: Form, people: Iterable[Respondent]) -> Rows:
    """Return the main table of an ODK Central export, with a place that nobody may keep."""
    style = Style(path="-")
    shown = [question for question in asked_or_noted(form) if question.kind != "note"]
    heading: list[Cell] = ["SubmissionDate", "intro-where-Latitude", "intro-where-Longitude"]
    heading += [question_heading(form, q, style) for q in shown]
    heading += ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent"]
    heading += ["AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"]
    rows: Rows = [heading]
    for person in people:
        moment = person.submitted.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        cells: list[Cell] = [moment, "52.5", "-1.9"]
        cells += [written(form, q, person.answers[q.name], style) for q in shown]
        key = f"uuid:{person.uid}"
        cells += [key, key, "7", "synthetic", "0", "0", ""]
        rows.append([*cells, "approved" if person.number % 2 else "", "synthetic", "0", "1"])
    return rows


def central_repeat(form: Form, people: Iterable[Respondent], repeat: str) -> Rows:
    """Return one repeat's table of an ODK Central archive."""
    asked = form.asked_in(repeat)
    rows: Rows = [[*(question.name for question in asked), "PARENT_KEY", "KEY"]]
    for person in people:
        for number, item in enumerate(person.items[repeat], 1):
            key = f"uuid:{person.uid}"
            cells: list[Cell] = [item[question.name] for question in asked]
            rows.append([*cells, key, f"{key}/{repeat}[{number}]"])
    return rows


def flat_rows(
    form: Form,
    people: Iterable[Respondent],
    style: Style,
    before: Callable[[Respondent | None], list[Cell]],
    as_date: Callable[[str], Cell] = str,
) -> Rows:
    """Return a table that has repeats as numbered columns."""
    items = [(q, n) for repeat in form.repeats for n in (1, 2, 3) for q in form.asked_in(repeat)]
    heading: list[Cell] = [question_heading(form, q, style) for q in form.asked]
    heading += [f"{question_heading(form, q, style)} {number}" for q, number in items]
    rows: Rows = [[*before(None), *heading]]
    for person in people:
        cells: list[Cell] = []
        for question in form.asked:
            text = written(form, question, person.answers[question.name], style)
            cells.append(as_date(text) if question.kind == "date" and text else text)
        for question, number in items:
            found = person.items[question.repeat][number - 1 : number]
            cells.append("".join(written(form, question, [i[question.name]], style) for i in found))
        rows.append([*before(person), *cells])
    return rows


def local(person: Respondent) -> datetime:
    """Return when it came in, as a clock in Birmingham showed it in May."""
    return (person.submitted + SUMMER_OFFSET).replace(tzinfo=None)


def google_start(person: Respondent | None) -> list[Cell]:
    """Return the first columns of a Google Forms export."""
    if person is None:
        return ["Timestamp", "Email address"]
    return [local(person).strftime("%d/%m/%Y %H:%M:%S"), "synthetic@example.org"]


def google_zoned_start(person: Respondent | None) -> list[Cell]:
    """Return the same where the responses were downloaded from the form itself."""
    if person is None:
        return ["Timestamp", "Username"]
    stamp = local(person).strftime("%Y/%m/%d %I:%M:%S %p GMT+1")
    return [stamp, "synthetic@example.org"]


def ms_start(person: Respondent | None) -> list[Cell]:
    """Return the first columns of a Microsoft Forms workbook."""
    if person is None:
        return ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time"]
    done = local(person)
    return [person.number, done - timedelta(minutes=9), done, "anonymous", "", ""]


def ms_rows(form: Form, people: Iterable[Respondent]) -> Rows:
    """Return the sheet of a Microsoft Forms workbook; headings end in a non-breaking space."""
    style = Style(language=ENGLISH, joint=";", ends_with_joint=True)
    rows = flat_rows(form, people, style, ms_start, date.fromisoformat)
    count = len(ms_start(None))
    rows[0] = [*rows[0][:count], *(f"{title}\u00a0" for title in rows[0][count:])]
    return rows


def paper_rows(form: Form, people: Iterable[Respondent]) -> Rows:
    """Return a paper entry sheet, its column ``mode`` left empty."""
    rows = flat_rows(form, people, Style(), lambda _: [], str)
    mode = rows[0].index("mode")
    return [rows[0], *([*row[:mode], "", *row[mode + 1 :]] for row in rows[1:])]


def double_rows(form: Form, people: Iterable[Respondent]) -> Rows:
    """Return the paper sheet entered twice, and typed a little unlike where it may be."""
    heading, *rows = paper_rows(form, people)
    receipt = heading.index("receipt")
    twice: Rows = [["entry", *heading]]
    for row in rows:
        again = list(row)
        again[receipt] = str(row[receipt]).lower()
        twice += [[1, *row], [2, *again]]
    return twice


# ---------------------------------------------------------------- files


def make_files(form: Form) -> dict[str, bytes]:
    """Return every fixture by name."""
    people = make_people(form)
    english = Style(language=ENGLISH)
    grouped = Style(path="/", split="both")
    labelled = Style(language=ENGLISH, path="/", split="both")
    central = to_csv(central_rows(form, people), ",")
    members = {f"{form.id}.csv": central}
    for repeat in form.repeats:
        table = central_repeat(form, people, repeat)
        members[f"{form.id}-{repeat}.csv"] = to_csv(table, ",")

    def kobo(style: Style) -> bytes:
        return to_csv(kobo_rows(form, people, style), ";", quoted=True)

    google = Style(language=ENGLISH, joint=";")
    return {
        "kobo_names.csv": kobo(Style()),
        "kobo_labels_english.csv": kobo(english),
        "kobo_labels_urdu.csv": kobo(Style(language=URDU)),
        "kobo_details_split.csv": kobo(Style(language=ENGLISH, split="details")),
        "kobo_groups.csv": kobo(grouped),
        "kobo.xlsx": to_xlsx(kobo_sheets(form, people, Style())),
        "kobo_groups.xlsx": to_xlsx(kobo_sheets(form, people, labelled)),
        "central.zip": to_zip(members),
        "central.csv": central,
        "google_forms.csv": to_csv(flat_rows(form, people, google, google_zoned_start), ","),
        "google_sheet.csv": to_csv(
            flat_rows(form, people, Style(language=ENGLISH, joint=", "), google_start, _uk_day), ","
        ),
        "ms_forms.xlsx": to_xlsx({"Form1": ms_rows(form, people)}),
        "paper.csv": to_csv(paper_rows(form, people), ","),
        "paper_double.xlsx": to_xlsx({"entry": double_rows(form, people)}),
    }


def _uk_day(text: str) -> str:
    return date.fromisoformat(text).strftime("%d/%m/%Y")


def main() -> int:
    """Write the fixtures."""
    form = read_form(ROOT / "data/raw/survey/form.xlsx")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in make_files(form).items():
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
