"""Headers of indicators, series, results: every fault is named, and no area is lost."""

import pandas as pd
import pytest

from assetmap import fields
from assetmap.caveats import ABSENCES, CAVEATS
from assetmap.datasets import find_datasets
from assetmap.errors import IndicatorError
from assetmap.indicators import DOMAINS, Member, expand, find_indicators, measure, parse
from assetmap.linking import TABLES
from assetmap.statements import read_statements
from assetmap.warehouse import open_warehouse, tables_read_by

HEADER = {
    "order": "10",
    "topic": "People",
    "title": "Residents",
    "meaning": "People who live here.",
    "unit": "count",
    "decimals": "0",
    "geography": "ward",
    "direction": "neutral",
    "class": "B",
    "source": "census_2021_ts001",
    "period": "2021",
    "vintage": "2021",
    "interval": "full count",
    "caveat": "best_fit",
}
AREAS = pd.DataFrame(
    [
        ("E05000001", "North", "ward", True),
        ("E05000002", "South", "ward", True),
        ("E08000002", "Half City", "lad", False),
        ("mill", "Mill", "site", True),
    ],
    columns=["area_code", "area_name", "geography", "is_complete"],
)
INDICATORS = find_indicators()


@pytest.fixture(scope="module")
def reads(tmp_path_factory):
    """Return what each intermediate table and each indicator reads, by its name."""
    texts = read_statements("intermediate") | {i.stem: i.statement for i in INDICATORS}
    layers = read_statements("layers").values()
    with open_warehouse(tmp_path_factory.mktemp("reads") / "w.duckdb") as con:
        found = {name: tables_read_by(con, text) for name, text in texts.items()}
        inputs = set().union(*(tables_read_by(con, text) for text in layers))
    return found | dict.fromkeys(TABLES, inputs)


def sql(statement="SELECT 1", *, without=(), lines=(), **changes):
    header = {key: value for key, value in (HEADER | changes).items() if key not in without}
    block = [*(f"-- {key}: {value}" for key, value in header.items()), *lines]
    return "\n".join([*block, statement, ""])


def faults_of(text):
    with pytest.raises(IndicatorError) as caught:
        parse("example", text)
    return str(caught.value).splitlines()


def rows_of(*rows, names="area_code, value, numerator, denominator"):
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS v ({names}) ORDER BY ALL"  # noqa: S608 - constants of this file


def values_of(members):
    return [dict(member.values) for member in members]


def run(tmp_path, statement, **changes):
    indicator = parse("example", sql(statement, **changes))
    with open_warehouse(tmp_path / "w.duckdb") as con:
        found = measure(con, [Member(indicator=indicator, id="example")], AREAS)
    return found.set_index("area_code")


def test_a_whole_header_is_read():
    indicator = parse("example", sql(geography="ward, site", source="a; b", caveat="best_fit"))
    assert indicator.geographies == ("ward", "site")
    assert indicator.sources == ("a", "b")
    assert indicator.statement == "SELECT 1"


@pytest.mark.parametrize("key", sorted(HEADER))
def test_a_missing_key_is_named(key):
    assert faults_of(sql(without=[key])) == [
        "example.sql has 1 faults in its header:",
        f"  - {key} is missing",
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"direction": "up"}, "direction is 'up', not one of higher_is_better, lower_is_better"),
        ({"class": "P"}, "class is 'P', not one of I, S, O, B"),
        ({"order": "ten"}, "order is not a whole number"),
        ({"decimals": "1.5"}, "decimals is not a whole number"),
        ({"geography": "ward, parish"}, "geography 'parish' is not known"),
        ({"caveat": "best_fit; made_up"}, "caveat 'made_up' is not in CAVEATS"),
        ({"each": "year"}, "each is 'year', not one of catchment_m, decile, domain, kind"),
        ({"colour": "red"}, "colour is no key"),
        ({"title": "Within {kind}"}, "title names {kind} but each is None"),
        ({"meaning": "A brace { alone"}, "meaning names {A brace { alone} but each is None"),
    ],
)
def test_a_wrong_value_is_named(changes, fault):
    first, *faults = faults_of(sql(**changes))
    assert first.startswith("example.sql has ")
    assert any(line.startswith(f"  - {fault}") for line in faults)


