"""Files of people's answers are for their owner alone."""

import os

import pytest

from assetmap.errors import StorageError
from assetmap.survey.restricted import make_private, require_private, write_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files are NOT tested here")


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_restricted_file_is_0600_in_a_0700_folder_whatever_the_mask(tmp_path):
    before = os.umask(0)
    try:
        path = tmp_path / "a/b/answers.csv"
        write_private(path, "x\n")
    finally:
        os.umask(before)
    assert mode(path) == 0o600
    assert (mode(path.parent), mode(path.parent.parent)) == (0o700, 0o700)
    assert path.read_text() == "x\n"
    assert [p.name for p in path.parent.iterdir()] == ["answers.csv"]


def test_a_file_that_was_open_to_others_is_closed_when_it_is_written_again(tmp_path):
    path = tmp_path / "private/answers.csv"
    write_private(path, "old")
    path.chmod(0o666)
    path.parent.chmod(0o777)
    write_private(path, b"new")
    assert (mode(path), mode(path.parent), path.read_text()) == (0o600, 0o700, "new")


def test_a_failed_write_leaves_the_last_file(tmp_path, monkeypatch):
    path = tmp_path / "private/answers.csv"
    write_private(path, "old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_private(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["answers.csv"]


def test_a_file_or_folder_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "exports/kobo.csv"
    write_private(path, "x")
    require_private(path)
    path.chmod(0o644)
    with pytest.raises(StorageError, match="chmod 600"):
        require_private(path)
    path.chmod(0o600)
    path.parent.chmod(0o755)
    with pytest.raises(StorageError, match="chmod 700"):
        require_private(path)


def test_all_below_a_folder_is_made_private(tmp_path):
    (tmp_path / "w/sub").mkdir(parents=True)
    (tmp_path / "w/sub/file").write_text("x")
    make_private(tmp_path / "w")
    assert [mode(tmp_path / p) for p in ("w", "w/sub", "w/sub/file")] == [0o700, 0o700, 0o600]
