"""Disks that are full or refuse, and files that rot: said in one sentence, the site untouched."""

import os
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from assetmap import editions, pipeline
from assetmap.errors import IntegrityError, StorageError
from assetmap.integrity import require_whole
from assetmap.settings import read_settings
from assetmap.store import MANIFEST
from assetmap.warehouse import fetch_table, list_tables, open_warehouse

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no fork here: FAULTS ARE NOT TESTED")

NOBODY = 65534
MB = 1_000_000


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code and what it said."""

    code: int
    said: str


def order(command, raw, out):
    return [sys.executable, "-m", "assetmap", command, "--raw", str(raw), "--out", str(out)]


def run_alone(raw, out, *, first=None):
    """Run ``assetmap run`` in a process of its own, which calls ``first`` before anything."""
    done = subprocess.run(
        order("run", raw, out), capture_output=True, text=True, check=False, preexec_fn=first
    )
    return Ended(done.returncode, done.stderr)


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Return a raw folder of which the next run must make everything anew."""
    copy = tmp_path_factory.mktemp("changed") / "raw"
    shutil.copytree(Path(__file__).parents[2] / "data/raw", copy)
    with (copy / "policy.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n# one more line\n")
    return copy


@pytest.fixture(scope="module")
def expected(changed, tmp_path_factory):
    """Return the site that an undisturbed run of the changed folder gives."""
    out = tmp_path_factory.mktemp("expected")
    settings = read_settings(changed, out)
    pipeline.run_build(settings)
    pipeline.run_publish(settings)
    return contents(settings.maps)


@pytest.fixture
def standing(built, tmp_path):
    """Return a copy of a whole run's folder, links and all."""
    shutil.copytree(built.out, tmp_path / "out", symlinks=True)
    return tmp_path / "out"


def is_told(ended, code):
    """One message, no traceback, no promise that is not kept."""
    assert ended.code == code, ended.said
    assert "Traceback" not in ended.said
    return ended.said.strip().splitlines()[-1]


def assert_old_and_mendable(raw, out, before, expected):
    assert contents(out / "maps") == before
    assert require_whole(out / "maps", MANIFEST, "") == len(before) - 1
    ended = run_alone(raw, out)
    assert ended.code == 0, ended.said
    assert contents(out / "maps") == expected
    assert not list((out / "data").rglob(".growing"))


@contextmanager
def small_disk(place, size):
    """Mount a disk in memory of ``size`` bytes, or skip where that is not allowed."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"FULL DISKS ARE NOT TESTED: no right to mount one ({mounted.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)  # noqa: S607 - wherever it is


def resize(place, size):
    command = ["mount", "-o", f"remount,size={size}", str(place)]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("spare", [100_000, 3 * MB, 20 * MB], ids=["at once", "early", "late"])
def test_a_full_disk_is_said_and_the_site_stands(built, changed, expected, tmp_path, spare):
    place = tmp_path / "disk"
    with small_disk(place, 500 * MB):
        out = place / "out"
        shutil.copytree(built.out, out, symlinks=True)
        before = contents(out / "maps")
        used = shutil.disk_usage(place).used
        resize(place, used + spare)
        said = is_told(run_alone(changed, out), 74)
        assert "Check free space and rights" in said
        resize(place, 500 * MB)
        assert_old_and_mendable(changed, out, before, expected)


@pytest.mark.parametrize("largest", [4_096, 2 * MB])
def test_a_limit_on_the_size_of_files_is_said(standing, changed, expected, largest):
    before = contents(standing / "maps")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    said = is_told(run_alone(changed, standing, first=limit), 74)
    assert "Check free space and rights" in said
    assert_old_and_mendable(changed, standing, before, expected)


needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="FOLDERS OF OTHERS ARE NOT TESTED: only root can become another user",
)


@contextmanager
def as_nobody():
    """Go on as a user without rights; imports were done before."""
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def reachable(tmp_path):
    """Let another user come as far as this test's folder."""
    opened = [path for path in tmp_path.parents if path.stat().st_mode & 0o777 == 0o700]
    for path in opened:
        path.chmod(0o711)
    tmp_path.chmod(0o755)
    yield tmp_path
    for path in opened:
        path.chmod(0o700)


def run_whole(settings):
    pipeline.run_build(settings)
    pipeline.run_publish(settings)


def give_away(folder):
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@needs_root
@pytest.mark.parametrize("part", ["", "data", "data/builds", "data/editions"])
def test_a_folder_without_the_right_to_write_is_said(reachable, built, changed, part):
    out, raw = reachable / "out", reachable / "raw"
    shutil.copytree(built.out, out, symlinks=True)
    shutil.copytree(changed, raw)
    give_away(reachable)
    closed = out / part
    os.chown(closed, 0, 0)
    closed.chmod(0o755)
    before = contents(out / "maps")
    settings = read_settings(raw, out)
    with as_nobody(), pytest.raises(StorageError, match=r"\(.+\)\..*rights") as caught:
        run_whole(settings)
    assert caught.value.exit_code == 74
    assert "\n" not in str(caught.value)
    assert contents(out / "maps") == before


