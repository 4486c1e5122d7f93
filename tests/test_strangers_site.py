"""A site from a stranger, given to ``diff``, ``reproduce`` and ``verify``: one sentence, no more.

Nothing outside its folder is read, nothing is written, nothing is waited for.
"""

from __future__ import annotations

import hashlib
import json
import os

import pytest
from typer.testing import CliRunner

from assetmap import cli
from assetmap.editions import verify_site
from assetmap.errors import AssetmapError, IntegrityError, UnreadableFileError
from assetmap.integrity import read_index
from assetmap.manifest import LARGEST, require_manifest
from assetmap.store import MANIFEST
from sites_by_hand import copy_site

INDICATORS = "data/indicators.csv"
RUN = "data/run.csv"
ESCAPE = "\x1b]0;owned\x07\x1b[2J"


def run(*words):
    return CliRunner().invoke(cli.app, list(map(str, words)), env={"COLUMNS": "200"})


def fault_of(result):
    assert isinstance(result.exception, AssetmapError), repr(result.exception)
    text = str(result.exception)
    assert len(text) < 1000
    assert all(c == "\n" or c.isprintable() for c in text)
    return text


@pytest.fixture
def diff(built, tmp_path):
    """Compare a stranger's site with ours, and return what became of it."""

    def compare(site, *more):
        out = tmp_path / "out"
        return run("diff", site, built.maps, "--raw", built.raw, "--out", out, *more)

    return compare


# ---- the manifest


