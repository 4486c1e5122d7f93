"""The program as a user starts it: killed at random times, told to stop, started six times over."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import kill_inputs
import pytest
from kill_moments import fresh_copy
from kill_states import NONE, contents, leftovers, look

from assetmap.stopping import SAID

ROUNDS = int(os.environ.get("ASSETMAP_KILL_ROUNDS", "4"))
RUNS = 6
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals differ: NOT TESTED here")

_WAITING = """
import sys
from assetmap.cli import main
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
main()
"""


def start(raw, out, *options):
    """Start the program; it has imported all it needs and begins when it is told to."""
    return subprocess.Popen(
        [sys.executable, "-c", _WAITING, "run", "--raw", str(raw), "--out", str(out), *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,  # noqa: PLW1509 - no threads run in these tests
    )


def _hear_interrupts():
    """A suite that runs in the background has Ctrl-C switched off, and hands that on."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def begin(process):
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()


def end(process):
    """Return exit code, output and what was said of a process once it has ended."""
    out, said = process.communicate(timeout=300)
    return process.returncode, out, said


def run(raw, out, *options):
    process = start(raw, out, *options)
    begin(process)
    code, _, said = end(process)
    assert code == 0, said


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    out = tmp_path_factory.mktemp("standing") / "out"
    run(kill_inputs.RAW, out)
    return out


@pytest.fixture(scope="module")
def changed(standing, tmp_path_factory):
    """The changed inputs, what an undisturbed run makes of them, and how long that takes."""
    folder = tmp_path_factory.mktemp("changed")
    raw, out = kill_inputs.change_a_figure(folder / "raw"), folder / "out"
    fresh_copy(standing, out)
    began = time.monotonic()
    run(raw, out, "--force")
    return raw, out, time.monotonic() - began


def test_killed_at_random_times(standing, changed, tmp_path):
    raw, undisturbed, seconds = changed
    chance = random.Random(20260601)  # noqa: S311 - not a secret
    old, new = look(raw, standing), look(raw, undisturbed)
    out, killed = tmp_path / "out", 0
    fresh_copy(standing, out)
    for _ in range(ROUNDS):
        process = start(raw, out, "--force")
        begin(process)
        time.sleep(chance.uniform(0, seconds))
        process.kill()
        killed += end(process)[0] == -signal.SIGKILL
        state = look(raw, out)
        assert state.site in {old.site, new.site}
        assert state.build in {old.build, new.build}
        assert state.record == (new.record if state.site == new.site else old.record)
    assert killed
    run(raw, out)
    assert look(raw, out) == new
    assert contents(out / "maps") == contents(undisturbed / "maps")
    assert leftovers(raw, out) == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
@pytest.mark.parametrize("place", ["builds/.growing/assetmap.duckdb", "editions/.growing"])
def test_a_run_that_is_told_to_stop_says_so_and_leaves_the_site(
    standing, tmp_path, number, code, place
):
    out = tmp_path / "out"
    fresh_copy(standing, out)
    before = look(kill_inputs.RAW, out)
    process = start(kill_inputs.RAW, out, "--force")
    begin(process)
    while not (out / "data" / place).exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    assert end(process) == (code, "", SAID)
    assert look(kill_inputs.RAW, out) == before
    assert before.site != NONE


def test_six_runs_at_once_one_of_which_wins(tmp_path):
    processes = [start(kill_inputs.RAW, tmp_path) for _ in range(RUNS)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # all have imported; the first builds for seconds after this
        process.stdin.write("\n")
        process.stdin.flush()
    ends = [end(process) for process in processes]
    assert sorted(code for code, _, _ in ends) == [0, *[75] * (RUNS - 1)]
    busy = f"{tmp_path / 'data/builds'}: another run is writing there. Wait until it has ended.\n"
    assert {said for code, _, said in ends if code} == {busy}
    assert look(kill_inputs.RAW, tmp_path).site != NONE
    assert leftovers(kill_inputs.RAW, tmp_path) == []
