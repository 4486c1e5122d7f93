"""What was published last of people: kept whole around a swap, and dates that are kept."""

import json
import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assetmap import people_release, pipeline, storage
from assetmap.disclosure.gate import RECORD
from assetmap.disclosure.people_tables import Terms
from assetmap.errors import DisclosureError, PublishError, RetentionError, StorageError
from assetmap.provenance import MANIFEST
from assetmap.settings import Policy, Retention, read_settings
from assetmap.store import editions_of, recover
from assetmap.survey.restricted import write_private
from assetmap.survey.secrets import read_secrets
from assetmap.warehouse import open_warehouse
from survey_tree import RAW
from tiny import fill

OLD, NEW = "0ld0ld0ld0ld0ld0", "new1new1new1new1"


@pytest.fixture
def settings(tmp_path):
    found = read_settings(RAW, tmp_path)
    publish(found, OLD)
    write_private(found.processed / RECORD, record_of("new"))
    write_private(last(found), record_of("old"))
    return found


def record_of(name, state="synthetic"):
    return json.dumps({"state": state, "name": name})


def last(settings, state="synthetic"):
    return Terms.of(settings, state).last_release


def publish(settings, run_id):
    settings.maps.mkdir(exist_ok=True)
    (settings.maps / MANIFEST).write_text(json.dumps({"run_id": run_id}))


def pending(settings):
    return settings.releases / people_release.PENDING


class Killed(BaseException):
    """Stands for kill -9: what would run after it is left undone by the test."""


def leave_pending(settings, run_id=NEW):
    """Leave behind what a run leaves that is killed while its record is pending."""
    write_private(pending(settings), json.dumps({"run_id": run_id, "record": record_of("new")}))


def named(path):
    return json.loads(path.read_text())["name"]


# ------------------------------------------------------------- around the swap


def test_the_record_is_pending_during_the_swap_and_the_last_one_after_it(settings):
    with people_release.record(settings, settings.maps, NEW):
        assert json.loads(pending(settings).read_text())["run_id"] == NEW
        assert named(last(settings)) == "old"
        publish(settings, NEW)
    assert named(last(settings)) == "new"
    assert not pending(settings).exists()


def test_a_failure_before_the_swap_leaves_the_last_record(settings):
    message = "a page: no."
    with (
        pytest.raises(PublishError),
        people_release.record(settings, settings.maps, NEW),
    ):
        raise PublishError(message)
    assert named(last(settings)) == "old"
    assert not pending(settings).exists()


@pytest.mark.parametrize("fault", [KeyboardInterrupt, Killed, StorageError])
def test_a_failure_after_the_swap_still_keeps_the_new_record(settings, fault):
    """The new site stands: compared with the old record, the next one could give people away."""

    def swapped_and_stopped():
        with people_release.record(settings, settings.maps, NEW):
            publish(settings, NEW)
            raise fault("…")

    with pytest.raises(fault):
        swapped_and_stopped()
    assert named(last(settings)) == "new"
    assert not pending(settings).exists()


def test_killed_before_the_swap_the_next_run_drops_the_record(settings):
    leave_pending(settings)
    people_release.settle(settings)
    assert named(last(settings)) == "old"
    assert not pending(settings).exists()


def test_killed_after_the_swap_the_next_run_keeps_the_record(settings):
    leave_pending(settings)
    publish(settings, NEW)
    people_release.settle(settings)
    assert named(last(settings)) == "new"
    assert not pending(settings).exists()


def test_killed_between_the_two_steps_of_the_swap_the_old_site_counts(settings):
    leave_pending(settings)
    settings.maps.rename(settings.maps.with_name("maps.old"))
    people_release.settle(settings)
    assert named(last(settings)) == "old"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"run_id": "x"}', "null", '{"record": "x"}'])
def test_a_pending_record_that_was_cut_off_is_dropped(settings, text):
    write_private(pending(settings), text)
    people_release.settle(settings)
    assert named(last(settings)) == "old"
    assert not pending(settings).exists()


def test_a_first_site_without_a_manifest_is_nobody_s(settings):
    leave_pending(settings, run_id="")
    (settings.maps / MANIFEST).unlink()
    people_release.settle(settings)
    assert named(last(settings)) == "old"


