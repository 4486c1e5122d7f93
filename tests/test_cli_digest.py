"""``assetmap digest``: its options, what it prints, and what it refuses."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from assetmap import cli
from assetmap.errors import MissingInputError


@pytest.fixture
def out(built, tmp_path):
    folder = tmp_path / "data" / "processed"
    folder.mkdir(parents=True)
    os.link(built.public, folder / "public.duckdb")
    return tmp_path


def run(raw, out, *options):
    arguments = ["digest", "--raw", str(raw), "--out", str(out), *options]
    return CliRunner().invoke(cli.app, arguments)


def test_it_prints_where_its_two_files_are(raw, out):
    result = run(raw, out, "--on", "2018-06-01", "--days", "7")
    assert result.exit_code == 0, result.output
    processed = out / "data" / "processed"
    assert result.stdout.split() == [str(processed / "digest.md"), str(processed / "digest.html")]
    text = (processed / "digest.md").read_text("utf-8")
    assert text.startswith("# Greater Icknield: digest of 2018-06-01")
    assert "Steps due by 2018-06-08" in text


def test_without_a_day_it_is_of_today(raw, out):
    before = datetime.now(tz=UTC).date().isoformat()
    assert run(raw, out).exit_code == 0
    after = datetime.now(tz=UTC).date().isoformat()
    first = (out / "data" / "processed" / "digest.md").read_text("utf-8").splitlines()[0]
    assert first.rsplit(" ", 1)[1] in (before, after)


@pytest.mark.parametrize(
    "options", [("--on", "June"), ("--on", "2018-02-30"), ("--days", "-1"), ("--days", "soon")]
)
def test_wrong_usage_is_2_and_writes_nothing(raw, out, options):
    assert run(raw, out, *options).exit_code == 2
    assert not (out / "data" / "processed" / "digest.md").exists()


def test_a_record_that_is_not_there_is_a_fault_of_the_user(raw, out):
    result = run(raw, out, "--since", str(out / "nowhere.json"))
    assert isinstance(result.exception, MissingInputError)
    assert "nowhere.json is not there" in str(result.exception)
    assert not (out / "data" / "releases" / "digest.json").exists()


def test_before_a_build_it_says_what_to_run(raw, tmp_path):
    result = run(raw, tmp_path)
    assert isinstance(result.exception, MissingInputError)
    assert "Run `assetmap build` first" in str(result.exception)
