"""Raw folders for the real run: the starter set, and it with something changed.

Belongs here: copying and changing. Does not: the toy's inputs (``kill_toy.py``).
"""

from __future__ import annotations

import csv
import os
import shutil
from datetime import date
from pathlib import Path

from assetmap.survey.erasure import FOLDER, add_erasures
from assetmap.survey.state import find_erasure_key

RAW = Path(__file__).parents[2] / "data" / "raw"
_TABLE = "census_2021_ts001"
_RECEIPT = "receipt"
_DAY = date(2026, 6, 1)


def change_a_figure(folder: Path) -> Path:
    """Return a copy in which one LSOA has one resident more."""
    shutil.copytree(RAW, folder)
    path = next((folder / _TABLE).glob("*.csv"))
    lines = path.read_text("utf-8").splitlines()
    cells = next(csv.reader([lines[1]]))
    last = cells[-1]
    assert last.isdigit()
    lines[1] = lines[1][: lines[1].rindex(last)] + str(int(last) + 1)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def erase_somebody(folder: Path) -> Path:
    """Return a copy in which somebody who answered is on the list of erasures."""
    change_a_figure(folder)
    export = next((folder / "survey" / "exports").glob("*.csv"))
    with export.open(encoding="utf-8-sig", newline="") as stream:
        answers = list(csv.DictReader(stream, delimiter=";"))
    number = next(row[_RECEIPT] for row in answers if row[_RECEIPT])
    key = find_erasure_key(folder, os.environ)
    add_erasures(folder, [number], key, _DAY)
    assert any((folder / FOLDER).glob("erasures.csv"))
    return folder
