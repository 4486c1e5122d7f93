"""The commands of the survey: what they print, what they never print, and how they end."""

import re
import shutil
import sys
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from assetmap import cli, cli_survey
from assetmap.survey import kit, pull
from assetmap.survey.erasure import read_erasures
from assetmap.survey.restricted import write_private
from survey_tree import FORM, KEY, RAW, make_collected, make_tree, person, plant

COMMANDS = ["form", "pull", "erase", "status"]


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch):
    """Take key and token of whoever runs the tests out of the environment."""
    for name in ("ASSETMAP_KEY", "ASSETMAP_KEY_FILE", "ASSETMAP_SURVEY_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def assetmap(monkeypatch, capsys):
    """Return what runs the command line, and gives its exit code and both its outputs."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["assetmap", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def in_one_line(result):
    """Return what is said of a fault: one sentence or two, exit 1, no trace."""
    code, out, err = result
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err.strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command):
    result = CliRunner().invoke(cli.app, ["survey", command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    (callback,) = [c.callback for c in cli_survey.app.registered_commands if c.name == command]
    assert callback.__doc__.splitlines()[0] in " ".join(result.output.split())


def test_all_commands_are_listed_and_without_one_help_is_shown():
    assert sorted(c.name for c in cli_survey.app.registered_commands) == sorted(COMMANDS)
    result = CliRunner().invoke(cli.app, ["survey"], env={"COLUMNS": "200"})
    assert all(command in result.output for command in COMMANDS)


# ------------------------------------------------------------- erase


def test_erase_says_how_many_and_no_number(assetmap, tmp_path):
    raw = plant(make_tree(tmp_path / "raw"), "a_synthetic.csv", {})
    code, out, err = assetmap("survey", "erase", "K7M2QX", "uuid:12-34", "--raw", raw)
    assert (code, err) == (0, "")
    assert out == (
        "2 added to the list of erasures, 0 were on it already.\n"
        "Build and publish again, then look at `assetmap survey status`: it says whether a number "
        "fits no response. Delete the answers in the survey tool as well.\n"
    )
    assert read_erasures(raw) == {person("K7M2QX"), person("1234")}
    _, out, _ = assetmap("survey", "erase", "k7m-2qx", "--raw", raw)
    assert out.startswith("0 added to the list of erasures, 1 were on it already.")
    assert not re.search("k7m|p_[0-9a-f]", out, re.IGNORECASE)


def test_erase_without_a_number_is_wrong_usage(assetmap, tmp_path):
    assert assetmap("survey", "erase", "--raw", tmp_path)[0] == 2


def test_an_empty_number_erases_nobody(assetmap, tmp_path):
    raw = plant(make_tree(tmp_path / "raw"), "a_synthetic.csv", {})
    said = in_one_line(assetmap("survey", "erase", "K7M2QX", ". .", "--raw", raw))
    assert said.startswith("survey erase: one of the numbers is empty.")
    assert "K7M2QX," in said  # the example of the message, not what was typed
    assert read_erasures(raw) == frozenset()


def test_a_real_person_is_erased_under_the_secret_key(assetmap, tmp_path, monkeypatch):
    raw = plant(make_collected(tmp_path / "project/raw"), "paper.csv", {})
    said = in_one_line(assetmap("survey", "erase", "AAAAAA", "--raw", raw))
    assert "neither ASSETMAP_KEY_FILE nor ASSETMAP_KEY is set" in said
    assert "AAAAAA" not in said
    monkeypatch.setenv("ASSETMAP_KEY", KEY)
    assert assetmap("survey", "erase", "AAAAAA", "--raw", raw)[0] == 0
    assert read_erasures(raw) == {person("AAAAAA", bytes.fromhex(KEY))}


def test_while_there_are_no_exports_an_erasure_needs_the_key_as_well(
    assetmap, tmp_path, monkeypatch
):
    """Under the key of the sample it would be listed, and nobody would be left out."""
    raw = make_tree(tmp_path / "project/raw", register="")
    in_one_line(assetmap("survey", "erase", "AAAAAA", "--raw", raw))
    assert read_erasures(raw) == frozenset()
    monkeypatch.setenv("ASSETMAP_KEY", KEY)
    assetmap("survey", "erase", "AAAAAA", "--raw", raw)
    assert read_erasures(raw) == {person("AAAAAA", bytes.fromhex(KEY))}


# ------------------------------------------------------------- status, pull, form


def test_status_shows_counts_by_reason(assetmap, built):
    code, out, _ = assetmap("survey", "status", "--raw", RAW, "--out", built.out)
    assert code == 0
    assert "Restricted" in out
    found = dict(re.findall(r"│ (\w+) +│ (?:nothing|consent)[^│]*│ (\d+) +│", out))
    assert set(found) == {"validated", "held"}
    assert all(int(count) > 0 for count in found.values())


def test_status_before_a_build_says_what_to_run(assetmap, tmp_path):
    said = in_one_line(assetmap("survey", "status", "--raw", RAW, "--out", tmp_path))
    assert said.endswith("status.csv is not there. Run `assetmap build` first.")


SERVER = 'kind = "kobo"\nurl = "https://kobo.example.org"\nform = "aBcDeF"\n'


def test_pull_without_a_token_asks_for_it(assetmap, tmp_path):
    raw = make_tree(tmp_path / "raw")
    (raw / "survey/server.toml").write_text(SERVER)
    said = in_one_line(assetmap("survey", "pull", "--raw", raw))
    assert said.startswith("ASSETMAP_SURVEY_TOKEN is not set")
    assert "Set it in the environment" in said


def test_pull_without_a_server_says_where_it_is_stated(assetmap, tmp_path):
    said = in_one_line(assetmap("survey", "pull", "--raw", make_tree(tmp_path / "raw")))
    assert "server.toml" in said


def test_pull_says_where_the_export_lies_and_whether_it_is_new(assetmap, tmp_path, monkeypatch):
    path = tmp_path / "raw/survey/exports/kobo.xlsx"
    asked = []

    def pretend(raw):
        asked.append(raw)
        return pull.PullResult(path=path, size_bytes=12_345, sha256="0" * 64, state="unchanged")

    monkeypatch.setattr(cli_survey, "pull", pretend)
    code, out, _ = assetmap("survey", "pull", "--raw", tmp_path / "raw")
    assert (code, out) == (0, f"{path}: unchanged, 12,345 bytes\n")
    assert asked == [tmp_path / "raw"]


def test_form_writes_the_kit_and_names_each_file(assetmap, tmp_path, monkeypatch):
    monkeypatch.setattr(kit, "find_chromium", lambda: None)  # printing takes long
    code, out, _ = assetmap("survey", "form", "--raw", RAW, "--target", tmp_path / "kit")
    assert code == 0
    named = out.splitlines()
    assert sorted(named) == sorted(str(path) for path in (tmp_path / "kit").rglob("*.*"))
    assert {"form.xml", "codebook.csv", "codebook.html"} <= {n.rpartition("/")[2] for n in named}


def test_form_without_a_questionnaire_says_so(assetmap, tmp_path):
    (tmp_path / "raw").mkdir()
    said = in_one_line(
        assetmap("survey", "form", "--raw", tmp_path / "raw", "--target", tmp_path / "kit")
    )
    assert "form.xlsx" in said
    assert not (tmp_path / "kit").exists()


def test_a_broken_questionnaire_is_one_message(assetmap, tmp_path):
    raw = make_tree(tmp_path / "raw")
    (raw / "survey/form.xlsx").write_bytes(FORM.read_bytes()[:5_000])
    said = in_one_line(assetmap("survey", "form", "--raw", raw, "--target", tmp_path / "kit"))
    assert said.startswith("form.xlsx")


# ------------------------------------------------------------- retention


@pytest.fixture
def kept(tmp_path):
    """Return a raw folder with the settings and an export of real people."""
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("study_area.toml", "policy.toml"):
        shutil.copy(RAW / name, raw / name)
    write_private(raw / "survey/exports/kobo.csv", "…")
    return raw


def set_today(monkeypatch, year, month, day):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(year, month, day, tzinfo=tz or UTC)

    monkeypatch.setattr(cli, "datetime", Clock)


def test_check_passes_up_to_the_date_of_the_policy(assetmap, kept, built, monkeypatch):
    set_today(monkeypatch, 2027, 12, 31)
    code, out, _ = assetmap("check", "--raw", kept, "--out", built.out)
    assert code == 0
    assert "wards_against_study_area" in out


def test_check_fails_past_the_date_of_the_policy(assetmap, kept, built, monkeypatch):
    set_today(monkeypatch, 2028, 1, 1)
    code, out, err = assetmap("check", "--raw", kept, "--out", built.out)
    assert (code, out) == (1, "")
    assert "responses_until was 2027-12-31, and 1 files are still in exports" in err
    assert "kobo.csv" not in err
