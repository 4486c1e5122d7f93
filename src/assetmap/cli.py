"""The command line: a thin face over ``pipeline`` and ``fetch``.

Belongs here: arguments, progress, printing, exit codes. Does not: any work.
"""

from __future__ import annotations

import http.server
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from assetmap import cli_digest, cli_keep, cli_survey, pipeline
from assetmap.datasets import find_datasets
from assetmap.errors import AssetmapError, BusyError, MissingInputError
from assetmap.fetch import fetch
from assetmap.indicators import expand, find_indicators
from assetmap.people_release import require_within_retention
from assetmap.reports import (
    check_lines,
    indicator_states,
    lapsed_records,
    quality_records,
    require_no_lapsed,
)
from assetmap.settings import Settings, read_settings
from assetmap.sources import list_downloads, read_sources
from assetmap.stopping import heed_signals
from assetmap.storage import standing

if TYPE_CHECKING:
    from assetmap.dataset import Dataset
    from assetmap.sources import DatasetSource

LOOPBACK = "127.0.0.1"

app = typer.Typer(
    name="assetmap",
    help="Map what a neighbourhood has against the sites that are coming.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_survey.app)
# No markup: names out of the data may hold square brackets.
console = Console(highlight=False, markup=False)

RawOption = Annotated[Path, typer.Option("--raw", help="Folder with settings and datasets.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for data/processed and maps.")]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Make everything anew, also what did not change.")
]
RAW_DEFAULT = Path("data/raw")
OUT_DEFAULT = Path()


@app.callback()
def _options(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log a line a step.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(name)s: %(message)s"
    )


@app.command("list")
def list_command(raw: RawOption = RAW_DEFAULT, out: OutOption = OUT_DEFAULT) -> None:
    """List datasets and indicators with their state."""
    settings = read_settings(raw, out)
    datasets = Table("dataset", "state", "licence", title="Datasets", title_justify="left")
    for dataset in find_datasets().values():
        datasets.add_row(dataset.id, _state(dataset, settings), dataset.source.licence)
    console.print(datasets)
    states = indicator_states(settings.public)
    indicators = Table("indicator", "title", "last build", title="Indicators", title_justify="left")
    for member in expand(find_indicators(), settings.study_area.catchments_m):
        state = states.get(member.id, "not built")
        indicators.add_row(member.id, member.text("title"), state)
    console.print(indicators)


@app.command("fetch")
def fetch_command(
    datasets: Annotated[list[str] | None, typer.Argument(help="Ids; none means all.")] = None,
    raw: RawOption = RAW_DEFAULT,
) -> None:
    """Download datasets from their publishers; the last good file stays if one fails."""
    path = raw / "sources.toml"
    sources = read_sources(path)
    unknown = [key for key in datasets or [] if key not in sources]
    if unknown:
        message = f"{', '.join(map(repr, unknown))}: not in {path}. Use: {', '.join(sources)}."
        raise typer.BadParameter(message)
    wanted = datasets or list_downloads(sources)
    failures = [fault for key in wanted if (fault := _fetch_one(sources[key], raw))]
    if failures:
        listed = "".join(f"\n  - {fault}" for fault in failures)
        sys.stderr.write(f"{len(failures)} of {len(wanted)} downloads failed:{listed}\n")
        raise typer.Exit(max(fault.exit_code for fault in failures))


@app.command("build")
def build_command(
    raw: RawOption = RAW_DEFAULT, out: OutOption = OUT_DEFAULT, *, force: ForceOption = False
) -> None:
    """Load, link, measure and gate; writes data/processed."""
    settings = read_settings(raw, out)
    _build(settings, force=force)
    _print_summary(settings)


