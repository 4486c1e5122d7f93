"""What of people was published last: kept beside the builds, so that the next one can compare.

Belongs here: the record's way from a build to the folder of releases around the swap of the
site, the last look at the new site, and the dates of retention. Does not: what is in the
record (``disclosure/``).

The record is laid down as pending before the swap and becomes the last one after it. A run
that is cut off in between leaves a pending record; whether its site stands is then read from
the site's own manifest. The sample has a record of its own, so that showing it in between two
releases of real people does not keep these from being compared.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from assetmap.disclosure.gate import RECORD
from assetmap.disclosure.leaks import scan_site
from assetmap.disclosure.people_tables import release_path
from assetmap.disclosure.tables import COPIED
from assetmap.errors import RetentionError
from assetmap.fields import COLLECTED
from assetmap.inputs import SYNTHETIC_MARK
from assetmap.provenance import read_manifest
from assetmap.survey.restricted import write_private
from assetmap.survey.secrets import read_secrets
from assetmap.warehouse import fetch_table, open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from assetmap.settings import Settings

PENDING: Final = "pending.json"
_NO_DATA: Final = ("readme", ".")


@contextmanager
def record(settings: Settings, maps: Path, run_id: str) -> Iterator[None]:
    """Keep the record of a release: pending around the swap inside the ``with``, then the last.

    After a failure inside the site says which record holds: the old one, or the new one where
    the swap was done before.
    """
    _settle(settings, maps)
    source = settings.processed / RECORD
    text = source.read_text(encoding="utf-8") if source.is_file() else ""
    pending = settings.releases / PENDING
    if text:
        write_private(pending, json.dumps({"run_id": run_id, "record": text}))
    try:
        yield
    except BaseException:
        _settle(settings, maps)
        raise
    if text:
        _promote(settings, text)


def settle(settings: Settings) -> None:
    """Bring the record in line with the site that stands, after a run that was cut off.

    Call it while holding the lock.
    """
    for half_written in list(settings.releases.glob("*.part")):
        half_written.unlink()
    _settle(settings, settings.maps)


def _settle(settings: Settings, maps: Path) -> None:
    pending = settings.releases / PENDING
    if not pending.is_file():
        return
    try:
        body = json.loads(pending.read_text(encoding="utf-8"))
        run_id, text = str(body["run_id"]), str(body["record"])
    except (ValueError, KeyError, TypeError):
        pending.unlink()  # cut off while it was written: then no swap had begun
        return
    if run_id and _published_run(maps) == run_id:
        _promote(settings, text)
    else:
        pending.unlink()


def _promote(settings: Settings, text: str) -> None:
    write_private(release_path(settings, str(json.loads(text)["state"])), text)
    (settings.releases / PENDING).unlink(missing_ok=True)


def _published_run(maps: Path) -> str:
    return str(read_manifest(maps).get("run_id", ""))


def scan(settings: Settings, site: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Look for people's words and numbers in every byte of a new site.

    ``tables`` are the public ones: what stands in those about nobody is public anyway, such as
    the name of a library that a respondent named too.

    Raises
    ------
    DisclosureError
        Something of a person is there: which file and what kind, never the value.
    """
    if settings.warehouse.is_file():
        scan_site(site, read_secrets(settings.warehouse), allowed=_public_texts(tables))


def _public_texts(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    columns = [
        tables[contract.table][column.name]
        for contract in COPIED
        for column in contract.columns
        if column.kind == "text"
    ]
    return {str(text) for values in columns for text in values.dropna().unique()}


def require_within_retention(settings: Settings, today: date) -> None:
    """Raise where personal data are still there past a date of the policy.

    Raises
    ------
    RetentionError
        Files of responses or registers are there and their date is past or not stated, or the
        last build was made from such. Made-up people may stay.
    """
    retention = settings.policy.retention
    if retention is None:
        _require_nobody(settings)
        return
    registers = ("researchers", "payments", "reviews")
    kept = (
        ("responses_until", retention.responses_until, ("exports",)),
        ("researchers_until", retention.researchers_until, registers),
    )
    faults = [
        f"{name} was {until.isoformat()}, and {count} files are still in {', '.join(folders)}"
        for name, until, folders in kept
        if until < today and (count := _count_files(settings, folders))
    ]
    if _holds_answers(settings):
        faults += [
            f"{name} was {until.isoformat()}, and the last build still holds them"
            for name, until, _ in kept
            if until < today
        ]
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        message = (
            f"{settings.raw / 'survey'}: personal data are kept past {len(faults)} dates of the "
            f"policy:{listed}\nDelete them, also from backups and the survey tool, and build "
            "again; or have the dates in policy.toml extended by whoever signed them."
        )
        raise RetentionError(message)


def _require_nobody(settings: Settings) -> None:
    count = _count_files(settings, ("exports", "researchers", "payments", "reviews"))
    if count or _holds_answers(settings):
        message = (
            f"{settings.raw / 'policy.toml'}: it has no [retention], and personal data are there "
            f"({count} files). State responses_until and researchers_until, as the policy that "
            "comes with the project does, and have them signed."
        )
        raise RetentionError(message)


def _count_files(settings: Settings, folders: tuple[str, ...]) -> int:
    found = [
        path
        for folder in folders
        for path in (settings.raw / "survey" / folder).rglob("*")
        if path.is_file()
        and not path.name.lower().startswith(_NO_DATA)
        and SYNTHETIC_MARK not in path.name
    ]
    return len(found)


def _holds_answers(settings: Settings) -> bool:
    if not settings.public.is_file():
        return False
    with open_warehouse(settings.public, read_only=True) as con:
        facts = fetch_table(con, "pub_run", columns=("key", "value"))
    return bool(((facts["key"] == "survey_state") & (facts["value"] == COLLECTED)).any())
