"""Pointers and indexes that lead elsewhere or lie; what is kept and what is gone back to then."""

from __future__ import annotations

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from assetmap import cli, editions, store
from assetmap.errors import DisclosureError, IntegrityError, StorageError
from assetmap.integrity import find_differences
from assetmap.settings import read_settings
from assetmap.storage import pointer_file
from assetmap.store import BUILD, MANIFEST, builds_of, editions_of
from assetmap.survey.erasure import FILE, FOLDER
from assetmap.survey.restricted import write_private
from survey_tree import RAW
from test_store import fill, numbers, publish, shown

TODAY = date(2026, 6, 1)
SOMEBODY = "p_" + "0123456789abcdef" * 2
NAME = "000001-0123456789ab"


@pytest.fixture
def settings(tmp_path):
    """Settings of an output folder with a raw folder that has nobody on its list of erasures."""
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    out.mkdir()
    for name in ("study_area.toml", "policy.toml"):
        (raw / name).write_bytes((RAW / name).read_bytes())
    return read_settings(raw, out)


def erase_somebody(settings):
    write_private(settings.raw / FOLDER / FILE, f"pseudonym,added_on\n{SOMEBODY},2026-05-01\n")


# ------------------------------------------------------------- pointers


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b".",
        b"/etc",
        b"../elsewhere",
        f"../elsewhere/{NAME}".encode(),
        f"data/../../elsewhere/{NAME}".encode(),
        f"/srv/{NAME}".encode(),
        f"..\\elsewhere\\{NAME}".encode(),
        b"data/editions/\xff\x00",
        b"x" * 100_000,
        f"data/editions/{NAME}\n/etc".encode(),
    ],
)
def test_a_pointer_file_that_names_no_folder_of_ours_is_one_sentence(settings, text):
    """An empty one would make the whole output folder the site that ``serve`` shows."""
    elsewhere = settings.out.parent / "elsewhere" / NAME
    fill(elsewhere, "secret")
    fill(settings.out / "x", "secret")
    (settings.out / "index.html").write_text("not the site", "utf-8")
    pointer_file(settings.out / "maps").write_bytes(text)
    with pytest.raises(StorageError, match=r"maps\.pointer: it names no numbered folder beside"):
        _ = settings.maps
    with pytest.raises(StorageError, match="it names no numbered folder"):
        editions.verify(settings)
    result = CliRunner().invoke(cli.app, ["serve", "--out", str(settings.out), "--port", "0"])
    assert isinstance(result.exception, StorageError)


@pytest.mark.parametrize("which", [builds_of, editions_of])
def test_a_link_to_a_folder_of_other_things_is_not_taken_into_the_store(settings, which):
    """Taken in, it would count as an old build or site, and be removed as such."""
    shelf = which(settings)
    elsewhere = settings.out.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "thesis.txt").write_text("years of work", "utf-8")
    shelf.pointer.parent.mkdir(parents=True, exist_ok=True)
    shelf.pointer.symlink_to(elsewhere)
    store.grow(shelf)
    (shelf.growing / shelf.index).write_text("{}", "utf-8")
    with pytest.raises(StorageError, match="which holds other things than a"):
        store.turn(shelf, store.seal(shelf))
    assert (elsewhere / "thesis.txt").read_text("utf-8") == "years of work"
    assert shelf.pointer.readlink() == elsewhere


def test_a_link_to_an_empty_folder_is_turned(settings):
    shelf = editions_of(settings)
    (settings.out / "web").mkdir()
    shelf.pointer.symlink_to(settings.out / "web")
    publish(shelf, "one")
    assert shown(shelf) == "one"


# ------------------------------------------------------------- indexes


@pytest.mark.parametrize("entry", [1, None, [], "0" * 64, {}, {"sha256": 1, "bytes": "1"}])
def test_an_index_of_another_form_is_damaged_and_no_failure(tmp_path, entry):
    fill(tmp_path, "one")
    found = find_differences(tmp_path, {"index.html": entry}, MANIFEST)
    assert found.changed == ("index.html",)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "x" * 5000, "\0"])
def test_a_file_that_an_index_names_outside_its_folder_is_missing_and_not_looked_at(settings, name):
    (settings.out / "data" / "secret").parent.mkdir(parents=True)
    (settings.out / "data" / "secret").write_text("secret", "utf-8")
    processed = settings.out / "data" / "processed"
    processed.mkdir()
    files = {name: {"sha256": "0" * 64, "bytes": 6}, "public.duckdb": 1}
    (processed / BUILD).write_text(json.dumps({"files": files}), "utf-8")
    (processed / "public.duckdb").touch()
    (processed / "quality.json").touch()
    found = find_differences(processed, files, BUILD)
    assert found.missing == (name,)
    with pytest.raises(IntegrityError, match=r"e\.g\. public\.duckdb"):
        editions.require_build(settings)


# ------------------------------------------------------------- erasures without a record


def test_nobody_goes_back_past_an_erasure_though_no_record_of_it_was_written(settings):
    """A run was killed before it wrote who had been erased, or the sites are older than that."""
    shelf = editions_of(settings)
    for words in ("counts somebody", "does not"):
        publish(shelf, words)
    assert not (settings.releases / editions.ERASED).exists()
    erase_somebody(settings)
    with pytest.raises(DisclosureError, match="somebody was erased since"):
        editions.rollback(settings, TODAY)
    assert shown(shelf) == "does not"
    editions.forget_erased(settings, shelf)
    assert numbers(shelf) == [2]


def test_a_folder_that_was_taken_in_by_the_first_publication_is_kept(settings):
    """Nobody was erased, so there is no reason to take it away."""
    shelf = editions_of(settings)
    shelf.pointer.mkdir()
    (shelf.pointer / "index.html").write_text("by hand", "utf-8")
    publish(shelf, "new")
    editions.forget_erased(settings, shelf)
    assert numbers(shelf) == [1, 2]
    assert (settings.releases / editions.ERASED).is_file()


def test_going_back_leaves_the_record_of_what_was_shown_last(settings):
    """The next release is compared with the latest that anybody saw, not with the one gone to."""
    shelf = editions_of(settings)
    for words in ("one", "two"):
        publish(shelf, words, run_id=words)
    write_private(settings.last_release, "of two")
    editions.rollback(settings, TODAY)
    assert shown(shelf) == "one"
    assert settings.last_release.read_text("utf-8") == "of two"
