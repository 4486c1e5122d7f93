"""Kill -9 in the real run: every moment looked at, and run again from a spread of them.

With ``ASSETMAP_KILL_ALL=1`` it is run again from every moment that differs from the one before,
after a real kill at each; that takes long.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import kill_inputs
import pytest
from kill_client import KILLED
from kill_moments import Moments, find_unflushed, fresh_copy, judge, read_moments, rerun_all
from kill_states import NONE, contents, leftovers, look

from assetmap.settings import read_settings
from assetmap.store import editions_of, kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL = os.environ.get("ASSETMAP_KILL_ALL") == "1"
SPREAD = 4


@dataclass(frozen=True)
class Case:
    """What the run is given, beside a site that was made from the starter set; or no site."""

    name: str
    change: Callable[[Path], Path] = kill_inputs.change_a_figure
    is_first: bool = False


CASES = (
    Case("changed"),
    Case("first", is_first=True),
    Case("erased", change=kill_inputs.erase_somebody),
)


@pytest.fixture(scope="module")
def standing(server, tmp_path_factory):
    """A folder in which the starter set was built and published."""
    out = tmp_path_factory.mktemp("standing") / "out"
    out.mkdir()
    server.require("run", raw=kill_inputs.RAW, out=out)
    return out


@pytest.fixture(scope="module", params=CASES, ids=[case.name for case in CASES])
def moments(request, server, standing, tmp_path_factory):
    return watch(server, tmp_path_factory.mktemp("real"), request.param, standing)


def watch(server, folder, case, standing):
    raw, before = case.change(folder / "raw"), folder / "before"
    before.mkdir()
    if not case.is_first:
        fresh_copy(standing, before)
    old, out = look(raw, before), fresh_copy(before, folder / "out")
    notes, copies = folder / "notes", folder / "copies"
    server.require("run_watched", raw=raw, out=out, notes=notes, copies=copies)
    return Moments(
        raw=raw,
        before=before,
        out=out,
        old=old,
        new=look(raw, out),
        seen=read_moments(notes, copies),
        is_purge=case.change is kill_inputs.erase_somebody,
    )


def spread(copies):
    """Return the first copy, the last, and some evenly between; all where all are asked for."""
    if ALL:
        return copies
    step = (len(copies) - 1) / (SPREAD - 1)
    return [copies[round(number * step)] for number in range(SPREAD)]


def test_the_server_is_alone(server):
    """A fork takes one thread along: if there were others, a child could wait for them for ever."""
    assert len(server.threads) == 1


def test_at_every_moment_the_old_or_the_new_stands_whole_with_its_record(moments):
    assert len(moments.seen) > 300
    assert moments.old.build != moments.new.build
    assert (moments.old.site == NONE) == (not (moments.before / "maps").exists())
    assert judge(moments, {moments.old.site, moments.new.site}) == []
    report(moments)


def report(moments):
    """Say how often which of them stood."""
    stood = [moment.state.site for moment in moments.seen]
    counts = {"old": stood.count(moments.old.site), "new": stood.count(moments.new.site)}
    print(f"{len(stood)} effects, {len(moments.copies)} states: {counts}")  # noqa: T201 - with -s


def test_nothing_counts_before_its_bytes_are_on_the_disk(moments):
    assert find_unflushed(moments) == []


def test_after_a_kill_the_next_run_ends_as_if_nothing_had_been(moments, server, tmp_path):
    assert leftovers(moments.raw, moments.out) == []

    def again(copy):
        server.require("run", raw=moments.raw, out=copy)

    assert rerun_all(moments, spread(moments.copies), again, tmp_path / "again") == []


def test_killed_again_and_again_on_one_folder(moments, server, tmp_path):
    out = fresh_copy(moments.before, tmp_path / "out")
    for copy in spread(moments.copies):
        if ALL:
            fresh_copy(moments.before, out)
        code = server.run("run_and_die", raw=moments.raw, out=out, at=int(copy.name))
        assert code == KILLED or not ALL
        state = look(moments.raw, out)
        assert state.build in {moments.old.build, moments.new.build}
        assert state.site in {moments.old.site, moments.new.site}
    server.require("run", raw=moments.raw, out=out)
    assert look(moments.raw, out) == moments.new
    assert contents(out / "maps") == contents(moments.out / "maps")
    assert leftovers(moments.raw, out) == []
    if moments.is_purge:
        assert len(kept(editions_of(read_settings(moments.raw, out)))) == 1
