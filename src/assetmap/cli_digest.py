"""The command of the digest: a thin face over ``digest``.

Belongs here: arguments and printing of ``assetmap digest``. Does not: any work.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from assetmap.digest.write import write_digest
from assetmap.settings import read_settings

console = Console(highlight=False, markup=False)

RawOption = Annotated[Path, typer.Option("--raw", help="Folder with settings and datasets.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for data and maps.")]
SinceOption = Annotated[
    Path | None,
    typer.Option("--since", help="Record of an earlier digest to compare with, kept by you."),
]
DaysOption = Annotated[
    int, typer.Option("--days", min=0, max=3650, help="How many days ahead steps are named.")
]
OnOption = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="Day of the digest; none means today."),
]
RAW_DEFAULT = Path("data/raw")
OUT_DEFAULT = Path()


def digest_command(
    raw: RawOption = RAW_DEFAULT,
    out: OutOption = OUT_DEFAULT,
    since: SinceOption = None,
    days: DaysOption = 28,
    on: OnOption = None,
) -> None:
    """Write what changed since the last digest, what falls due and what is stale.

    The files are data/processed/digest.md and digest.html. The last build is compared with the
    one of the digest before, whose record is kept in data/releases/digest.json; with --since
    that record stays as it is.
    """
    day = (on or datetime.now(tz=UTC)).date()
    for path in write_digest(read_settings(raw, out), on=day, days=days, since=since):
        console.print(str(path), soft_wrap=True)
