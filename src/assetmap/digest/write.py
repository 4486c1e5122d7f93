"""The digest of the last build: made, written, and remembered for the next one.

Belongs here: reading the published tables, writing the files, the record. Does not: what stands
in them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from assetmap.digest.changes import Changes, compare
from assetmap.digest.due import look_ahead
from assetmap.digest.render import Digest, render_html, render_markdown
from assetmap.digest.snapshot import read_json, take, write_json
from assetmap.lock import hold
from assetmap.survey.restricted import write_private
from assetmap.warehouse import read_public

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from assetmap.digest.snapshot import Snapshot
    from assetmap.settings import Settings

RECORD: Final = "digest.json"
MARKDOWN: Final = "digest.md"
HTML: Final = "digest.html"


def write_digest(
    settings: Settings, *, on: date, days: int, since: Path | None = None
) -> tuple[Path, Path]:
    """Write the digest of the last build as of ``on`` and return its two files.

    Parameters
    ----------
    settings
        Where the build and the record are.
    on, days
        The day, and how many days ahead steps are named.
    since
        Record of an earlier digest to compare with. Then the own record stays as it is: a look
        back does not move what the next digest starts from.

    Raises
    ------
    MissingInputError
        There is no build yet, or no file ``since``.
    UnreadableFileError
        The record is damaged; the last digest stays.
    BusyError, StorageError
        Another run writes there, or a file cannot be written; the record stays.
    """
    markdown, html = settings.processed / MARKDOWN, settings.processed / HTML
    with hold(settings):
        tables = read_public(settings.public)
        before = _find_record(settings, since)
        after = take(tables, on.isoformat())
        digest = Digest(
            on=on.isoformat(),
            until=(on + timedelta(days=days)).isoformat(),
            area_name=after.run["area_name"],
            run_id=after.run["run_id"],
            data_as_of=after.run["data_as_of"],
            previous=(before.taken_on, before.run["run_id"]) if before else None,
            changes=compare(before, after) if before else Changes(),
            calendar=look_ahead(tables, on, days),
        )
        write_private(markdown, render_markdown(digest))
        write_private(html, render_html(digest))
        if since is None:
            write_private(settings.releases / RECORD, write_json(after))
    return markdown, html


def _find_record(settings: Settings, since: Path | None) -> Snapshot | None:
    if since is not None:
        return read_json(since)
    record = settings.releases / RECORD
    return read_json(record) if record.exists() else None
