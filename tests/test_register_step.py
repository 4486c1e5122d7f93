"""The lists kept by hand in a whole build: what it refuses, and what stays as it was."""

import shutil
from pathlib import Path

import pytest

from assetmap import pipeline
from assetmap.errors import ContractError, HistoryError
from assetmap.settings import read_settings
from assetmap.warehouse import fetch_table, open_warehouse, read_public


@pytest.fixture
def raw_copy(raw, tmp_path):
    """Copy the starter set, to be harmed."""
    return Path(shutil.copytree(raw, tmp_path / "raw"))


def change(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")


def refusal(raw_copy, tmp_path, error=ContractError):
    with pytest.raises(error) as caught:
        pipeline.run_build(read_settings(raw_copy, tmp_path))
    return str(caught.value)


def test_a_figure_that_nobody_computes_is_told(raw_copy, tmp_path):
    change(raw_copy / "claims/indicators.toml", '"residents_mid2015"', '"residents_1066"')
    message = refusal(raw_copy, tmp_path)
    assert "measures names 'residents_1066', which is not computed; `assetmap list`" in message


def test_a_theme_that_the_vocabulary_lacks_is_told(raw_copy, tmp_path):
    change(raw_copy / "sites/needs.csv", ",health,", ",alchemy,")
    message = refusal(raw_copy, tmp_path)
    assert "sites/needs.csv, row 2: theme 'alchemy' is not known; use one of " in message


def test_a_figure_without_its_notation_is_told(raw_copy, tmp_path):
    change(raw_copy / "claims/claims.csv", ",81.361,dot_thousands,", ",81.361,,")
    message = refusal(raw_copy, tmp_path)
    assert "claims/claims.csv, row " in message
    assert "81.361" in message


def test_history_that_was_edited_is_refused_and_the_last_build_stays(raw_copy, tmp_path):
    settings = read_settings(raw_copy, tmp_path)
    pipeline.run_build(settings)
    before = settings.public.read_bytes()
    kept = settings.register_record.read_text("utf-8")
    change(raw_copy / "sites/milestones.csv", "2018,2019,2017-12-31", "2018,2020,2017-12-31")
    message = refusal(raw_copy, tmp_path, HistoryError)
    assert message.startswith("sites/milestones.csv: an append-only list was shortened or changed")
    assert "changed: 1 row, first row 2" in message
    assert "append a new row" in message
    assert settings.public.read_bytes() == before
    assert settings.register_record.read_text("utf-8") == kept


def test_a_later_forecast_moves_slippage_and_not_history(raw_copy, tmp_path):
    settings = read_settings(raw_copy, tmp_path)
    pipeline.run_build(settings)
    with (raw_copy / "sites/milestones.csv").open("a", encoding="utf-8") as stream:
        stream.write(
            "city-hospital-available-forecast,city-hospital,available,forecast,2021-03,2021-03,"
            "2020-01-31,brownfield-birmingham-2020,N1061,\n"
        )
    old = read_public(settings.public)
    pipeline.run_build(settings)
    new = read_public(settings.public)
    slipped = new["pub_site_slippage"].set_index(["site_id", "milestone"])
    row = slipped.loc[("city-hospital", "available")]
    # Planned 2018 to 2019, so January 2018 at the earliest and December 2019 at the latest.
    assert (row["low_months"], row["high_months"], row["state"]) == (15, 38, "late")
    earlier = old["pub_site_milestone"].set_index("entry_id")
    later = new["pub_site_milestone"].set_index("entry_id")
    assert later.loc[earlier.index].equals(earlier)


def test_a_story_without_live_consent_does_not_enter_the_warehouse(raw_copy, tmp_path):
    path = raw_copy / "programme/stories.csv"
    rows = "".join(
        f"{key},Title {key},Words of {key},,,{consent},2026-01-01,{until},journal-2,2.2\n"
        for key, consent, until in (
            ("live", "given", "2999-12-31"),
            ("over", "given", "2026-01-02"),
            ("taken-back", "withdrawn", "2999-12-31"),
        )
    )
    path.write_text(path.read_text("utf-8") + rows, "utf-8")
    settings = read_settings(raw_copy, tmp_path)
    pipeline.run_build(settings)
    with open_warehouse(settings.warehouse, read_only=True) as con:
        assert fetch_table(con, "stg_story")["story_id"].tolist() == ["live"]
        held = fetch_table(con, "run_held", ("file", "row_number"))
    held = held[held["file"] == "stories.csv"]
    assert held[["row_number", "reason"]].to_numpy().tolist() == [
        [3, "consent_not_live"],
        [4, "consent_not_live"],
    ]
    assert b"Words of over" not in settings.warehouse.read_bytes()
