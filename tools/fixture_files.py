"""Tables as bytes that do not depend on the clock: delimited text, archives, workbooks.

Belongs here: how made-up tables become the files of the tests. Does not: what stands in them.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Final
from xml.sax.saxutils import escape

Cell = str | int | date | datetime
Rows = list[list[Cell]]

DAYS_BEFORE_1900: Final = date(1899, 12, 30)
LETTER_COUNT: Final = 26

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def to_csv(rows: Rows, separator: str, *, quoted: bool = False) -> bytes:
    """Return rows as delimited text in UTF-8."""
    stream = io.StringIO()
    if quoted:
        csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue().encode("utf-8")


def to_zip(members: dict[str, bytes]) -> bytes:
    """Return an archive whose bytes do not depend on the clock."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return stream.getvalue()


def to_xlsx(sheets: dict[str, Rows]) -> bytes:
    """Return a workbook, with no more in it than its cells need."""
    numbers = range(1, len(sheets) + 1)
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    types = "".join(
        f'<Override PartName="{part}" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in parts
    )
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, title in zip(numbers, sheets, strict=True)
    )
    targets = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    targets.append((f"rId{len(sheets) + 1}", "styles", "styles.xml"))
    parts_of = {
        "[Content_Types].xml": (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
        ),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": (
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relations(targets),
        "xl/styles.xml": _STYLES,
    }
    for number, rows in zip(numbers, sheets.values(), strict=True):
        parts_of[f"xl/worksheets/sheet{number}.xml"] = _sheet(rows)
    return to_zip({name: text.encode("utf-8") for name, text in parts_of.items()})


def _relations(targets: list[tuple[str, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{key}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for key, kind, target in targets
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _sheet(rows: Rows) -> str:
    body = "".join(
        f'<row r="{number}">{"".join(_cell(cell, number, n) for n, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(cell: Cell, row: int, number: int) -> str:
    if cell == "":
        return ""
    place = f'r="{_column(number)}{row}"'
    if isinstance(cell, int):
        return f"<c {place}><v>{cell}</v></c>"
    if isinstance(cell, datetime):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second
        days = (cell.date() - DAYS_BEFORE_1900).days + seconds / 86_400
        return f'<c {place} s="1"><v>{days:.11f}</v></c>'
    if isinstance(cell, date):
        return f'<c {place} s="2"><v>{(cell - DAYS_BEFORE_1900).days}</v></c>'
    text = escape(cell)
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _column(number: int) -> str:
    before, last = divmod(number, LETTER_COUNT)
    return (chr(64 + before) if before else "") + chr(65 + last)
