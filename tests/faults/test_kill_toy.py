"""Kill -9 at every single effect of a small run: the site is the old one or the new one, whole."""

from __future__ import annotations

from dataclasses import dataclass

import kill_toy
import pytest
from kill_client import KILLED
from kill_moments import Moments, find_unflushed, fresh_copy, judge, read_moments, rerun_all
from kill_states import NONE, PARTIAL, State, contents, leftovers, look, outline

ERASED = ("p_" + "a" * 32,)


@dataclass(frozen=True)
class Case:
    """A run in which something changes: what stood before, and what the run is given."""

    name: str
    is_first: bool = False
    faults: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()
    is_unlinked: bool = False


CHANGED = Case("changed")
CASES = (
    CHANGED,
    Case("first", is_first=True),
    Case("purge", erased=ERASED),
    Case("no links", faults=("without links",)),
    Case("folders of an older version", is_unlinked=True),
)


class Toys:
    """Watched runs of the toy; what several of them start from is made once."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.standing, self.watched = {}, {}

    def watch(self, case, *more):
        """Run a case undisturbed but watched; return what was seen, its start and its end."""
        if (case, more) not in self.watched:
            folder = self.folder / f"watched_{len(self.watched)}"
            folder.mkdir()
            self.watched[case, more] = self._watch(case, more, folder)
        return self.watched[case, more]

    def _watch(self, case, more, folder):
        before = self._stand(case, folder / "before")
        raw = kill_toy.make_raw(folder / "raw", "new", case.erased)
        old, out = look(raw, before), fresh_copy(before, folder / "out")
        values = {"notes": folder / "notes", "copies": folder / "copies"}
        faults = (*case.faults, *more)
        self.server.require("toy_watched", raw=raw, out=out, faults=faults, **values)
        return Moments(
            raw=raw,
            before=before,
            out=out,
            old=old,
            new=look(raw, out),
            seen=read_moments(folder / "notes", folder / "copies"),
            is_purge=bool(case.erased),
        )

    def _stand(self, case, before):
        """Return a folder with four sites published one after the other, or with nothing."""
        before.mkdir()
        if case.is_first:
            return before
        if case.faults not in self.standing:
            self.standing[case.faults] = self._publish_four(case)
        fresh_copy(self.standing[case.faults], before)
        for link in (before / "maps", before / "data" / "processed") if case.is_unlinked else ():
            standing = link.resolve()
            link.unlink()
            standing.rename(link)
        return before

    def _publish_four(self, case):
        out = self.folder / f"standing_{len(self.standing)}"
        out.mkdir()
        for words in ("one", "two", "three", "old"):
            raw = kill_toy.make_raw(self.folder / "raw", words)
            self.server.require("toy", raw=raw, out=out, faults=case.faults)
        return out


@pytest.fixture(scope="module")
def toys(server, tmp_path_factory):
    return Toys(server, tmp_path_factory.mktemp("toys"))


@pytest.fixture(params=CASES, ids=[case.name.replace(" ", "_") for case in CASES])
def moments(request, toys):
    return toys.watch(request.param)


@pytest.fixture
def changed(toys):
    return toys.watch(CHANGED)


def faults_of(moments):
    return ("without links",) if (moments.out / "maps.pointer").exists() else ()


def test_at_every_moment_the_old_or_the_new_stands_whole_with_its_record(moments):
    assert len(moments.seen) > 90
    assert moments.old != moments.new
    allowed = {moments.old.site, moments.new.site}
    if not (moments.before / "maps").is_symlink() and (moments.before / "maps").is_dir():
        allowed.add(NONE)  # a folder cannot be exchanged for a link in one step; it comes back
    assert judge(moments, allowed) == []


def test_nothing_counts_before_its_bytes_are_on_the_disk(moments):
    assert find_unflushed(moments) == []


def test_after_every_kill_the_next_run_ends_as_if_nothing_had_been(moments, server, tmp_path):
    def again(copy):
        server.require("toy", raw=moments.raw, out=copy, faults=faults_of(moments))

    assert leftovers(moments.raw, moments.out) == []
    assert rerun_all(moments, moments.copies, again, tmp_path / "again") == []


def test_after_every_kill_the_old_inputs_give_the_old_site_and_leave_nothing(
    changed, server, tmp_path
):
    """Somebody takes the change back before the next run: it may find nothing to do."""
    raw = kill_toy.make_raw(tmp_path / "raw", "old")
    expected = contents(changed.before / "maps")
    faults = []
    for copy in changed.copies:
        out = fresh_copy(copy, tmp_path / "again")
        server.require("toy", raw=raw, out=out)
        if contents(out / "maps") != expected:
            faults.append(f"{copy.name}: another site")
        faults += [f"{copy.name}: {name}" for name in leftovers(raw, out)]
    assert faults == []


def test_a_killed_process_leaves_what_was_seen_at_that_moment(changed, server, tmp_path):
    """Why looking at a run is as good as killing it: at every moment that differs, both agree."""
    for copy in changed.copies:
        out = fresh_copy(changed.before, tmp_path / "killed")
        assert server.run("toy", raw=changed.raw, out=out, at=int(copy.name)) == KILLED
        assert outline(out) == outline(copy), changed.seen[int(copy.name) - 1]


def test_killed_again_and_again_on_one_folder(changed, server, tmp_path):
    """No leftover of one kill trips the next one up."""
    out = fresh_copy(changed.before, tmp_path / "again")
    for copy in changed.copies[::3]:
        assert server.run("toy", raw=changed.raw, out=out, at=int(copy.name)) in (KILLED, 0)
        assert look(changed.raw, out).site in {changed.old.site, changed.new.site}
    server.require("toy", raw=changed.raw, out=out)
    assert contents(out / "maps") == contents(changed.out / "maps")
    assert leftovers(changed.raw, out) == []


# ------------------------------------------------------------- the harness bites


def test_a_site_that_is_written_where_visitors_look_is_found(toys):
    seen = toys.watch(CHANGED, "write in place")
    found = judge(seen, {seen.old.site, seen.new.site})
    assert sum(PARTIAL in fault for fault in found) > 5


def test_a_record_that_is_promoted_before_the_site_stands_is_found(toys):
    seen = toys.watch(CHANGED, "promote first")
    found = judge(seen, {seen.old.site, seen.new.site})
    assert found
    assert all("record" in fault for fault in found)


def test_bytes_that_are_only_in_memory_are_found(toys):
    found = find_unflushed(toys.watch(CHANGED, "flush nothing"))
    assert len(found) == 2
    assert all("rename" in fault and ".growing" in fault for fault in found)


def test_leftovers_are_found(changed):
    found = {name for copy in changed.copies for name in leftovers(changed.raw, copy)}
    left = {name.split("/")[-1] for name in found}
    assert {".growing", ".maps.turning", ".processed.turning", "pending.json"} <= left
    assert any(name.endswith(".gone") for name in left)
    assert any(name.endswith(".part") for name in left)


def test_where_nothing_stands_nothing_is_seen(tmp_path):
    raw = kill_toy.make_raw(tmp_path / "raw", "words")
    assert look(raw, tmp_path / "out") == State(site=NONE, build=NONE, record=NONE)
    assert leftovers(raw, tmp_path / "out") == []
