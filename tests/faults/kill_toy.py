"""A run that is small enough to be killed at every one of its effects.

Belongs here: stand-ins for reading, measuring and drawing, which write a few short files. All
that keeps, seals, turns, records and forgets is the program's own. Does not: killing it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pandas as pd

from assetmap import build, people_release, pipeline, reuse, store
from assetmap.disclosure.gate import RECORD
from assetmap.inputs import hash_file
from assetmap.settings import Settings, read_settings
from assetmap.survey.erasure import FILE, FOLDER
from assetmap.survey.restricted import FOLDER_MODE, write_private
from assetmap.warehouse import open_warehouse, write_typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WORDS = "words.txt"
DATABASE = "public.duckdb"
_ROOT = Path(__file__).parents[2]
_TEXT = {"key": "VARCHAR", "value": "VARCHAR"}


def make_raw(folder: Path, words: str, erased: tuple[str, ...] = ()) -> Path:
    """Return a raw folder of the toy: real settings, and a word that makes runs differ."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("study_area.toml", "policy.toml"):
        shutil.copy(_ROOT / "data" / "raw" / name, folder / name)
    (folder / WORDS).write_text(words, "utf-8")
    rows = "".join(f"{number},2026-01-01\n" for number in erased)
    write_private(folder / FOLDER / FILE, f"pseudonym,added_on\n{rows}")
    _write_database(folder)
    return folder


def _write_database(raw: Path) -> None:
    """Write the two tables that a publication looks into."""
    facts = pd.DataFrame({"key": ["run_id", "survey_state"], "value": [run_id(raw), "synthetic"]})
    stories = pd.DataFrame({"story_id": ["story"], "consent_until": ["2999-12-31"]})
    with open_warehouse(raw / DATABASE) as con:
        write_typed(con, "pub_run", facts, _TEXT)
        write_typed(con, "pub_story", stories, dict.fromkeys(stories, "VARCHAR"))


def run(raw: Path, out: Path, faults: Sequence[str] = ()) -> None:
    """Build and publish with stand-ins; ``faults`` switches rules off by name."""
    settings = read_settings(raw, out)
    _stand_in(settings)
    for name in faults:
        FAULTS[name](settings)
    pipeline.run_build(settings)
    pipeline.run_publish(settings)


def _stand_in(settings: Settings) -> None:
    """Put the stand-ins in their places; the process that calls this ends after its run."""
    words = (settings.raw / WORDS).read_text("utf-8")
    build.reuse.gather = lambda *_: _gather(settings)
    build.start_build = lambda _, plan: _start(settings, plan)
    build.load_dataset = build.link_assets = build.load_survey = build.measure_indicators = _skip
    build.load_registers = lambda _: _load_lists(settings, words)
    build.survey_step.find_state = lambda _: "synthetic"
    build.Terms = mock.Mock()
    build.pass_gate = lambda _, public, **__: _pass_gate(settings, public, words)
    pipeline.run_check = _skip
    pipeline.people_release.scan = _skip
    pipeline._write_site = lambda _, fresh: _write_site(settings, fresh, words)


def _skip(*_: object, **__: object) -> None:
    """Do nothing."""


def _gather(settings: Settings) -> dict[str, str]:
    record = settings.register_record
    history = hash_file(record) if record.is_file() else "none"
    return {"words": run_id(settings.raw), reuse.HISTORY: history}


def _start(settings: Settings, plan: reuse.Plan) -> list[str]:
    folder = store.grow(store.builds_of(settings), FOLDER_MODE)
    reuse.write_plan(folder, plan)
    shutil.copyfile(settings.raw / DATABASE, folder / settings.warehouse.name)
    return []


def _load_lists(settings: Settings, words: str) -> None:
    folder = build.build_folder(settings)
    write_private(folder / settings.register_record.name, f'{{"words": "{words}"}}')


def _pass_gate(settings: Settings, public: Path, words: str) -> dict[str, int]:
    shutil.copyfile(settings.raw / DATABASE, public)
    write_private(public.with_name(RECORD), f'{{"state": "synthetic", "words": "{words}"}}')
    return {}


def run_id(raw: Path) -> str:
    """Return the toy's id of a run: it hangs on the words and on who was erased."""
    return hash_file(raw / WORDS)[:8] + hash_file(raw / FOLDER / FILE)[:8]


def _write_site(settings: Settings, fresh: Path, words: str) -> None:
    (fresh / "data").mkdir()
    (fresh / "index.html").write_text(f'<a href="data/words.csv">{words}</a>', "utf-8")
    (fresh / "data" / "words.csv").write_text(f"words\n{words}\n", "utf-8")
    pipeline.write_manifest(fresh, {"run_id": run_id(settings.raw), "survey_state": "synthetic"})


def _without_links(_: Settings) -> None:
    """Let no symbolic link be made, as on a file system without any."""

    def refuse(*_: object, **__: object) -> None:
        message = "no links here"
        raise OSError(message)

    Path.symlink_to = refuse


def _write_in_place(_: Settings) -> None:
    """Let the site grow where visitors look."""

    def grow_in_place(kind: store.Store) -> Path:
        fresh = store.grow(kind)
        store.turn(kind, fresh)
        return fresh

    pipeline.grow = grow_in_place


def _promote_first(settings: Settings) -> None:
    """Let the new record hold before the new site stands."""
    renew = pipeline._renew

    def renew_late(tables: object, kind: store.Store, inspect: object) -> None:
        people_release._promote(settings, (settings.processed / RECORD).read_text("utf-8"))
        renew(tables, kind, inspect)

    pipeline._renew = renew_late


def _flush_nothing(_: Settings) -> None:
    """Let a folder get its number while its bytes are in memory only."""
    store.flush_tree = _skip


FAULTS: dict[str, Callable[[Settings], None]] = {
    "without links": _without_links,
    "write in place": _write_in_place,
    "promote first": _promote_first,
    "flush nothing": _flush_nothing,
}
