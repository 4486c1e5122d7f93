"""The programme of researchers: counts by hand, Wilson's interval, people for the gate."""

from math import isnan

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.contracts import check
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.funnel import (
    STAGES,
    count_stages,
    measure_progress,
    person_attributes,
    wilson_interval,
)
from assetmap.survey.tables import INT_PERSON, INT_PERSON_ATTRIBUTE, STG_RESEARCHER


def register(*rows):
    """Return a register of (code, channel, stages finished after the invitation)."""
    dates = [name for name in STG_RESEARCHER.names if name.endswith("_date")]
    found = []
    for code, via, finished in rows:
        day = {name: "2017-03-01" if n < finished else None for n, name in enumerate(dates[1:])}
        found.append({"researcher_id": code, "recruited_via": via, "cohort": "1", **day})
    frame = pd.DataFrame(found, columns=STG_RESEARCHER.names, dtype=object)
    return frame.where(frame.notna(), None)


PEOPLE = register(
    ("R03", "event", 0), ("R01", "event", 5), ("R02", "event", 2), ("R04", "partner", 4),
    ("R05", None, 1), ("R06", "partner", 0),
)  # fmt: skip


def counts(channel):
    stages = count_stages(PEOPLE)
    return stages.loc[stages["channel"] == channel, "researcher_count"].tolist()


def test_counts_by_stage_and_channel_worked_by_hand():
    # invited, recruited, module 1, 2, 3, accredited
    assert counts("all") == [6, 4, 3, 2, 2, 1]
    assert counts("event") == [3, 2, 2, 1, 1, 1]
    assert counts("partner") == [2, 1, 1, 1, 1, 0]
    assert counts("not_recorded") == [1, 1, 0, 0, 0, 0]
    assert counts("online") == [0] * 6


def test_channels_and_stages_stand_in_their_order():
    stages = count_stages(PEOPLE)
    listed = ["all", *ATTRIBUTES["channel"].categories, "not_recorded"]
    assert stages["channel"].drop_duplicates().tolist() == listed
    assert stages["stage"].tolist() == [*STAGES] * len(listed)


def test_without_anybody_unrecorded_there_is_no_row_for_it():
    assert "not_recorded" not in set(
        count_stages(PEOPLE[PEOPLE["recruited_via"].notna()])["channel"]
    )


def test_conversion_is_the_share_of_the_stage_before():
    stages = count_stages(PEOPLE)
    shares = stages.loc[stages["channel"] == "all", "conversion_share"].tolist()
    assert isnan(shares[0])
    assert shares[1:] == pytest.approx([4 / 6, 3 / 4, 2 / 3, 1, 1 / 2])
    assert stages.loc[stages["channel"] == "online", "conversion_share"].isna().all()


def test_a_late_stage_stands_for_those_before_it():
    gap = PEOPLE.assign(module_1_date=None)
    assert count_stages(gap)["researcher_count"].tolist()[:6] == [6, 4, 2, 2, 2, 1]


def test_wilson_s_interval_of_eleven_in_twenty_two():
    assert wilson_interval(11, 22) == pytest.approx((0.307, 0.693), abs=5e-4)


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [(0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (1, 10, (0.0179, 0.4042))],
)
def test_wilson_s_interval_at_the_edges(count, total, expected):
    assert wilson_interval(count, total) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("count", "total"), [(0, 0), (3, 2), (-1, 2)])
def test_no_interval_of_what_is_no_proportion(count, total):
    with pytest.raises(ValueError, match="a proportion needs"):
        wilson_interval(count, total)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_mirrors(pair):
    count, total = pair
    low, high = wilson_interval(count, total)
    assert -1e-12 <= low <= count / total <= high <= 1 + 1e-12
    assert low < high
    mirrored = wilson_interval(total - count, total)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-12)


def test_progress_towards_the_target():
    progress = measure_progress(PEOPLE, 22)
    assert (progress.recruited_count, progress.target_count) == (4, 22)
    assert progress.share == pytest.approx(4 / 22)
    assert (progress.low, progress.high) == wilson_interval(4, 22)


def test_a_target_that_is_passed_is_no_share():
    progress = measure_progress(PEOPLE, 3)
    assert progress.share == pytest.approx(4 / 3)
    assert isnan(progress.low)
    assert isnan(progress.high)
    assert isnan(measure_progress(PEOPLE, 0).share)
    assert not isnan(measure_progress(PEOPLE, 4).low)


def test_researchers_become_people_of_the_gate():
    people, attributes = person_attributes(PEOPLE)
    check(people, INT_PERSON)
    check(attributes, INT_PERSON_ATTRIBUTE)
    assert people["person_id"].tolist() == ["R01", "R02", "R03", "R04", "R05", "R06"]
    assert set(people["population"]) == {"researcher"}
    assert people["wd17cd"].isna().all()
    held = attributes.groupby(["person_id", "attribute"])["category"].agg(set).to_dict()
    assert held == {
        ("R01", "stage"): set(STAGES),
        ("R02", "stage"): {"invited", "recruited", "module_1"},
        ("R03", "stage"): {"invited"},
        ("R04", "stage"): set(STAGES) - {"accredited"},
        ("R05", "stage"): {"invited", "recruited"},
        ("R06", "stage"): {"invited"},
        ("R01", "channel"): {"event"},
        ("R02", "channel"): {"event"},
        ("R04", "channel"): {"partner"},
    }


def test_nobody_on_the_register():
    people, attributes = person_attributes(PEOPLE.iloc[:0])
    assert people.columns.tolist() == INT_PERSON.names
    assert attributes.columns.tolist() == INT_PERSON_ATTRIBUTE.names
    assert len(people) == len(attributes) == 0
    assert count_stages(PEOPLE.iloc[:0])["researcher_count"].sum() == 0
