"""Commands about what is kept: ``assetmap verify``, ``rollback``, ``reproduce`` and ``diff``.

Belongs here: arguments and printing. Does not: any work (``editions.py``, ``reproduce.py``,
``differences/``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from assetmap import editions, reproduce, store
from assetmap.differences import compare, sites, write
from assetmap.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_RAW = Annotated[Path, typer.Option("--raw", help="Folder with settings and datasets.")]
_OUT = Annotated[Path, typer.Option("--out", help="Folder for data/processed and maps.")]
_RAW_DEFAULT = Path("data/raw")
_OUT_DEFAULT = Path()
# No markup: names out of the data may hold square brackets.
_console = Console(highlight=False, markup=False)


def verify_command(
    raw: _RAW = _RAW_DEFAULT,
    out: _OUT = _OUT_DEFAULT,
    site: Annotated[
        Path | None, typer.Option(help="A copy of a site anywhere, instead of what is kept here.")
    ] = None,
) -> None:
    """Prove that the published site, those kept and the last build are as they were written."""
    if site is not None:
        typer.echo(f"{site}: {editions.verify_site(site)} files as published")
        return
    for line in editions.verify(read_settings(raw, out)):
        typer.echo(line)


def rollback_command(
    raw: _RAW = _RAW_DEFAULT,
    out: _OUT = _OUT_DEFAULT,
    to: Annotated[
        int | None, typer.Option("--to", help="Number of the site; else the one before.", min=1)
    ] = None,
) -> None:
    """Put the site that was published before back in its place."""
    today = datetime.now(tz=UTC).date()
    settings = read_settings(raw, out)
    index = editions.rollback(settings, today, to)
    number = store.number_of(settings.maps.resolve())
    typer.echo(f"{index}: number {number} stands now, until the next run")


def reproduce_command(
    manifest: Annotated[
        str, typer.Argument(help="A site, its manifest.json, or the number of a kept site.")
    ],
    raw: _RAW = _RAW_DEFAULT,
    out: _OUT = _OUT_DEFAULT,
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Go on where program, settings or inputs differ.")
    ] = False,
) -> None:
    """Make a published site again from its inputs and compare every byte; exit 1 if one differs.

    The work is done in a private temporary folder, which is removed; the published site and the
    builds are untouched.
    """
    settings = read_settings(raw, out)
    path = sites.find_manifest(settings, manifest)
    for fault in reproduce.find_mismatches(settings, path, is_allowed=anyway):
        _console.print(f"not as the manifest says: {fault}", soft_wrap=True)
    with _console.status("reproducing") as status:
        count = reproduce.reproduce(settings, path, status.update)
    _console.print(f"identical: {count} files", soft_wrap=True)


def diff_command(
    old: Annotated[
        str | None, typer.Argument(help="A site, its manifest.json, or the number of a kept site.")
    ] = None,
    new: Annotated[str | None, typer.Argument(help="The same, to compare it with.")] = None,
    raw: _RAW = _RAW_DEFAULT,
    out: _OUT = _OUT_DEFAULT,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write every figure that moved into this file.")
    ] = None,
) -> None:
    """Show which published figures moved between two sites, and what can have moved each.

    Without arguments the site before is compared with the one that stands.
    """
    settings = read_settings(raw, out)
    if old is None:
        paths = sites.find_last_two(settings)
    else:
        given = str(settings.maps) if new is None else new
        paths = (sites.find_manifest(settings, old), sites.find_manifest(settings, given))
    found = compare.compare_sites(sites.read_site(paths[0]), sites.read_site(paths[1]))
    for line in write.lead(found):
        _console.print(line, soft_wrap=True)
    if found.moves:
        _print_table(("cause", "figures", "no other candidate"), write.cause_rows(found))
        _print_table(("figure", "old", "new", "causes"), write.move_rows(found))
    if csv is not None:
        write.write_moves(csv, found)
        _console.print(str(csv), soft_wrap=True)


def _print_table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = Table(*headings)
    for row in rows:
        table.add_row(*row)
    _console.print(table)