@pytest.mark.parametrize(
    "facts",
    [
        {"run_id": f"run{ESCAPE}"},
        {"data_as_of": "2026\u202e6202"},
        {"code_version": "0.1.0\nidentical: 300 files"},
        {"inputs": {f"a{ESCAPE}.csv": "0" * 64}},
        {"inputs": {"../../etc/passwd": "0" * 64}},
        {"inputs": {"x" * 1_000_000 + "/..": "0" * 64}},
        {"files": {"index.html": {"sha256": "0" * 64, "bytes": 10**400}}},
        {"files": {"a\x00b": {"sha256": "0" * 64, "bytes": 1}}},
    ],
    ids=["escape", "override", "line", "name", "outside", "long", "huge", "nul"],
)
@pytest.mark.parametrize("command", ["diff", "reproduce"])
def test_a_hostile_manifest_is_one_sentence(built, diff, tmp_path, command, facts):
    site = copy_site(built.maps, tmp_path / "site", facts=facts)
    if command == "diff":
        fault_of(diff(site))
    else:
        fault_of(run("reproduce", site, "--raw", built.raw, "--out", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("deep", ['{"settings": ' + "[" * 100_000, '{"a":' * 100_000, "[" * 9**6])
def test_a_manifest_of_thousands_of_levels_is_refused(tmp_path, deep):
    (tmp_path / MANIFEST).write_text(deep)
    with pytest.raises(UnreadableFileError, match="no manifest of form 1"):
        require_manifest(tmp_path / MANIFEST)
    with pytest.raises(IntegrityError, match="missing or damaged"):
        verify_site(tmp_path)


def test_a_manifest_of_a_size_that_none_has_is_not_read(tmp_path):
    with (tmp_path / MANIFEST).open("wb") as stream:
        stream.truncate(LARGEST + 1)
    with pytest.raises(UnreadableFileError, match="has 50,000,001 bytes"):
        require_manifest(tmp_path / MANIFEST)


def test_a_pipe_is_not_waited_for(built, tmp_path):
    """Reading one lasts until somebody writes into it."""
    os.mkfifo(tmp_path / MANIFEST)
    with pytest.raises(UnreadableFileError, match="is no file"):
        require_manifest(tmp_path / MANIFEST)
    assert read_index(tmp_path, MANIFEST) == {}
    site = copy_site(built.maps, tmp_path / "site", files={"404.html": ("", " ")})
    empty = {
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "bytes": 0,
    }
    manifest = json.loads((site / MANIFEST).read_text("utf-8"))
    manifest["files"]["404.html"] = empty
    (site / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    (site / "404.html").unlink()
    os.mkfifo(site / "404.html")
    with pytest.raises(IntegrityError, match=r"1 changed, e.g. '404.html'"):
        verify_site(site)


@pytest.mark.parametrize("name", ["9" * 5000, "999999999999"])
def test_a_number_that_no_site_has_is_one_sentence(built, tmp_path, name):
    out = tmp_path / "out"
    result = run("diff", name, "--raw", built.raw, "--out", out)
    assert result.exit_code != 0
    assert isinstance(result.exception, AssetmapError | OSError)


# ---- links


def test_a_link_in_a_stranger_s_site_is_not_followed(built, diff, tmp_path):
    """The manifest agrees with what the link leads to: still it is no part of the site."""
    site = copy_site(built.maps, tmp_path / "site")
    elsewhere = tmp_path / "elsewhere.csv"
    (site / INDICATORS).rename(elsewhere)
    (site / INDICATORS).symlink_to(elsewhere)
    assert f"e.g. {INDICATORS}" in fault_of(diff(site))
    (site / INDICATORS).unlink()
    elsewhere.rename(site / INDICATORS)
    (site / "data").rename(tmp_path / "elsewhere")
    (site / "data").symlink_to(tmp_path / "elsewhere")
    assert "downloads that are compared are not as" in fault_of(diff(site))
    with pytest.raises(IntegrityError, match="missing"):
        verify_site(site)


# ---- the downloads


def latin(text):
    return text + "\x80"


def cell_too_long(text):
    return text + "x" * 11_000_000 + "\n"


def heading_alone(_text):
    return "a,b\n1,2\n"


def rows_too_long(text):
    return text.replace("\n", ",1,2,3\n", 5).replace(",1,2,3\n", "\n", 1)


def words_for_numbers(text):
    lines = text.split("\n")
    value = lines[0].split(",").index("value")
    cells = lines[1].split(",")
    cells[value] = "many"
    return "\n".join([lines[0], ",".join(cells), *lines[2:]])


def deep_settings(text):
    deep = "[" * 100_000
    return "\n".join(
        f"{line.split(',')[0]},{deep}" if line.startswith("policy,") else line
        for line in text.split("\n")
    )


def settings_that_are_a_list(text):
    return "\n".join(
        "environment,[]" if line.startswith("environment,") else line for line in text.split("\n")
    )


SPOILT = [
    (INDICATORS, latin),
    (INDICATORS, cell_too_long),
    (INDICATORS, heading_alone),
    (INDICATORS, rows_too_long),
    (INDICATORS, words_for_numbers),
    ("data/people_synthetic.csv", heading_alone),
    (RUN, deep_settings),
    (RUN, settings_that_are_a_list),
]


@pytest.mark.parametrize(("name", "spoil"), SPOILT, ids=[f"{s.__name__}-{n}" for n, s in SPOILT])
def test_a_download_of_another_form_is_one_sentence(built, diff, tmp_path, name, spoil):
    text = (built.maps / name).read_text("utf-8")
    assert spoil(text) != text
    site = copy_site(built.maps, tmp_path / "site", files={name: (text, spoil(text))})
    if spoil is latin:
        site = copy_site(built.maps, tmp_path / "latin")
        replace_bytes(site, name, text.encode() + b"\xff")
    assert "is not of the form that this program writes" in fault_of(diff(site))


def replace_bytes(site, name, content):
    (site / name).write_bytes(content)
    manifest = json.loads((site / MANIFEST).read_text("utf-8"))
    described = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    manifest["files"][name] = described
    (site / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def test_what_a_terminal_obeys_is_not_passed_on_and_no_cell_is_a_formula(built, diff, tmp_path):
    text = (built.maps / INDICATORS).read_text("utf-8")
    lines = text.split("\n")
    names, cells = lines[0].split(","), lines[1].split(",")
    cells[names.index("title")] = f"Owned{ESCAPE}"
    cells[names.index("indicator_id")] = "=HYPERLINK(1)"
    other = "\n".join([lines[0], ",".join(cells), *lines[2:]])
    site = copy_site(built.maps, tmp_path / "site", files={INDICATORS: (text, other)})
    result = diff(site, "--csv", tmp_path / "moves.csv")
    assert result.exit_code == 0, result.output
    assert "Owned" in result.output
    assert "\x1b" not in result.output
    assert "\x07" not in result.output
    assert '"\'=HYPERLINK(1)"' in (tmp_path / "moves.csv").read_text("utf-8-sig")
