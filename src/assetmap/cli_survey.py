"""The commands of the survey: a thin face over ``survey``.

Belongs here: arguments and printing of ``assetmap survey …``. Does not: any work.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from assetmap.settings import read_settings
from assetmap.survey.erasure import erase
from assetmap.survey.kit import write_form_kit
from assetmap.survey.pull import pull
from assetmap.survey.reports import status_rows

app = typer.Typer(
    name="survey",
    help="Questionnaire, responses, and what becomes of them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, markup=False)

RawOption = Annotated[Path, typer.Option("--raw", help="Folder with settings and datasets.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for data and maps.")]
RAW_DEFAULT = Path("data/raw")
OUT_DEFAULT = Path()


@app.command("form")
def form_command(
    raw: RawOption = RAW_DEFAULT,
    target: Annotated[
        Path, typer.Option("--target", help="Folder for the XForm, paper forms and codebook.")
    ] = Path("data/form"),
) -> None:
    """Write the XForm for KoboToolbox or ODK, a paper form in each language, and the codebook."""
    for path in write_form_kit(raw, target):
        console.print(str(path), soft_wrap=True)


@app.command("pull")
def pull_command(raw: RawOption = RAW_DEFAULT) -> None:
    """Fetch the responses from KoboToolbox or ODK Central, as data/raw/survey/server.toml says.

    The token comes from the environment variable ASSETMAP_SURVEY_TOKEN.
    """
    result = pull(raw)
    console.print(f"{result.path}: {result.state}, {result.size_bytes:,} bytes", soft_wrap=True)


@app.command("erase")
def erase_command(
    numbers: Annotated[list[str], typer.Argument(help="Receipt or submission numbers.")],
    raw: RawOption = RAW_DEFAULT,
) -> None:
    """Have the answers of people left out from the next build on; their numbers are not kept."""
    count = erase(raw, numbers, os.environ, datetime.now(tz=UTC).date())
    known = len(numbers) - count
    console.print(f"{count} added to the list of erasures, {known} were on it already.")
    console.print(
        "Build and publish again, then look at `assetmap survey status`: it says whether a number "
        "fits no response. Delete the answers in the survey tool as well.",
        soft_wrap=True,
    )


@app.command("status")
def status_command(raw: RawOption = RAW_DEFAULT, out: OutOption = OUT_DEFAULT) -> None:
    """Show how many responses of the last build stand where; for the team, not for publication."""
    table = Table("status", "reason", "responses", title="Restricted", title_justify="left")
    for row in status_rows(read_settings(raw, out).lists):
        table.add_row(*row)
    console.print(table)