@app.command("check")
def check_command(raw: RawOption = RAW_DEFAULT, out: OutOption = OUT_DEFAULT) -> None:
    """Show the quality checks of the last build; exit 1 where a blocking one fails.

    Fails too where personal data are kept past a date of the policy, and where the site still
    tells a story whose consent has ended.
    """
    settings, today = read_settings(raw, out), datetime.now(tz=UTC).date()
    require_within_retention(settings, today)
    lapsed = lapsed_records(settings.maps, today)
    for line in check_lines([*lapsed, *quality_records(settings)]):
        console.print(line, soft_wrap=True)
    pipeline.run_check(settings)
    require_no_lapsed(settings.maps, lapsed)


@app.command("publish")
def publish_command(
    raw: RawOption = RAW_DEFAULT, out: OutOption = OUT_DEFAULT, *, force: ForceOption = False
) -> None:
    """Make the site in maps/ from the gated tables."""
    index = pipeline.run_publish(read_settings(raw, out), force=force)
    console.print(str(index), soft_wrap=True)


@app.command("run")
def run_command(
    raw: RawOption = RAW_DEFAULT, out: OutOption = OUT_DEFAULT, *, force: ForceOption = False
) -> None:
    """Build and publish, without Prefect."""
    settings = read_settings(raw, out)
    _build(settings, force=force)
    with console.status("publishing"):
        index = pipeline.run_publish(settings, force=force)
    _print_summary(settings)
    console.print(str(index), soft_wrap=True)


@app.command("serve")
def serve_command(
    out: OutOption = OUT_DEFAULT,
    port: Annotated[int, typer.Option(help="Port on this machine.", min=0, max=65535)] = 8000,
) -> None:
    """Show the site on this machine only, until Ctrl-C."""
    maps = standing(out / "maps")
    if not (maps / "index.html").exists():
        message = f"{maps} holds no site. Run `assetmap run` first."
        raise MissingInputError(message)

    def answer(*request: Any) -> http.server.SimpleHTTPRequestHandler:
        # Looked up each time: the pointer may have been turned, and need not be a link.
        place = str(standing(out / "maps"))
        return http.server.SimpleHTTPRequestHandler(*request, directory=place)

    try:
        server = http.server.ThreadingHTTPServer((LOOPBACK, port), answer)
    except OSError as fault:
        message = (
            f"port {port} of {LOOPBACK} is taken ({fault.strerror}). Give another with --port."
        )
        raise BusyError(message) from None
    with server:
        console.print(f"http://{LOOPBACK}:{server.server_port}/ (Ctrl-C ends it)", soft_wrap=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("ended")


app.command("digest")(cli_digest.digest_command)
app.command("verify")(cli_keep.verify_command)
app.command("rollback")(cli_keep.rollback_command)
app.command("reproduce")(cli_keep.reproduce_command)
app.command("diff")(cli_keep.diff_command)


def main() -> None:
    """Run the command line; a fault that a user can put right is one message and its code."""
    try:
        with heed_signals():
            app()
    except AssetmapError as fault:
        console.file.flush()
        sys.stderr.write(f"{fault}\n")
        sys.exit(fault.exit_code)


def _build(settings: Settings, *, force: bool) -> None:
    with console.status("building") as status:
        is_new = pipeline.run_build(settings, status.update, force=force)
    if not is_new:
        console.print("nothing changed since the last build, which stands")


def _print_summary(settings: Settings) -> None:
    for line in pipeline.summarise(settings).lines():
        console.print(line, soft_wrap=True)


def _state(dataset: Dataset, settings: Settings) -> str:
    inputs = dataset.find_inputs(settings.raw)
    if not inputs:
        return "missing" if dataset.required else "optional, not there"
    return "starter extract" if all(source.is_starter for source in inputs) else "full file"


def _fetch_one(source: DatasetSource, raw: Path) -> AssetmapError | None:
    """Download one dataset with a progress bar; return what went wrong, if anything did."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(source.id, total=None)
        try:
            result = fetch(
                source,
                raw / source.folder,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except AssetmapError as fault:
            return fault
    said = f"{source.id}: {result.state}, {result.size_bytes:,} bytes. {source.attribution}"
    console.print(said, result.note, soft_wrap=True)
    return None


if __name__ == "__main__":
    main()
