"""Make the synthetic survey sample: responses of people who do not exist.

Belongs here: the files of the sample in the layouts of their programs. Does not: who answers
what (``survey_sample_people.py``), anything that a build needs; the pipeline never imports
this file.

::

    python tools/make_survey_sample.py --raw data/raw --out data/raw/survey

``--raw`` holds the starter files of census and postcodes. The bytes written depend on them and
on the seed alone: no clock, no machine. Every file carries ``_synthetic`` in its name, so that
real files put beside it take over.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook

import survey_sample_words as words
from survey_sample_areas import read_outside, read_wards
from survey_sample_dirt import DIRT, MISSPELT, PLANTED
from survey_sample_people import Response, make_responses

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int

SEED: Final = 20260501
FORM_TITLE: Final = "Skills, ideas and places of our neighbourhood"
_SHEET_NAME_LENGTH: Final = 31
_FIRST_ID: Final = 900_001
_ADDED: Final = (
    *("_id", "_uuid", "_submission_time", "_validation_status", "_notes"),
    *("_status", "_submitted_by", "__version__", "_tags"),
)
"""What KoboToolbox adds to a response, before its number in the file."""
_LINK: Final = ("_index", "_parent_table_name", "_parent_index")
_WRITTEN: Final = "2026-11-01T00:00:00Z"
_MEMBER_TIME: Final = (2026, 11, 1, 0, 0, 0)
_RIGHTS: Final = 0o644 << 16

ERASURES: Final = "erasures/erasures_synthetic.csv"

_REVIEWED_NAMES: Final = ("R01", "R02", "R05")
_REVIEWED_PLACES: Final = (
    ("Spring Hil Libary", "local-library-spring-hill-library"),
    ("The Health Exchange", "ods-y01057"),
    ("Synthetic Saturday Sewing Circle", "new"),
    ("my neighbour's kitchen table", "ignore"),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the whole sample below ``--out`` and print what was written."""
    options = _parse(argv)
    responses = make_responses(read_wards(options.raw), read_outside(options.raw), SEED)
    for name, content in sample_files(responses).items():
        path = options.out / name
        if name == ERASURES and path.exists():
            continue  # a list of erasures is never emptied
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{path}: {len(content):,} bytes")


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--raw", type=Path, default=Path("data/raw"), help="folder of the inputs")
    parser.add_argument("--out", type=Path, default=Path("data/raw/survey"), help="folder to write")
    return parser.parse_args(argv)


def sample_files(responses: Sequence[Response]) -> dict[str, bytes]:
    """Return every file of the sample by its path below the survey folder."""
    texts = {
        "exports/README.md": exports_readme(responses),
        "researchers/README.md": _RESEARCHERS_README,
        "researchers/researchers_synthetic.csv": _csv(words.RESEARCHER_HEADINGS, words.RESEARCHERS),
        "payments/README.md": _PAYMENTS_README,
        "payments/vouchers_synthetic.csv": _csv(
            ("voucher_ref", "researcher_id", "paid_on", "amount_gbp"),
            ((f"V{n:04d}", *row) for n, row in enumerate(words.VOUCHERS, start=1)),
        ),
        "reviews/README.md": _REVIEWS_README,
        "reviews/reviews_synthetic.csv": _csv(
            ("kind", "subject", "decision", "decided_on"), review_rows(responses)
        ),
        "erasures/README.md": erasures_readme(responses),
        ERASURES: _csv(("pseudonym", "added_on"), ()),
    }
    return {
        "exports/kobo_2026_synthetic.csv": kobo_csv(responses),
        "exports/kobo_2026_synthetic.xlsx": kobo_xlsx(responses),
        **{name: text.encode() for name, text in texts.items()},
    }


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([headings, *rows])
    return text.getvalue()


def kobo_csv(responses: Sequence[Response]) -> bytes:
    """Return the CSV export of KoboToolbox: XML names, all quoted, no repeats."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow([*words.QUESTIONS, *_ADDED, "_index"])
    table.writerows(_rows(responses))
    return text.getvalue().encode()


def _rows(responses: Sequence[Response]) -> list[list[Cell]]:
    return [
        [*(response.cells[name] for name in words.QUESTIONS), *_added(response, number), number]
        for number, response in enumerate(responses, start=1)
    ]


def _added(response: Response, number: int) -> list[Cell]:
    added: dict[str, Cell] = {
        "_id": _FIRST_ID + number - 1,
        "_uuid": response.cells["_uuid"],
        "_submission_time": response.cells["_submission_time"],
        "_status": "submitted_via_web",
        "__version__": "vSynthetic2026",
        "_tags": "synthetic",
    }
    return [added.get(name, "") for name in _ADDED]


def kobo_xlsx(responses: Sequence[Response]) -> bytes:
    """Return the XLSX export of the same responses, with a sheet for each repeat."""
    book = Workbook()
    book.remove(book.active)
    main_sheet = book.create_sheet(FORM_TITLE[:_SHEET_NAME_LENGTH])
    _fill(main_sheet, [*words.QUESTIONS, *_ADDED, "_index"], _rows(responses))
    repeats = {
        "qualification": (words.QUALIFICATION, [r.qualifications for r in responses]),
        "mention": (words.MENTION, [r.mentions for r in responses]),
    }
    for name, (headings, items) in repeats.items():
        rows: list[list[Cell]] = []
        for number, (response, own) in enumerate(zip(responses, items, strict=True), start=1):
            for item in own:
                link: list[Cell] = [len(rows) + 1, FORM_TITLE, number]
                cells: list[Cell] = [item[heading] for heading in headings]
                rows.append([*cells, *link, *_added(response, number)])
        added = [f"_submission_{column}" for column in _ADDED]
        _fill(book.create_sheet(name), [*headings, *_LINK, *added], rows)
    return _packed(book)


def _fill(sheet: Worksheet, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write headings and rows; a text that looks like a formula stays a text."""
    for number, row in enumerate([headings, *rows], start=1):
        for column, value in enumerate(row, start=1):
            if value != "":
                cell = sheet.cell(number, column, value)
                cell.data_type = "s" if isinstance(value, str) else "n"


