"""Folders side by side and their pointer: sealed, turned, pruned, verified, gone back to."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from assetmap import editions, lock, people_release, store
from assetmap.build import hash_erasures
from assetmap.errors import (
    BusyError,
    DisclosureError,
    IntegrityError,
    MissingInputError,
    StorageError,
)
from assetmap.integrity import describe_files, find_differences, require_whole
from assetmap.lock import hold
from assetmap.pipeline import run_publish
from assetmap.settings import read_settings
from assetmap.storage import follow, pointer_file, standing
from assetmap.store import MANIFEST, Store
from assetmap.survey.erasure import FILE, FOLDER
from assetmap.survey.restricted import write_private
from survey_tree import RAW

TODAY = date(2026, 6, 1)
SOMEBODY = "p_" + "0123456789abcdef" * 2


@pytest.fixture
def shelf(tmp_path):
    return Store(tmp_path / "data" / "editions", tmp_path / "maps", MANIFEST, "site")


@pytest.fixture
def settings(tmp_path):
    """Settings of an output folder with a raw folder that has nobody on its list of erasures."""
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("study_area.toml", "policy.toml"):
        (raw / name).write_bytes((RAW / name).read_bytes())
    out = tmp_path / "out"
    out.mkdir()
    return read_settings(raw, out)


def fill(folder, words, run_id="run", stories=""):
    """Write a small site with its manifest."""
    (folder / "data").mkdir(parents=True)
    (folder / "index.html").write_text(words, "utf-8")
    (folder / "data" / "stories.csv").write_text(f"story_id,consent_until\n{stories}", "utf-8")
    write_manifest(folder, run_id)


def write_manifest(folder, run_id="run"):
    body = {"run_id": run_id, "files": describe_files(folder, MANIFEST)}
    (folder / MANIFEST).write_text(json.dumps(body), "utf-8")


def publish(shelf, words, **facts):
    """Grow, seal and turn as a publication does; return the sealed folder."""
    store.grow(shelf).rmdir()
    fill(shelf.growing, words, **facts)
    sealed = store.seal(shelf)
    store.turn(shelf, sealed)
    return sealed


def shown(shelf):
    """Return what a visitor reads who follows the pointer."""
    return (standing(shelf.pointer) / "index.html").read_text("utf-8")


def numbers(shelf):
    return [store.number_of(folder) for folder in store.kept(shelf)]


def without_links(monkeypatch):
    def refuse(*_args, **_options):
        message = "no links here"
        raise OSError(message)

    monkeypatch.setattr(Path, "symlink_to", refuse)


# ------------------------------------------------------------- growing, sealing, turning


def test_a_sealed_folder_bears_its_number_and_the_hash_of_its_index(shelf):
    first = publish(shelf, "one")
    assert first.name.startswith("000001-")
    assert store.is_sealed(shelf, first)
    assert not shelf.growing.exists()
    assert shelf.pointer.readlink() == Path("data/editions") / first.name
    (first / MANIFEST).write_text("{}", "utf-8")
    assert not store.is_sealed(shelf, first)


def test_numbers_go_on_from_the_highest_that_is_kept(shelf):
    for words in ("one", "two", "three"):
        publish(shelf, words)
    store.remove(store.kept(shelf)[0])
    assert store.number_of(publish(shelf, "four")) == 4
    assert store.number_of(shelf.pointer) == 0


def test_what_an_earlier_run_left_half_made_is_not_in_the_next_folder(shelf):
    fill(shelf.growing, "half")
    (shelf.growing / "extra.html").touch()
    assert list(store.grow(shelf).iterdir()) == []


def test_a_folder_without_its_index_is_not_sealed(shelf):
    store.grow(shelf)
    with pytest.raises(StorageError, match=r"manifest\.json: cannot be read"):
        store.seal(shelf)
    assert store.kept(shelf) == []


def test_turning_back_to_an_earlier_folder_shows_it_and_keeps_the_later(shelf):
    first, _ = publish(shelf, "one"), publish(shelf, "two")
    store.turn(shelf, first)
    assert shown(shelf) == "one"
    assert store.current(shelf) == first
    assert numbers(shelf) == [1, 2]


def test_a_file_in_the_pointer_s_place_is_refused_and_stays(shelf):
    shelf.pointer.write_text("mine", "utf-8")
    with pytest.raises(StorageError, match="is a file where the site's folder belongs"):
        publish(shelf, "one")
    assert shelf.pointer.read_text("utf-8") == "mine"


@pytest.mark.parametrize("content", [{"index.html": "by hand"}, {MANIFEST: "{}"}, {}])
def test_a_folder_in_the_pointer_s_place_is_taken_in_below_the_new_one(shelf, content):
    shelf.pointer.mkdir(parents=True)
    for name, text in content.items():
        (shelf.pointer / name).write_text(text, "utf-8")
    assert store.current(shelf) == shelf.pointer
    publish(shelf, "new")
    assert shown(shelf) == "new"
    assert numbers(shelf) == [1, 2]
    older = store.kept(shelf)[0]
    assert {path.name: path.read_text("utf-8") for path in older.iterdir()} == content
    assert store.is_sealed(shelf, older) == (MANIFEST in content)
    assert not shelf.taken.exists()


def test_a_folder_whose_number_below_is_used_is_taken_in_above(shelf):
    first, second = publish(shelf, "one"), publish(shelf, "two")
    shelf.pointer.unlink()
    fill(shelf.pointer, "by hand")
    store.turn(shelf, second)
    assert shown(shelf) == "two"
    assert numbers(shelf) == [1, 2, 3]
    assert store.kept(shelf)[0] == first


def test_a_folder_comes_back_to_its_place_where_the_pointer_cannot_be_made(shelf, monkeypatch):
    fill(shelf.pointer, "by hand")
    without_links(monkeypatch)

    def fail(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_flushed", fail)
    with pytest.raises(StorageError, match="No space left on device"):
        publish(shelf, "new")
    assert shown(shelf) == "by hand"
    assert not shelf.taken.exists()


def test_a_run_cut_off_between_taking_in_and_turning_is_put_right(shelf):
    fill(shelf.pointer, "by hand")
    shelf.folder.mkdir(parents=True)
    shelf.pointer.rename(shelf.taken)
    assert store.current(shelf) is None
    store.recover(shelf)
    assert shown(shelf) == "by hand"
    assert not shelf.pointer.is_symlink()


def test_a_first_site_that_was_sealed_but_not_turned_to_does_not_come_to_stand(shelf):
    """Nobody has seen it: what it shows may have to be left out by the time of the next run."""
    store.grow(shelf).rmdir()
    fill(shelf.growing, "unseen")
    store.seal(shelf)
    store.recover(shelf)
    assert store.current(shelf) is None
    assert numbers(shelf) == [1]


def test_recovering_clears_away_what_counts_for_nothing(shelf):
    publish(shelf, "one")
    fill(store.grow(shelf) / "x", "half")
    (shelf.folder / ".000009-0123456789ab.gone").mkdir()
    shelf.pointer.with_name(".maps.turning").symlink_to("nowhere")
    store.recover(shelf)
    assert [path.name[:7] for path in shelf.folder.iterdir()] == ["000001-"]
    assert {path.name for path in shelf.pointer.parent.iterdir()} == {"maps", "data"}
    assert shown(shelf) == "one"


# ------------------------------------------------------------- pointers


def test_without_links_a_text_file_does_the_work(shelf, monkeypatch):
    without_links(monkeypatch)
    publish(shelf, "one")
    second = publish(shelf, "two")
    assert not shelf.pointer.exists()
    text = pointer_file(shelf.pointer).read_text("utf-8")
    assert text == f"data/editions/{second.name}\n"
    assert standing(shelf.pointer) == shelf.pointer.parent / text.strip()
    assert shown(shelf) == "two"
    assert store.current(shelf) == second


def test_a_link_takes_over_from_a_text_file_once_links_work(shelf, monkeypatch):
    with monkeypatch.context() as patched:
        without_links(patched)
        publish(shelf, "one")
    publish(shelf, "two")
    assert shelf.pointer.is_symlink()
    assert not pointer_file(shelf.pointer).exists()
    assert shown(shelf) == "two"


def test_a_text_file_takes_over_from_a_link_where_links_no_longer_work(shelf, monkeypatch):
    publish(shelf, "one")
    without_links(monkeypatch)
    publish(shelf, "two")
    assert shown(shelf) == "two"
    assert follow(shelf.pointer) == store.kept(shelf)[1]


def test_a_folder_put_in_the_place_by_hand_counts_before_the_text_file(shelf, monkeypatch):
    without_links(monkeypatch)
    publish(shelf, "one")
    fill(shelf.pointer, "by hand")
    assert shown(shelf) == "by hand"
    assert store.current(shelf) == shelf.pointer
    publish(shelf, "two")
    assert shown(shelf) == "two"
    assert numbers(shelf) == [1, 2, 3]


def test_a_link_to_a_web_root_stays_and_the_web_root_s_own_place_is_turned(shelf, tmp_path):
    """The server looks at its root; ``maps`` leads there."""
    web = tmp_path / "srv" / "www"
    fill(web / "site", "from elsewhere")
    shelf.pointer.symlink_to(web / "site", target_is_directory=True)
    publish(shelf, "new")
    assert shelf.pointer.readlink() == web / "site"
    assert (web / "site").is_symlink()
    assert (web / "site" / "index.html").read_text("utf-8") == "new"
    publish(shelf, "newer")
    assert shown(shelf) == "newer"
    assert [path.name for path in web.iterdir()] == ["site"]


def test_links_in_a_circle_are_refused(shelf):
    other = shelf.pointer.with_name("other")
    shelf.pointer.symlink_to(other)
    other.symlink_to(shelf.pointer)
    with pytest.raises(StorageError, match="its links lead round in a circle"):
        store.current(shelf)


def test_a_pointer_to_what_is_gone_counts_as_nothing(shelf):
    store.remove(publish(shelf, "one"))
    assert store.current(shelf) is None
    publish(shelf, "two")
    assert shown(shelf) == "two"


# ------------------------------------------------------------- the last few


@pytest.mark.parametrize(("made", "left"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (5, [3, 4, 5])])
def test_the_last_three_are_kept(shelf, made, left):
    for number in range(made):
        publish(shelf, f"site {number}")
    gone = store.prune(shelf)
    assert numbers(shelf) == left
    assert [store.number_of(path) for path in gone] == list(range(1, made - len(left) + 1))
    assert all(not path.exists() for path in gone)
    assert list(shelf.folder.glob(".*")) == []


def test_the_one_that_stands_and_those_to_spare_are_kept_however_old(shelf):
    folders = [publish(shelf, f"site {number}") for number in range(6)]
    store.turn(shelf, folders[0])
    store.prune(shelf, spare=[folders[1]])
    assert numbers(shelf) == [1, 2, 4, 5, 6]
    store.prune(shelf, keep=0)
    assert numbers(shelf) == [1]


def test_a_folder_that_was_half_removed_is_removed_by_the_next_run(shelf):
    publish(shelf, "one")
    (shelf.folder / ".000009-0123456789ab.gone" / "data").mkdir(parents=True)
    assert store.prune(shelf) == []
    assert list(shelf.folder.glob(".*")) == []


def test_nothing_is_removed_where_there_is_nothing(shelf):
    assert store.prune(shelf) == []
    assert store.kept(shelf) == []
    store.recover(shelf)
    assert not shelf.folder.exists()


# ------------------------------------------------------------- proving


def change(site):
    (site / "index.html").write_text("ONE", "utf-8")


def truncate(site):
    os.truncate(site / "data" / "stories.csv", 5)


def add(site):
    (site / "data" / "more.csv").touch()


def take(site):
    (site / "data" / "stories.csv").unlink()


def link(site):
    path = site / "index.html"
    path.rename(site.parent / "elsewhere.html")
    path.symlink_to(site.parent / "elsewhere.html")


def link_more(site):
    (site / "more").symlink_to(site / "data")


HARMS = [
    (change, "1 changed, e.g. 'index.html'"),
    (truncate, "1 changed, e.g. 'data/stories.csv'"),
    (add, "1 too many, e.g. 'data/more.csv'"),
    (take, "1 missing, e.g. 'data/stories.csv'"),
    (link, "1 changed, e.g. 'index.html'"),
    (link_more, "1 too many, e.g. 'more'"),
]


@pytest.mark.parametrize(("harm", "said"), HARMS, ids=[harm.__name__ for harm, _ in HARMS])
def test_a_harmed_site_is_found_wherever_it_is_kept(settings, harm, said):
    shelf = store.editions_of(settings)
    first = publish(shelf, "one")
    publish(shelf, "two")
    assert len(editions.verify(settings)) == 2
    harm(first)
    with pytest.raises(IntegrityError) as caught:
        editions.verify(settings)
    assert str(caught.value) == (
        f"{first}: it is not as manifest.json says: {said}. Nobody can go back to it: delete that "
        "folder."
    )
    assert "000002-" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": []}', '{"files": {"a": 1}}'])
def test_a_site_whose_manifest_is_damaged_is_not_whole(tmp_path, text):
    fill(tmp_path / "site", "one")
    (tmp_path / "site" / MANIFEST).write_text(text, "utf-8")
    with pytest.raises(IntegrityError, match=r"its manifest\.json is missing or damaged"):
        require_whole(tmp_path / "site", MANIFEST, "Publish again.")


def test_a_manifest_that_was_written_anew_to_hide_a_change_is_found(settings):
    first = publish(store.editions_of(settings), "one")
    change(first)
    write_manifest(first)
    assert require_whole(first, MANIFEST, "") == 2
    with pytest.raises(IntegrityError, match=r"its manifest\.json is not the one it was published"):
        editions.verify(settings)


def test_what_differs_is_told_apart(tmp_path):
    fill(tmp_path / "site", "one")
    files = json.loads((tmp_path / "site" / MANIFEST).read_text("utf-8"))["files"]
    assert not find_differences(tmp_path / "site", files, MANIFEST)
    for harm in (change, add, take):
        harm(tmp_path / "site")
    found = find_differences(tmp_path / "site", files, MANIFEST)
    assert found.changed == ("index.html",)
    assert found.extra == ("data/more.csv",)
    assert found.missing == ("data/stories.csv",)


def test_where_nothing_stands_there_is_nothing_to_verify(settings):
    with pytest.raises(MissingInputError, match=r"is not there\. Run `assetmap run` first"):
        editions.verify(settings)


# ------------------------------------------------------------- going back


@pytest.fixture
def three(settings):
    """Three sites, of which the last stands, published when nobody was erased."""
    shelf = store.editions_of(settings)
    for words in ("one", "two", "three"):
        publish(shelf, words, run_id=words)
    write_private(settings.releases / editions.ERASED, hash_erasures(settings))
    return shelf


def test_going_back_forth_and_back_again(settings, three):
    assert editions.rollback(settings, TODAY) == settings.maps / "index.html"
    assert shown(three) == "two"
    editions.rollback(settings, TODAY)
    assert shown(three) == "one"
    editions.rollback(settings, TODAY, 3)
    assert shown(three) == "three"
    assert numbers(three) == [1, 2, 3]


@pytest.mark.parametrize(
    ("number", "said"),
    [(9, "no site with the number 9 is kept"), (3, "no site with the number 3 is kept")],
)
def test_a_site_that_is_not_there_or_stands_already_cannot_be_gone_back_to(
    settings, three, number, said
):
    with pytest.raises(MissingInputError, match=said) as caught:
        editions.rollback(settings, TODAY, number)
    assert "Others that are kept: 1, 2; name one with --to." in str(caught.value)
    assert shown(three) == "three"


@pytest.mark.usefixtures("three")
def test_there_is_nothing_before_the_first(settings):
    editions.rollback(settings, TODAY, 1)
    with pytest.raises(MissingInputError, match="no earlier site is kept beside number 1"):
        editions.rollback(settings, TODAY)


@pytest.mark.parametrize("harm", [harm for harm, _ in HARMS])
def test_nobody_goes_back_to_a_harmed_site(settings, three, harm):
    harm(store.kept(three)[1])
    with pytest.raises(IntegrityError):
        editions.rollback(settings, TODAY)
    assert shown(three) == "three"


def test_nobody_goes_back_to_a_site_that_counts_somebody_who_was_erased(settings, three):
    write_private(settings.raw / FOLDER / FILE, f"pseudonym,added_on\n{SOMEBODY},2026-05-01\n")
    with pytest.raises(DisclosureError, match="somebody was erased since") as caught:
        editions.rollback(settings, TODAY)
    assert SOMEBODY not in str(caught.value)
    assert shown(three) == "three"


def test_after_an_erasure_the_site_that_stands_is_the_only_one_kept(settings, three):
    write_private(settings.raw / FOLDER / FILE, f"pseudonym,added_on\n{SOMEBODY},2026-05-01\n")
    store.turn(three, store.kept(three)[0])
    editions.forget_erased(settings, three)
    assert numbers(three) == [1]
    known = (settings.releases / editions.ERASED).read_text("utf-8").strip()
    assert known == hash_erasures(settings)


def test_a_page_made_by_hand_that_stood_in_the_site_s_place_outlives_an_erasure(settings):
    write_private(settings.raw / FOLDER / FILE, f"pseudonym,added_on\n{SOMEBODY},2026-05-01\n")
    shelf = store.editions_of(settings)
    shelf.pointer.mkdir()
    (shelf.pointer / "index.html").write_text("by hand", "utf-8")
    publish(shelf, "first")
    editions.forget_erased(settings, shelf)
    assert [(folder / "index.html").read_text("utf-8") for folder in store.kept(shelf)] == [
        "by hand",
        "first",
    ]
    assert len(editions.verify(settings)) == 1
    with pytest.raises(MissingInputError, match="no earlier site is kept"):
        editions.rollback(settings, TODAY)


@pytest.mark.usefixtures("three")
def test_a_harmed_site_that_stands_is_to_be_published_again(settings):
    (settings.maps / "index.html").write_text("harmed", "utf-8")
    with pytest.raises(IntegrityError, match=r"000003-.*: 1 changed.* Run `assetmap publish`"):
        editions.verify(settings)


def test_a_site_that_lost_its_manifest_does_not_outlive_an_erasure(settings, three):
    write_private(settings.raw / FOLDER / FILE, f"pseudonym,added_on\n{SOMEBODY},2026-05-01\n")
    (store.kept(three)[0] / MANIFEST).unlink()
    editions.forget_erased(settings, three)
    assert numbers(three) == [3]


@pytest.mark.parametrize("lost", ["pointer", "folder"])
def test_verify_fails_where_sites_are_kept_and_none_stands(settings, three, lost):
    if lost == "pointer":
        three.pointer.unlink()
    else:
        store.kept(three)[-1].rename(three.folder / "moved")
    with pytest.raises(IntegrityError, match="maps: no site stands there, though some are kept"):
        editions.verify(settings)


def test_where_no_site_stands_one_is_gone_back_to_by_its_number_alone(settings, three):
    three.pointer.unlink()
    with pytest.raises(MissingInputError, match="is kept and none stands") as caught:
        editions.rollback(settings, TODAY)
    assert "Others that are kept: 1, 2, 3; name one with --to." in str(caught.value)
    editions.rollback(settings, TODAY, 2)
    assert shown(three) == "two"


def test_where_no_other_is_kept_no_number_is_asked_for(settings):
    publish(store.editions_of(settings), "one")
    with pytest.raises(MissingInputError, match="`assetmap publish` makes a new one") as caught:
        editions.rollback(settings, TODAY)
    assert "--to" not in str(caught.value)


@pytest.mark.parametrize(("erased", "may"), [(0, True), (1, False)])
def test_a_build_from_before_an_erasure_is_not_published(settings, erased, may):
    build = {"erased": hash_erasures(settings), "files": {}}
    write_private(settings.out / "data" / "processed" / store.BUILD, json.dumps(build))
    rows = f"{SOMEBODY},2026-05-01\n" * erased
    write_private(settings.raw / FOLDER / FILE, f"pseudonym,added_on\n{rows}")
    if may:
        editions.require_no_erased(settings)
        return
    with pytest.raises(DisclosureError, match="somebody was erased since it was built") as caught:
        run_publish(settings)
    assert SOMEBODY not in str(caught.value)


def test_a_lock_that_cannot_be_taken_says_why(settings, monkeypatch):
    def refuse(*_args, **_options):
        raise PermissionError  # as the lock does on a disk that is read-only

    monkeypatch.setattr(lock.FileLock, "acquire", refuse)
    with (
        pytest.raises(StorageError, match=r"cannot be written \(PermissionError\)"),
        hold(settings),
    ):
        pass


@pytest.mark.parametrize(("until", "may"), [("2026-06-01", True), ("2026-05-31", False)])
def test_nobody_goes_back_to_a_story_that_may_no_longer_be_told(settings, until, may):
    shelf = store.editions_of(settings)
    publish(shelf, "one", stories=f"ours,{until}\n")
    publish(shelf, "two")
    if may:
        editions.rollback(settings, TODAY)
    else:
        with pytest.raises(DisclosureError, match="1 of its stories may no longer be told"):
            editions.rollback(settings, TODAY)
    assert shown(shelf) == ("one" if may else "two")


def test_nobody_goes_back_while_another_run_writes(settings, three):
    with hold(settings), pytest.raises(BusyError):
        editions.rollback(settings, TODAY)
    assert shown(three) == "three"


@pytest.mark.usefixtures("three")
def test_the_record_of_a_site_that_stood_is_kept_though_its_run_was_killed(settings):
    """The figures of the third site were seen, though its run had no time to write them down."""
    body = {"run_id": "three", "record": json.dumps({"state": "synthetic", "of": "three"})}
    write_private(settings.releases / people_release.PENDING, json.dumps(body))
    editions.rollback(settings, TODAY)
    record = settings.releases / "people_synthetic.json"
    assert json.loads(record.read_text("utf-8"))["of"] == "three"
    assert not (settings.releases / people_release.PENDING).exists()


def test_taking_over_clears_half_written_records_away(settings, three):
    half = settings.releases / "people_synthetic.json.part"
    write_private(half, "half")
    growing = store.grow(store.builds_of(settings))
    with editions.take_over(settings):
        assert not half.exists()
        assert not growing.exists()
    assert shown(three) == "three"
