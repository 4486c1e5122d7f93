"""The questionnaire for survey tools: XForm XML for KoboToolbox and ODK.

Belongs here: writing that one file. Does not: reading the form (``form.py``), printing it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from assetmap.errors import StorageError
from assetmap.survey.form import convert_form

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logging.getLogger(__name__)


def write_xform(form_path: Path, target: Path) -> Path:
    """Write the XLSForm at ``form_path`` as XForm XML to ``target``; the same form, same bytes.

    Raises
    ------
    MissingInputError, UnreadableFileError
        The form is missing or no form (:func:`assetmap.survey.form.read_form`).
    StorageError
        The file cannot be written.
    """
    xml = convert_form(form_path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(xml, encoding="utf-8", newline="\n")
    except OSError as fault:
        message = f"{target}: cannot be written ({fault.strerror}). Check free space and rights."
        raise StorageError(message) from None
    _LOG.info("XForm: %s, %d bytes", target.name, len(xml.encode()))
    return target
