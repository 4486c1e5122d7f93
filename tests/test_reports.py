"""Short reports: what ``assetmap check`` prints, and stories whose consent has ended."""

from datetime import date

import pytest
from typer.testing import CliRunner

from assetmap import cli, reports
from assetmap.errors import MissingInputError, RetentionError
from assetmap.reports import check_lines, lapsed_records, quality_markdown, require_no_lapsed

FIELDS = "story_id,story_title,story,theme,site_id,consent_until"
STORIES = {"mill": "2020-03-01", "canal": "2020-02-29"}


def record(name, *, passed):
    return {
        "name": name,
        "title": f"Check of {name}",
        "topic": "counts",
        "severity": "warning",
        "blocking": False,
        "owner": "survey lead",
        "passed": passed,
        "finding_count": 0 if passed else 3,
        "notes": "Three of them.",
    }


@pytest.fixture
def maps(tmp_path):
    """A published site that tells two stories."""
    (tmp_path / "data").mkdir()
    rows = [f'{name},"Ada, of the mill",Words.,,,{until}' for name, until in STORIES.items()]
    (tmp_path / "data" / "stories.csv").write_text("\n".join([FIELDS, *rows, ""]), "utf-8")
    return tmp_path


def test_checks_are_listed_by_result_with_title_weight_message_and_owner():
    lines = check_lines([record("b", passed=False), record("a", passed=True)])
    assert lines == [
        "1 checks found something",
        "  warning: Check of b (b), 3 found",
        "      Three of them.",
        "      Who: survey lead, answers for the survey and its files",
        "1 checks passed",
        "  warning: Check of a (a), passed. Three of them.",
    ]


@pytest.mark.parametrize(
    ("today", "lapsed"),
    [("2020-02-29", []), ("2020-03-01", ["canal"]), ("2020-03-02", ["mill", "canal"])],
)
def test_a_story_may_be_told_on_the_last_day_of_its_consent_and_not_after(maps, today, lapsed):
    records = lapsed_records(maps, date.fromisoformat(today))
    assert [entry["finding_count"] for entry in records] == ([len(lapsed)] if lapsed else [])
    for entry in records:
        assert entry["notes"].startswith(f"{len(lapsed)} published stories ")
        assert f"e.g. {lapsed[0]};" in entry["notes"]
        assert entry.keys() == record("a", passed=False).keys()


def test_neither_title_nor_words_of_a_story_are_repeated(maps):
    (entry,) = lapsed_records(maps, date(2021, 1, 1))
    assert "Ada" not in str(entry)
    with pytest.raises(RetentionError, match=r"2 published stories have .* `assetmap publish`"):
        require_no_lapsed(maps, [entry])
    require_no_lapsed(maps, [])


def test_without_a_site_no_story_is_told(tmp_path):
    assert lapsed_records(tmp_path, date(2021, 1, 1)) == []


def check(settings):
    folders = ["--raw", str(settings.raw), "--out", str(settings.out)]
    return CliRunner().invoke(cli.app, ["check", *folders])


def test_check_names_a_story_whose_consent_has_ended_and_fails(built, maps, monkeypatch):
    monkeypatch.setattr(cli, "lapsed_records", lambda _, today: lapsed_records(maps, today))
    result = CliRunner().invoke(
        cli.app, ["check", "--raw", str(built.raw), "--out", str(built.out)]
    )
    assert isinstance(result.exception, RetentionError)
    assert result.exception.exit_code == 1
    assert "story_consent_ended" in result.output
    assert "wards_against_study_area" in result.output


def test_check_passes_where_no_story_has_lapsed(built):
    result = CliRunner().invoke(
        cli.app, ["check", "--raw", str(built.raw), "--out", str(built.out)]
    )
    assert (result.exit_code, result.exception) == (0, None)


def test_the_markdown_report_holds_every_check_of_the_build(built):
    text = quality_markdown(built.public)
    for entry in reports.quality_records(built):
        assert f"| {entry['name']} | {entry['title']} |" in text
    assert "| last_build_rows_fell |" in text
    assert "| imd_2019 |" in text


def test_without_a_build_there_is_no_report(built, tmp_path):
    settings = type(built)(built.raw, tmp_path, built.study_area, built.policy)
    with pytest.raises(MissingInputError, match="Run `assetmap build` first"):
        reports.quality_records(settings)
