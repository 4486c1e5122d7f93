"""The kit for fieldwork: everything that follows from ``form.xlsx``, in one folder.

Belongs here: which files the kit holds. Does not: how each is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.survey.codebook import codebook_csv, codebook_entries
from assetmap.survey.form import read_form
from assetmap.survey.paper import find_chromium, template_environment, write_page, write_paper
from assetmap.survey.xform import write_xform

if TYPE_CHECKING:
    from pathlib import Path

FORM_PATH: Final = ("survey", "form.xlsx")
"""Where the questionnaire stands below the folder of raw data."""


def write_form_kit(raw: Path, target: Path) -> list[Path]:
    """Write the XForm, the printed forms and the codebook to ``target``; return their paths.

    PDFs of the printed forms are among them only where a Chromium is installed.

    Raises
    ------
    MissingInputError, UnreadableFileError
        ``form.xlsx`` is missing or no form.
    StorageError
        A file cannot be written.
    """
    source = raw.joinpath(*FORM_PATH)
    form = read_form(source)
    page = template_environment().get_template("codebook.html.j2")
    return [
        write_xform(source, target / "form.xml"),
        *write_paper(form, target, chromium=find_chromium()),
        write_page(target / "codebook.csv", "\ufeff" + codebook_csv(form)),
        write_page(
            target / "codebook.html", page.render(form=form, entries=codebook_entries(form))
        ),
    ]