def _packed(book: Workbook) -> bytes:
    """Return the workbook with fixed times and rights, so that its bytes do not change."""
    fresh, fixed = io.BytesIO(), io.BytesIO()
    book.properties.creator = "synthetic sample"
    book.save(fresh)
    with zipfile.ZipFile(fresh) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, _MEMBER_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = _RIGHTS
            content = source.read(name)
            if name == "docProps/core.xml":
                stamp = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
                content = re.sub(stamp, _WRITTEN.encode(), content)
            target.writestr(member, content, compresslevel=9)
    return fixed.getvalue()


def review_rows(responses: Sequence[Response]) -> list[tuple[str, str, str, str]]:
    """Return what was decided: three names, two near repeats (one stays), four places."""
    later = [r.cells["receipt"] for r in responses if r.fault == "near_duplicate"]
    return [
        *(("researcher", MISSPELT[code], code, "2026-10-05") for code in _REVIEWED_NAMES),
        ("duplicate", later[0], "drop", "2026-10-06"),
        ("duplicate", later[1], "keep", "2026-10-06"),
        *(("place", name, decision, "2026-10-07") for name, decision in _REVIEWED_PLACES),
    ]


def exports_readme(responses: Sequence[Response]) -> str:
    """Return the note on the responses, with the numbers of their faults."""
    faults = "\n".join(f"| {f.rows} | {f.what} | {f.outcome} |" for f in DIRT.values())
    planted = "; ".join(f"{skill} in {ward}: {n}" for (skill, ward), n in PLANTED.items())
    return f"""\
# Survey responses: a synthetic sample

**Nobody in these files exists.** {len(responses)} responses were drawn at random by
`tools/make_survey_sample.py`, so that the pipeline can be seen at work before there are real
ones. They say nothing about anybody who lives in the area; do not quote a figure that rests on
them. Every row has the tag `synthetic`. Every free text holds "Synthetic", but for the names of
places and groups, which are either public places or invented. Phone numbers are from the range
that Ofcom keeps free for drama (07700 900000 to 900999), mail addresses end in example.org.
The postcodes are real, and nothing but carriers of an area: each was drawn at random from those
of its ward in the lookup, so that a row and a postcode have nothing to do with each other.
The shares of wards, countries of birth and highest qualifications come from the Census 2021
(starter files beside this folder). Ages, skills, languages, views and everything else are
invented. The sample is biased on purpose: each researcher asked their own circle, women answer
more often, men over 65 less, people with a degree more.

`kobo_2026_synthetic.csv` and `kobo_2026_synthetic.xlsx` hold the same responses, in the two
layouts of KoboToolbox; the workbook also has the repeated questions (`qualification`,
`mention`). Make them again with `python tools/make_survey_sample.py`.

Rows with a fault, at most one a row:

| Rows | What is wrong | What should become of them |
| ---: | --- | --- |
{faults}

Exact numbers of people with a skill, all in faultless rows: {planted}.
"""


def erasures_readme(responses: Sequence[Response]) -> str:
    """Return the note on the list of erasures, with the receipt of whom it is to leave out."""
    (receipt,) = (r.cells["receipt"] for r in responses if r.fault == "erased")
    return f"""\
# Erasures: a synthetic list

Pseudonyms of those who had their answers erased, and since when (`pseudonym,added_on`). The
next build leaves them out. Nobody here exists: the one response of the synthetic sample that is
to be erased has the receipt number {receipt}.
"""


_RESEARCHERS_README: Final = """\
# Community researchers: a synthetic register

**Nobody on it exists**; the names are invented. 26 people were invited, 18 recruited and 11
trained in module 1 (R01 to R11), fewer in each later stage. Made by
`tools/make_survey_sample.py`.

Columns: `researcher_id` (R07), `name`, `cohort`, `recruited_via` (event, local_hub, partner,
word_of_mouth, online), `invited_on`, `recruited_on`, `module_1_on`, `module_2_on`, `module_3_on`,
`accredited_on`. Dates are written 2026-05-31; those not reached are empty.
"""

_PAYMENTS_README: Final = """\
# Vouchers: synthetic payments

Invented payments to invented researchers, made by `tools/make_survey_sample.py`. One row is one
voucher handed over. By the rule some, such as R08, are still owed money, and R09 was handed
too much.

Columns: `voucher_ref` (each once), `researcher_id`, `paid_on`, `amount_gbp`.
"""

_REVIEWS_README: Final = """\
# Reviews: synthetic decisions

What somebody decided where the program would not guess; invented, like the sample. Made by
`tools/make_survey_sample.py`. Columns: `kind`, `subject`, `decision`, `decided_on`. By kind:

- `researcher`: `subject` is the name as it was typed, `decision` the code on the register.
- `duplicate`: `subject` is the receipt of the later response, `decision` is keep or drop.
- `place`: `subject` is the name as it was written, `decision` the `asset_id` of a public place,
  or new, or ignore.
"""


if __name__ == "__main__":
    main()
