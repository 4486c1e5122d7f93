"""Private folders outside the project: gone afterwards, also those of a process that was killed."""

import os
import signal
import stat
import subprocess
import sys
import tempfile

import pytest

from assetmap.editions import take_over
from assetmap.errors import StorageError
from assetmap.scratch import clear_abandoned, private_folder
from assetmap.settings import read_settings
from survey_tree import RAW

HOLDING = """
import sys, time
from assetmap.scratch import private_folder
with private_folder() as folder:
    (folder / "answers.csv").write_text("somebody's answers")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(temporary):
    """Another process that is at work in a private folder; it is gone after the test."""
    env = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, "-c", HOLDING], env=env, stdout=subprocess.PIPE) as own:
        own.stdout.readline()
        yield own
        own.kill()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_folder_is_for_this_user_alone_and_gone_afterwards(temporary):
    before = os.umask(0)
    try:
        with private_folder() as folder:
            assert folder.parent == temporary
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "answers.csv").touch()
            clear_abandoned()
            assert (folder / "answers.csv").exists()
    finally:
        os.umask(before)
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_living_process_is_left_and_that_of_a_killed_one_cleared(temporary, holder):
    clear_abandoned()
    assert len(list(temporary.glob("*/answers.csv"))) == 1
    kill(holder)
    assert len(list(temporary.glob("*/answers.csv"))) == 1
    clear_abandoned()
    assert list(temporary.iterdir()) == []


def test_any_run_clears_what_a_killed_one_left(temporary, holder, tmp_path):
    """An erasure must reach it: the next build is what people are promised."""
    kill(holder)
    with take_over(read_settings(RAW, tmp_path)):
        assert list(temporary.iterdir()) == []


def test_what_is_not_such_a_folder_is_left(temporary, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    (temporary / "assetmap-again-abcdefgh").symlink_to(tmp_path / "mine")
    (temporary / "assetmap-again-abcdefgi").touch()
    (temporary / "assetmap-again-of-mine").mkdir()
    clear_abandoned()
    assert len(list(temporary.iterdir())) == 3
    assert (tmp_path / "mine" / "file").exists()


def test_a_place_that_is_not_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StorageError, match="no private folder can be made"), private_folder():
        pass