@needs_root
@pytest.mark.usefixtures("built")  # one whole run before: everything is imported
def test_a_file_without_the_right_to_read_is_said(reachable, raw):
    copy, out = reachable / "raw", reachable / "out"
    shutil.copytree(raw, copy)
    out.mkdir()
    give_away(reachable)
    (path,) = (copy / "imd_2019").glob("*_starter.csv")
    os.chown(path, 0, 0)
    path.chmod(0)
    settings = read_settings(copy, out)
    with as_nobody(), pytest.raises(StorageError, match=r"no right to read it\. Give this user"):
        pipeline.run_build(settings)
    assert not (out / "maps").exists()


def flip(path, place=0.5):
    """Turn over one bit in the middle of a file."""
    body = bytearray(path.read_bytes())
    body[int(len(body) * place)] ^= 1
    path.chmod(0o600)
    path.write_bytes(body)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def tear_a_log(path):
    """Leave what DuckDB leaves where the machine stops while it writes."""
    path.with_name(f"{path.name}.wal").write_bytes(path.read_bytes()[:5_000] + b"\0" * 100)


@pytest.mark.parametrize("harm", [flip, cut, Path.unlink, tear_a_log])
def test_a_build_that_rots_is_found_and_made_again(standing, raw, harm):
    settings = read_settings(raw, standing)
    before = contents(settings.maps)
    harm(settings.public)
    with pytest.raises(IntegrityError, match=r"public\.duckdb.*Run `assetmap build` to make it"):
        pipeline.run_publish(settings)
    with pytest.raises(IntegrityError, match="not as they were built"):
        editions.verify(settings)
    assert contents(settings.maps) == before
    ended = run_alone(raw, standing)
    assert ended.code == 0, ended.said
    assert contents(standing / "maps") == before
    editions.verify(settings)


@pytest.mark.parametrize("harm", [flip, tear_a_log])
def test_a_warehouse_that_rots_is_not_built_on(standing, raw, harm):
    settings = read_settings(raw, standing)
    before = contents(settings.maps)
    with open_warehouse(settings.public, read_only=True) as con:
        tables = {name: fetch_table(con, name) for name in sorted(list_tables(con))}
    harm(settings.warehouse)
    assert run_alone(raw, standing).code == 0
    assert contents(standing / "maps") == before
    with open_warehouse(settings.public, read_only=True) as con:
        for name, table in tables.items():
            assert fetch_table(con, name).equals(table), name


def test_an_index_that_is_gone_is_a_build_that_is_not_trusted(standing, raw):
    settings = read_settings(raw, standing)
    (settings.processed / "build.json").unlink()
    with pytest.raises(IntegrityError, match=r"its build\.json is missing or damaged"):
        pipeline.run_publish(settings)
    assert run_alone(raw, standing).code == 0


@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (flip, "index.html"),
        (cut, "data/indicators.csv"),
        (Path.unlink, "map.html"),
        (flip, "manifest.json"),
        (Path.unlink, "manifest.json"),
    ],
)
def test_a_site_that_rots_is_found_and_mended_by_publishing(standing, raw, harm, name):
    settings = read_settings(raw, standing)
    before = contents(settings.maps)
    harm(settings.maps / name)
    with pytest.raises(IntegrityError, match=r"Run `assetmap publish`"):
        editions.verify(settings)
    pipeline.run_publish(settings)
    assert contents(settings.maps) == before


def test_a_file_that_somebody_added_to_the_site_is_found(standing, raw):
    settings = read_settings(raw, standing)
    (settings.maps / "data" / "more.csv").write_text("x")
    with pytest.raises(IntegrityError, match=r"1 too many, e\.g\. 'data/more\.csv'"):
        editions.verify(settings)


def test_a_log_torn_in_a_run_that_was_cut_off_does_not_stop_the_next(standing, changed, expected):
    left = standing / "data/builds/.growing"
    left.mkdir(mode=0o700)
    (left / "assetmap.duckdb").write_bytes(b"half a database" * 999)
    (left / "assetmap.duckdb.wal").write_bytes(b"half a log" * 99)
    assert run_alone(changed, standing).code == 0
    assert contents(standing / "maps") == expected


def test_a_raw_file_that_rots_is_told_where_it_breaks_the_contract(standing, raw, tmp_path):
    copy = tmp_path / "raw"
    shutil.copytree(raw, copy)
    (path,) = (copy / "lsoa_2011").glob("*_starter.geojson")
    cut(path)
    before = contents(standing / "maps")
    said = is_told(run_alone(copy, standing), 1)
    assert "LSOA_2011_BSC_starter.geojson" in said
    assert contents(standing / "maps") == before


def test_the_command_says_verify_and_exits_1(standing, raw):
    command = order("verify", raw, standing)
    whole = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "files as published" in whole.stdout
    assert "which stands" in whole.stdout
    flip(standing / "maps" / "index.html")
    broken = subprocess.run(command, capture_output=True, text=True, check=False)
    assert broken.returncode == 1
    assert "1 changed, e.g. 'index.html'" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_a_disk_that_refuses_while_the_site_is_written_is_said(standing, changed, monkeypatch):
    from assetmap.publish import site

    def refuse(_tables, target):
        raise OSError(28, "No space left on device", str(target))

    before = contents(standing / "maps")
    settings = read_settings(changed, standing)
    pipeline.run_build(settings)
    monkeypatch.setattr(site, "write_site", refuse)
    with pytest.raises(StorageError, match=r"cannot be written \(No space left on device\)"):
        pipeline.run_publish(settings)
    assert contents(standing / "maps") == before
