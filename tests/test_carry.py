"""Tables of the last warehouse: found to be the same, and taken over as they are."""

import pandas as pd
import pytest

from assetmap.carry import Kept
from assetmap.figures import measure_anew
from assetmap.indicators import expand, parse
from assetmap.lineage import derive
from assetmap.warehouse import copy_rows, digest_rows, open_warehouse, sort_rows
from tiny import fill

ROWS = [
    ("a", 1, 0.1, True, b"\x00\xff"),
    ("b", None, float("nan"), None, None),
    ("a", 3, -2, 0, b""),
]
TYPES = "name VARCHAR, n BIGINT, x DOUBLE, is_x BOOLEAN, geom_27700 BLOB"


@pytest.fixture
def both(tmp_path):
    """Return two empty warehouses, the last one and the growing one."""
    with (
        open_warehouse(tmp_path / "last.duckdb") as last,
        open_warehouse(tmp_path / "growing.duckdb") as growing,
    ):
        yield last, growing


def all_of(con, table):
    return con.execute(f'FROM "{table}"').fetchall()


def test_rows_are_copied_with_every_kind_of_value_in_their_order(both):
    last, growing = both
    fill(last, {"t": (TYPES, ROWS)})
    assert copy_rows(last, growing, "t") == 3
    assert repr(all_of(growing, "t")) == repr(all_of(last, "t"))
    described = "DESCRIBE t"
    assert growing.execute(described).fetchall() == last.execute(described).fetchall()


def test_rows_of_one_value_are_added_to_those_that_are_there(both):
    last, growing = both
    fill(last, {"t": ("name VARCHAR, n BIGINT", [("a", 1), ("it's", 2), ("a", 3)])})
    fill(growing, {"t": ("name VARCHAR, n BIGINT", [("z", 9)])})
    assert copy_rows(last, growing, "t", ("name", "it's")) == 1
    assert all_of(growing, "t") == [("z", 9), ("it's", 2)]


def test_a_digest_sees_a_value_an_order_and_a_row_more(both):
    last, _ = both
    variants = [
        [("a", 1), ("b", 2)],
        [("b", 2), ("a", 1)],
        [("a", 1), ("b", 3)],
        [("a", 1), ("b", None)],
        [("a", 1), ("b", 2), ("b", 2)],
        [],
    ]
    found = []
    for rows in variants:
        fill(last, {"t": ("name VARCHAR, n BIGINT", rows)})
        found.append(digest_rows(last, "FROM t"))
    assert len(set(found)) == len(variants)
    fill(last, {"t": ("name VARCHAR, n BIGINT", variants[0])})
    assert digest_rows(last, "FROM t") == found[0]


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ([("a", 1), ("b", 2)], [("a", 2), ("b", 1)]),
        ([("a", 1), ("b", 1)], [("a", 2), ("b", 2)]),
        ([("a", 1), ("b", 1)], [("a", None), ("b", None)]),
        ([("a", 1), ("a", 1)], [("b", 1), ("b", 1)]),
    ],
    ids=["swapped", "both the same", "both gone", "both of the first column"],
)
def test_a_digest_sees_two_changes_that_mirror_each_other(both, then, now):
    """In the last column above all: a digest of rows that only combines theirs sees none there."""
    last, _ = both
    found = []
    for rows in (then, now):
        fill(last, {"t": ("name VARCHAR, n BIGINT", rows)})
        found.append(digest_rows(last, "FROM t"))
    assert found[0] != found[1]


def test_rows_are_sorted_by_one_column_and_keep_their_order_within_it(both):
    last, _ = both
    fill(last, {"t": ("name VARCHAR, n BIGINT", [("b", 2), ("a", 9), ("b", 1), ("a", 3)])})
    sort_rows(last, "t", "name")
    assert all_of(last, "t") == [("a", 9), ("a", 3), ("b", 2), ("b", 1)]