def test_a_line_without_a_key_is_named_by_its_number():
    assert "  - line 15 is not `-- key: value`" in faults_of(sql(lines=["-- no key here"]))


def test_a_key_that_stands_twice_is_named():
    assert "  - unit stands 2 times" in faults_of(sql(lines=["-- unit: percent"]))


def test_all_faults_come_in_one_message():
    lines = faults_of(sql(direction="up", order="ten", caveat="made_up"))
    assert lines[0] == "example.sql has 3 faults in its header:"
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("statement", "each", "fault"),
    [
        ("SELECT $kind", None, "the statement binds ['kind'] but each is None"),
        ("SELECT 1", "kind", "the statement binds nothing but each is kind"),
        ("SELECT $decile", "kind", "the statement binds ['decile'] but each is kind"),
        ("SELECT $kind, $x", "kind", "the statement binds ['kind', 'x'] but each is kind"),
    ],
)
def test_what_is_bound_must_be_the_series(statement, each, fault):
    changes = {"each": each} if each else {}
    assert f"  - {fault}" in faults_of(sql(statement, **changes))


def test_a_catchment_series_is_in_order_of_distance():
    indicator = parse(
        "near", sql("SELECT $catchment_m", each="catchment_m", title="Within {catchment_m} m")
    )
    members = expand([indicator], (1200, 400))
    assert [member.id for member in members] == ["near_400_m", "near_1200_m"]
    assert [member.text("title") for member in members] == ["Within 400 m", "Within 1,200 m"]
    assert values_of(members) == [{"catchment_m": 400}, {"catchment_m": 1200}]
    assert [member.meta()["sort_order"] for member in members] == [1000, 1001]


@pytest.mark.parametrize(
    ("each", "values"),
    [
        ("decile", list(range(1, 11))),
        ("domain", list(DOMAINS)),
        ("kind", list(fields.KINDS)),
    ],
)
def test_other_series_have_a_member_for_each_value(each, values):
    indicator = parse("some", sql(f"SELECT ${each}", each=each))
    members = expand([indicator], ())
    assert values_of(members) == [{each: value} for value in values]
    assert [member.id for member in members] == [f"some_{value}" for value in values]


def test_an_indicator_without_series_is_one_member():
    (member,) = expand([parse("alone", sql())], (400,))
    assert (member.id, dict(member.values)) == ("alone", {})


def test_zero_is_a_figure_and_null_is_not_measured(tmp_path):
    found = run(tmp_path, rows_of("('E05000001', 0, 0, NULL)", "('E05000002', NULL, NULL, NULL)"))
    assert found.loc["E05000001", ["value", "status", "caveat"]].tolist() == [
        0,
        "published",
        "best_fit",
    ]
    assert found.loc["E05000002", ["status", "caveat"]].tolist() == [
        "not_measured",
        "best_fit;missing_parts",
    ]


def test_an_area_without_a_row_is_there_and_not_measured(tmp_path):
    found = run(
        tmp_path, rows_of("('E05000001', 3, 3, NULL)"), geography="ward, lad, site"
    ).sort_index()
    assert found["status"].tolist() == ["published", *["not_measured"] * 3]
    assert found["caveat"].tolist() == [
        "best_fit",
        "best_fit;missing_parts",
        "best_fit;full_files_needed",
        "best_fit;site_without_place",
    ]


def test_a_share_of_nothing_says_so_and_keeps_no_bounds(tmp_path):
    names = "area_code, value, numerator, denominator, low, high"
    found = run(tmp_path, rows_of("('E05000001', NULL, 0, 0, 1, 2)", names=names))
    row = found.loc["E05000001"]
    assert row["caveat"] == "best_fit;nothing_to_divide"
    assert row[["low", "high"]].isna().all()


@pytest.mark.parametrize("extra", ["vintage_modelled", "point_site;indicative_disc"])
def test_a_caveat_that_is_no_reason_does_not_stand_for_one(tmp_path, extra):
    names = "area_code, value, numerator, denominator, extra_caveat"
    found = run(tmp_path, rows_of(f"('E05000001', NULL, 1, NULL, '{extra}')", names=names))
    assert found.loc["E05000001", "caveat"] == f"best_fit;{extra};missing_parts"