def test_a_release_without_people_leaves_the_last_record(settings):
    write_private(settings.processed / RECORD, "")
    with people_release.record(settings, settings.maps, NEW):
        assert not pending(settings).exists()
        publish(settings, NEW)
    assert named(last(settings)) == "old"


def test_the_sample_does_not_overwrite_the_record_of_real_people(settings):
    """Real, sample, real again: the third is compared with the first."""
    write_private(last(settings, "collected"), record_of("real", "collected"))
    with people_release.record(settings, settings.maps, NEW):
        publish(settings, NEW)
    assert named(last(settings, "collected")) == "real"
    assert last(settings, "collected") == settings.last_release


@pytest.mark.skipif(os.name != "posix", reason="modes of files are NOT tested here")
def test_records_are_for_their_owner_alone(settings):
    before = os.umask(0)
    try:
        shutil.rmtree(settings.releases)
        with people_release.record(settings, settings.maps, NEW):
            assert pending(settings).stat().st_mode & 0o777 == 0o600
            publish(settings, NEW)
    finally:
        os.umask(before)
    assert last(settings).stat().st_mode & 0o777 == 0o600
    assert settings.releases.stat().st_mode & 0o777 == 0o700


# ------------------------------------------------------------- a whole publication


@pytest.fixture
def copied(built, tmp_path):
    """Return settings of a copy of the whole build, with its site and record."""
    shutil.copytree(built.out / "data", tmp_path / "data")
    shutil.copytree(built.maps, tmp_path / "maps")
    return read_settings(built.raw, tmp_path)


def pretend_another_run(settings, run_id=OLD):
    path = settings.maps / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"run_id": run_id}))
    write_private(last(settings), record_of("old"))


@pytest.mark.parametrize(("when", "expected"), [("before", "old"), ("after", "new")])
def test_a_publication_that_is_killed_is_settled_by_the_next_one(
    copied, monkeypatch, when, expected
):
    pretend_another_run(copied)
    whole = (copied.processed / RECORD).read_text()
    replaced, done = os.replace, []

    def replace_or_stop(source, target):
        is_swap = Path(source).name == ".maps.turning"
        if not (is_swap and when == "before"):
            replaced(source, target)
        if is_swap:
            done.append(pending(copied).read_bytes())
            raise Killed

    monkeypatch.setattr(storage.os, "replace", replace_or_stop)
    with pytest.raises(Killed):
        pipeline.run_publish(copied)
    monkeypatch.undo()
    (left_then,) = done
    write_private(pending(copied), left_then)  # as kill -9 would have left it
    write_private(last(copied), record_of("old"))
    recover(editions_of(copied))  # what a publication does first
    people_release.settle(copied)
    kept = last(copied).read_text()
    assert (kept == whole) == (expected == "new")
    assert not pending(copied).exists()


def test_the_last_look_finds_a_secret_and_the_old_site_and_record_stay(copied, monkeypatch):
    pretend_another_run(copied)
    page = (copied.maps / "index.html").read_text("utf-8")
    answer = "Zaphod Canary lives at 12 Zzyzx Road"
    monkeypatch.setattr(people_release, "read_secrets", lambda _: {"a free answer": [answer]})

    from assetmap.publish import site

    write = site.write_site

    def write_with_secret(tables, target):
        write(tables, target)
        (target / "note.txt").write_text(f"<p>{answer}</p>")

    monkeypatch.setattr(site, "write_site", write_with_secret)
    with pytest.raises(DisclosureError, match=r"note\.txt: a free answer") as caught:
        pipeline.run_publish(copied)
    assert "Zaphod" not in str(caught.value)
    assert "nothing is published" in str(caught.value)
    assert (copied.maps / "index.html").read_text("utf-8") == page
    assert named(last(copied)) == "old"
    assert not pending(copied).exists()
    assert not (copied.maps / "note.txt").exists()


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("Zebedee Quux", True),
        ("Zebedee Quux at Soho Library", True),
        ("my aunt Zebedee Quux, beside Soho Library", True),
        ("Soho Library", False),
        ("soho libary", False),
        ("Library, Soho", False),
    ],
)
def test_a_person_s_name_beside_that_of_a_public_place_is_looked_for(tmp_path, name, is_secret):
    """Only a spelling of the place itself is public; the rest of the words are not."""
    with open_warehouse(tmp_path / "w.duckdb") as con:
        text = "VARCHAR"
        fill(
            con,
            {
                "stg_survey_response": (f"respondent {text}", [("p_1",)]),
                "stg_survey_text": (f"text {text}", [("Zaphod Canary",)]),
                "stg_voucher_payment": (f"voucher_ref {text}", [("V0001",)]),
                "stg_survey_mention": (f"name {text}", [(name,)]),
                "stg_public_place": (f"asset_name {text}", [("Soho Library",)]),
            },
        )
    found = read_secrets(tmp_path / "w.duckdb")
    assert found == {
        "a pseudonym": ["p_1"],
        "a free answer": ["Zaphod Canary"],
        "the number of a voucher": ["V0001"],
        "a name that a respondent wrote": [name] * is_secret,
    }


