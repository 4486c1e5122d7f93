"""The command line: help, exit codes, messages, and the README's table of commands."""

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assetmap import cli, cli_survey

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "raw"
COMMANDS = ["list", "fetch", "build", "check", "publish", "run", "serve", "digest"]
COMMANDS += ["verify", "rollback", "reproduce", "diff"]
SURVEY_COMMANDS = ["survey form", "survey pull", "survey erase", "survey status"]


def run_cli(*arguments, cwd=ROOT):
    command = [sys.executable, "-m", "assetmap.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def table_of_commands():
    rows = re.findall(
        r"^\| `assetmap (\w+(?: \w+)?)` \| (.+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    return dict(rows)


def test_readme_lists_every_command_with_its_own_help():
    documented = table_of_commands()
    assert list(documented) == [*COMMANDS, *SURVEY_COMMANDS]
    of_survey = cli_survey.app.registered_commands
    named = [(c.name, c) for c in cli.app.registered_commands]
    named += [(f"survey {c.name}", c) for c in of_survey]
    assert documented == {name: c.callback.__doc__.splitlines()[0] for name, c in named}


@pytest.mark.parametrize("command", [*COMMANDS, *SURVEY_COMMANDS])
def test_each_command_explains_itself(command):
    result = CliRunner().invoke(cli.app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert table_of_commands()[command] in " ".join(result.output.split())


def test_no_command_shows_help_and_wrong_usage_is_2(tmp_path):
    assert run_cli("nonsense").returncode == 2
    assert run_cli("build", "--no-such-option").returncode == 2
    assert "Usage" in run_cli(cwd=tmp_path).stdout


def test_run_then_publish_then_check(tmp_path):
    result = run_cli("run", "--raw", RAW, "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    *summary, path = result.stdout.strip().splitlines()
    first_words = [line.split()[0] for line in summary]
    assert first_words == ["rows", "assets", "sites", "links", "indicators"]
    assert Path(path) == tmp_path / "maps" / "index.html"
    assert Path(path).is_file()
    check = run_cli("check", "--raw", RAW, "--out", tmp_path)
    assert check.returncode == 0
    assert "wards_against_study_area" in check.stdout


def test_a_fault_of_the_user_is_one_message_and_exit_1(tmp_path):
    result = run_cli("run", "--raw", tmp_path / "nowhere", "--out", tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith(f"{tmp_path / 'nowhere'}: there is no such folder.")
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "maps").exists()


def test_publish_and_check_before_a_build_say_what_to_run(tmp_path):
    for command in ("publish", "check"):
        result = run_cli(command, "--raw", RAW, "--out", tmp_path)
        assert result.returncode == 1
        assert "Run `assetmap build` first." in result.stderr


def test_a_port_that_is_taken_is_said(built):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run_cli("serve", "--out", built.out, "--port", taken.getsockname()[1])
    assert result.returncode == 75
    assert "Give another with --port." in result.stderr
    assert "Traceback" not in result.stderr


def test_names_in_square_brackets_are_shown_as_written(built, tmp_path):
    shutil.copytree(built.processed, tmp_path / "data" / "processed")
    path = tmp_path / "data" / "processed" / "quality.json"
    report = json.loads(path.read_text("utf-8"))
    for record in report["checks"]:
        record["notes"] = "e.g. [/centre] and [c]"
    path.write_text(json.dumps(report), "utf-8")
    result = run_cli("check", "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "[/centre]" in result.stdout
    assert "[c]" in result.stdout


@pytest.mark.parametrize("is_new", [True, False])
def test_a_run_that_makes_nothing_says_so(monkeypatch, tmp_path, is_new):
    monkeypatch.setattr(cli.pipeline, "run_build", lambda *_args, **_options: is_new)
    monkeypatch.setattr(cli, "_print_summary", lambda _: None)
    result = CliRunner().invoke(cli.app, ["build", "--raw", str(RAW), "--out", str(tmp_path)])
    assert result.exit_code == 0
    assert ("nothing changed since the last build" in result.output) is not is_new


def test_serve_without_a_site_says_what_to_run(tmp_path):
    result = run_cli("serve", "--out", tmp_path)
    assert (result.returncode, "Run `assetmap run` first." in result.stderr) == (1, True)


def test_fetch_of_an_unknown_or_manual_dataset_says_so():
    unknown = run_cli("fetch", "nonsense")
    assert unknown.returncode == 2
    assert "'nonsense': not in data/raw/sources.toml" in unknown.stderr
    manual = run_cli("fetch", "public_places")
    assert manual.returncode == 1
    assert "public_places" in manual.stderr


def test_list_shows_state_of_each_dataset_and_each_indicator(built, tmp_path):
    for out, state in ((tmp_path, "not built"), (built.out, "4 of 6 areas")):
        result = run_cli("list", "--out", out)
        assert result.returncode == 0
        for word in ("imd_2019", "starter extract", "optional, not there", state):
            assert word in result.stdout
        assert "people_near_site_400_m" in result.stdout


SITES = {"old": "data/editions/000001-0123456789ab", "new": "data/editions/000002-ba9876543210"}


@pytest.fixture
def served(tmp_path, monkeypatch):
    """The address of the site of ``tmp_path`` without links, ``old``; ``new`` lies beside it."""
    for words, name in SITES.items():
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "index.html").write_text(words)
    (tmp_path / "maps.pointer").write_text(f"{SITES['old']}\n")
    servers = []

    class Remembered(cli.http.server.ThreadingHTTPServer):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            servers.append(self)

    monkeypatch.setattr(cli.http.server, "ThreadingHTTPServer", Remembered)
    thread = threading.Thread(target=cli.serve_command, kwargs={"out": tmp_path, "port": 0})
    thread.start()
    while not servers:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    host, port = servers[0].server_address
    yield f"http://{host}:{port}/"
    servers[0].shutdown()
    thread.join()


def fetched(address):
    return urllib.request.urlopen(address).read()  # noqa: S310 - our own server


def test_serve_answers_on_loopback_only(served):
    assert served.startswith("http://127.0.0.1:")
    assert fetched(served) == b"old"


def test_serve_shows_the_new_site_once_the_pointer_is_turned(served, tmp_path):
    assert fetched(served) == b"old"
    (tmp_path / "maps.pointer").write_text(f"{SITES['new']}\n")
    assert fetched(served) == b"new"
