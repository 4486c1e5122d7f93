"""Attacks on what is kept below the output folder: builds, sites, records, after an erasure too.

The week after the erasure is cut off three times, each time at a moment at which something of the
erased person is still there, and then run through.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass

import pytest
from attack_search import search_bytes
from attack_town import STEM
from attack_weeks import KEY, TODAY, add_erasures, key, listening
from test_attack_words import codes_of, tables_of

from assetmap.differences import compare, sites, write
from assetmap.editions import rollback, verify
from assetmap.errors import DisclosureError
from assetmap.pipeline import run_build, run_publish
from assetmap.settings import Settings, read_settings
from assetmap.store import builds_of, current, editions_of, grow, kept, seal, turn
from sites_by_hand import copy_site

CUT = """
import os, sys
from pathlib import Path
from assetmap import build, pipeline
from assetmap.settings import read_settings
os.umask(0)
module, name, raw, out = sys.argv[1:]
setattr({"build": build, "pipeline": pipeline}[module], name, lambda *_, **__: os._exit(9))
settings = read_settings(Path(raw), Path(out))
pipeline.run_build(settings)
pipeline.run_publish(settings)
"""


@dataclass(frozen=True)
class Kept:
    """An output folder in which somebody was erased, and all that was said on the way."""

    settings: Settings
    words: list[str]
    said: list[str]
    refusal: str
    open_folders: list[str]


def cut_off(settings, module, name):
    """Run the week in a process that ends, without any goodbye, where a function is called."""
    arguments = [module, name, str(settings.raw), str(settings.out)]
    env = os.environ | {"ASSETMAP_KEY": KEY}
    ended = subprocess.run(
        [sys.executable, "-c", CUT, *arguments],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 9, ended.stderr[-2000:]
    return ended.stderr


def open_folders(settings):
    """Return the folders of builds that others may look into."""
    found = [settings.builds, *settings.builds.iterdir()]
    return [p.name for p in found if p.is_dir() and stat.S_IMODE(p.stat().st_mode) != 0o700]


def has(settings, words):
    """Return which files below the output folder hold a word of the erased person."""
    found = []
    for path in sorted(settings.out.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        texts = [t for _, t in tables_of(path)] if path.suffix == ".duckdb" else []
        is_told = any(w.encode() in data for w in words)
        if is_told or any(w.lower() in t for t in texts for w in words):
            found.append(path.relative_to(settings.out).as_posix())
    return found


def publish_again(settings, folder):
    """Publish a second site, so that there is an earlier one to go back to."""
    store = editions_of(settings)
    site = copy_site(settings.maps, folder / "later", facts={"run_id": "later"})
    shutil.copytree(site, grow(store), dirs_exist_ok=True)
    turn(store, seal(store))


def compare_last_two(settings):
    old, new = (sites.read_site(path) for path in sites.find_last_two(settings))
    return write.lead(compare.compare_sites(old, new))


@pytest.fixture(scope="module")
def after(week, target, tmp_path_factory):
    """The town after an erasure, in whose week the run was killed three times."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(week.settings.raw, folder / "raw")
    shutil.copytree(week.settings.out, folder / "out", symlinks=True)
    settings = read_settings(folder / "raw", folder / "out")
    person = next(p for p in week.town.people if p.number == target)
    words = [person.receipt, person.uid, person.secrets["phone"], person.secrets["name"]]
    assert any(name.endswith("assetmap.duckdb") for name in has(settings, words))
    publish_again(settings, folder)
    add_erasures(settings.raw, [person.receipt], bytes.fromhex(KEY), TODAY)
    said, opened = [], []
    with listening() as lines, key():
        said.append(cut_off(settings, "build", "turn"))
        opened += open_folders(settings)
        said.append(cut_off(settings, "build", "_forget_earlier"))
        opened += open_folders(settings)
        run_build(settings)
        assert len(kept(editions_of(settings))) == 2
        with pytest.raises(DisclosureError, match="somebody was erased") as refused:
            rollback(settings, TODAY)
        assert {name.split("/")[1] for name in has(settings, words)} <= {"editions"}
        said += compare_last_two(settings)
        said.append(cut_off(settings, "pipeline", "forget_erased"))
        with pytest.raises(DisclosureError, match="somebody was erased"):
            rollback(settings, TODAY)
        run_build(settings)
        run_publish(settings)
        said += verify(settings)
    return Kept(settings, words, [*said, *lines], str(refused.value), opened)


def test_after_an_erasure_nothing_of_it_is_left_though_runs_were_killed(after):
    assert has(after.settings, after.words) == []
    builds, editions = builds_of(after.settings), editions_of(after.settings)
    assert kept(editions) == [current(editions).resolve()]
    assert current(builds).resolve() in kept(builds)
    for store in (builds, editions):
        named = {".lock", *(path.name for path in kept(store))}
        assert {path.name for path in store.folder.iterdir()} <= named


def test_nothing_is_said_of_anybody_on_the_way(after, week):
    codes = {code.lower() for code in codes_of(week.town)}
    assert len(after.said) > 20
    for line in [*after.said, after.refusal]:
        assert STEM not in line.lower()
        assert [word for word in after.words if word in line] == []
        assert not codes & set(line.lower().split())


def test_a_build_is_closed_to_others_at_every_moment_whatever_the_umask(after):
    assert after.open_folders == []
    left = [p for p in after.settings.builds.rglob("*") if stat.S_IMODE(p.stat().st_mode) & 0o077]
    assert left == []


def test_reports_and_records_hold_no_canary_and_no_hash_of_an_answer_file(week):
    """The report of quality, the rows held, and what build and site were made from."""
    places = [
        p
        for folder in ("builds", "releases")
        for p in (week.settings.out / "data" / folder).rglob("*")
    ]
    files = [
        p for p in places if p.is_file() and p.suffix != ".duckdb" and p.parent.name != "lists"
    ]
    assert {"build.json", "quality.json", "quarantine.csv", "published.json", "erased.txt"} <= {
        p.name for p in files
    }
    answers = [p for p in (week.settings.raw / "survey").rglob("*") if p.is_file()]
    hashes = [
        hashlib.sha256(p.read_bytes()).hexdigest() for p in answers if "codebook" not in p.name
    ]
    codes = {code.lower() for code in codes_of(week.town)}
    assert len(hashes) > 4
    for path in files:
        assert search_bytes(path.read_bytes(), codes) == [], path.name
        text = path.read_text(encoding="utf-8")
        assert [h for h in hashes if h in text] == [], path.name