# ------------------------------------------------------------- retention

UNTIL = Retention(responses_until=date(2027, 12, 31), researchers_until=date(2028, 12, 31))


@pytest.fixture
def kept(tmp_path):
    """Return settings of a raw folder with collected files and dates until when to keep them."""
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("study_area.toml", "policy.toml"):
        shutil.copy(RAW / name, raw / name)
    for folder in ("exports", "researchers", "payments", "reviews"):
        write_private(raw / "survey" / folder / "README.md", "…")
        write_private(raw / "survey" / folder / "kept.csv", "…")
    return replace(read_settings(raw, tmp_path / "out"), policy=Policy(retention=UNTIL))


def past(settings, today):
    with pytest.raises(RetentionError) as caught:
        people_release.require_within_retention(settings, today)
    assert caught.value.exit_code == 1
    return str(caught.value)


def test_up_to_and_on_the_date_everything_may_be_kept(kept):
    people_release.require_within_retention(kept, date(2027, 12, 31))


def test_the_day_after_the_message_says_what_is_kept_and_what_to_do(kept):
    assert past(kept, date(2028, 1, 1)) == (
        f"{kept.raw / 'survey'}: personal data are kept past 1 dates of the policy:"
        "\n  - responses_until was 2027-12-31, and 1 files are still in exports"
        "\nDelete them, also from backups and the survey tool, and build again; or have the dates "
        "in policy.toml extended by whoever signed them."
    )


def test_each_date_has_its_own_folders(kept):
    message = past(kept, date(2029, 1, 1))
    assert "past 2 dates" in message
    assert "researchers_until was 2028-12-31, and 3 files are still in researchers, pay" in message
    (kept.raw / "survey/exports/kept.csv").unlink()
    assert "past 1 dates" in past(kept, date(2029, 1, 1))


def test_made_up_people_and_files_that_are_no_data_may_be_kept_for_ever(kept):
    for folder in ("exports", "researchers", "payments", "reviews"):
        path = kept.raw / "survey" / folder
        (path / "kept.csv").rename(path / "kept_synthetic.csv")
        (path / ".gitkeep").touch()
    people_release.require_within_retention(kept, date(2099, 1, 1))


def test_the_shipped_sample_never_runs_out(raw, tmp_path):
    people_release.require_within_retention(read_settings(raw, tmp_path), date(2099, 1, 1))


def test_real_answers_without_dates_are_refused(kept):
    undated = replace(kept, policy=Policy())
    with pytest.raises(
        RetentionError, match=r"it has no \[retention\], and personal data are there"
    ):
        people_release.require_within_retention(undated, date(2026, 1, 1))


def test_the_sample_needs_no_dates(built):
    undated = replace(built, policy=Policy())
    people_release.require_within_retention(undated, date(2099, 1, 1))


def test_deleted_answers_that_the_last_build_still_holds_are_kept_too(kept, built):
    """Files that are gone from the exports are in the warehouse until the next build."""
    (kept.raw / "survey/exports/kept.csv").unlink()
    kept.processed.mkdir(parents=True)
    shutil.copy(built.public, kept.public)
    people_release.require_within_retention(kept, date(2028, 1, 1))  # a build of the sample
    with open_warehouse(kept.public) as con:
        con.execute("UPDATE pub_run SET value = 'collected' WHERE key = 'survey_state'")
    message = past(kept, date(2028, 1, 1))
    assert "\n  - responses_until was 2027-12-31, and the last build still holds them" in message