def test_without_a_last_warehouse_nothing_holds(both):
    _, growing = both
    fill(growing, {"t": ("n BIGINT", [(1,)])})
    kept = Kept(growing)
    kept.note(["t"])
    assert not kept.holds(["t"])
    assert not kept.holds([])
    assert not kept.gives_same({"t": "FROM t"})
    with pytest.raises(LookupError):
        kept.take(["t"])


STATEMENTS = {
    "int_low": "SELECT n FROM stg_a WHERE n < 10",
    "mart_low": "SELECT sum(n) AS n FROM int_low",
    "mart_all": "SELECT sum(n) AS n FROM stg_a",
    "mart_b": "SELECT sum(n) AS n FROM stg_b",
}


def test_a_table_is_made_anew_where_what_it_reads_differs_and_the_change_stops_where_it_ends(both):
    """11 becomes 12: the sum of all differs, what is below 10 does not, and b is untouched."""
    last, growing = both
    base = {"stg_a": ("n BIGINT", [(1,), (11,)]), "stg_b": ("n BIGINT", [(5,)])}
    fill(last, base)
    derive(last, STATEMENTS)
    # Marks of the last build: a table that is taken over has them, one made anew has not.
    for mart in ("mart_low", "mart_b"):
        last.execute(f"UPDATE {mart} SET n = n + 1000")  # noqa: S608 - names of this test
    fill(growing, base | {"stg_a": ("n BIGINT", [(1,), (12,)])})
    kept = Kept(growing, last, {"stg_b"})
    kept.note(["stg_a"])
    derive(growing, STATEMENTS, kept=kept)
    sums = {mart: all_of(growing, mart)[0][0] for mart in ("mart_low", "mart_all", "mart_b")}
    assert sums == {"mart_low": 1001, "mart_all": 13, "mart_b": 1005}
    assert kept.anew == ["stg_a", "int_low", "mart_all"]
    assert {"int_low", "mart_low", "mart_b", "stg_b"} <= kept.same
    assert not kept.same & {"stg_a", "mart_all"}


HEADER = """-- order: {order}
-- topic: people
-- title: {title}
-- meaning: {title}
-- unit: count
-- decimals: 0
-- geography: ward, study_area
-- direction: neutral
-- class: B
-- source: one;two
-- period: 2021
-- vintage: 2021
-- interval: none
-- caveat: straight_line_distance
SELECT area_code, n::DOUBLE AS value, n AS numerator, NULL::BIGINT AS denominator FROM {table}
"""


def test_figures_old_and_new_stand_in_the_order_of_a_full_run(both):
    last, growing = both
    texts = {"first": (1, "stg_a"), "second": (2, "stg_b"), "third": (3, "stg_a")}
    members = expand(
        [parse(k, HEADER.format(order=o, title=k, table=t)) for k, (o, t) in texts.items()], (400,)
    )
    areas = ("area_code VARCHAR, area_name VARCHAR, geography VARCHAR, is_complete BOOLEAN",)
    wards = [("all", "All", "study_area", True), ("w1", "One", "ward", True)]
    counts = ("area_code VARCHAR, n BIGINT", [("w1", 7), ("all", 9)])
    base = {"int_area": (*areas, wards), "stg_a": counts, "stg_b": counts}
    fill(last, base)
    full = measure_anew(last, members, Kept(last))
    columns = ["indicator_id", "area_code", "value", "source"]
    last.register("figures", full[columns].assign(source="one"))
    last.execute("CREATE TABLE mart_indicator AS SELECT * FROM figures")
    last.unregister("figures")
    fill(growing, base | {"stg_b": ("area_code VARCHAR, n BIGINT", [("w1", 8), ("all", 9)])})
    kept = Kept(growing, last, {"int_area", "stg_a"})
    found = measure_anew(growing, members, kept)
    assert kept.anew == ["indicator second"]
    expected = full[columns].assign(value=[7.0, 9.0, 8.0, 9.0, 7.0, 9.0])
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert set(found["source"]) == {"one;two"}