def test_a_reason_that_the_statement_gives_is_the_only_one(tmp_path):
    names = "area_code, value, numerator, denominator, extra_caveat"
    row = "('E05000001', NULL, NULL, NULL, 'catchment_beyond_data')"
    found = run(tmp_path, rows_of(row, names=names))
    assert found.loc["E05000001", "caveat"] == "best_fit;catchment_beyond_data"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (
            ("('E05000001', 1, 1, 1)", "('E05000001', 2, 2, 2)"),
            "0 areas that are not among those of its geographies (ward) and 1 rows for an area",
        ),
        (
            ("('E05000009', 1, 1, 1)",),
            "1 areas that are not among those of its geographies (ward) and 0 rows for an area",
        ),
        (("('mill', 1, 1, 1)",), "1 areas that are not among those of its geographies (ward)"),
        (("(NULL, 1, 1, 1)",), "1 areas that are not among those of its geographies (ward)"),
    ],
    ids=["twice", "stray", "of another geography", "without a code"],
)
def test_rows_of_no_area_or_of_one_area_twice_are_refused(tmp_path, rows, fault):
    with pytest.raises(IndicatorError) as caught:
        run(tmp_path, rows_of(*rows))
    assert str(caught.value).startswith(f"example: its statement returns {fault}")


@pytest.mark.parametrize(
    "names", ["area_code, value, numerator", "area_code, value, numerator, denominator, name"]
)
def test_result_columns_are_the_declared_ones(tmp_path, names):
    values = ", ".join(["'E05000001'", *["1"] * (names.count(","))])
    with pytest.raises(IndicatorError, match=r"it must return area_code, value, numerator"):
        run(tmp_path, rows_of(f"({values})", names=names))


def test_figures_are_kept_to_six_decimals(tmp_path):
    found = run(tmp_path, rows_of("('E05000001', 1.23456789, 1, 1)"))
    assert found.loc["E05000001", "value"] == 1.234568


def test_every_reason_for_no_figure_is_a_caveat_that_says_so():
    assert set(CAVEATS) > ABSENCES
    assert all("not available" in CAVEATS[key].lower() or "no figure" in CAVEATS[key].lower()
               for key in ABSENCES)  # fmt: skip


def test_there_are_at_least_twenty_indicators_and_each_has_an_own_place_in_the_order():
    orders = [int(indicator.header["order"]) for indicator in INDICATORS]
    assert len(INDICATORS) >= 20
    assert len(set(orders)) == len(orders)
    assert orders == sorted(orders)


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.stem)
def test_each_header_is_complete_and_plain(indicator):
    members = expand([indicator], (400, 800))
    assert set(HEADER) <= set(indicator.header)
    assert indicator.geographies
    assert indicator.disclosure.is_public
    for member in members:
        title, meaning = member.text("title"), member.text("meaning")
        assert title[0].isupper()
        assert not title.endswith(".")
        assert meaning.endswith(".")
        assert "{" not in title + meaning


def test_ids_of_published_indicators_are_distinct():
    ids = [member.id for member in expand(INDICATORS, (400, 800, 1200))]
    assert len(set(ids)) == len(ids)


def test_a_figure_from_registers_is_not_called_a_full_count():
    from_registers = {i.stem for i in INDICATORS if "public_places" in i.sources}
    assert from_registers == {
        "assets_in_reach_share",
        "nearest_place_distance",
        "places",
        "places_near_site",
        "places_per_1000_residents",
    }
    stated = {i.header["interval"] for i in INDICATORS if i.stem in from_registers}
    assert stated == {"none: from registers"}


def test_every_caveat_is_used_by_an_indicator_or_is_a_reason_for_no_figure():
    texts = [i.statement + i.header["caveat"] for i in INDICATORS]
    unused = {key for key in CAVEATS if not any(key in text for text in texts)}
    assert unused <= ABSENCES


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.stem)
def test_declared_sources_are_datasets_that_the_statement_descends_from(indicator, reads):
    datasets = find_datasets()
    assert set(indicator.sources) <= set(datasets)
    ancestors, ahead = set(), set(reads[indicator.stem])
    while ahead:
        ancestors |= ahead
        ahead = set().union(*(reads.get(table, set()) for table in ahead)) - ancestors
    assert indicator.sources
    assert {datasets[source].contract.table for source in indicator.sources} <= ancestors
