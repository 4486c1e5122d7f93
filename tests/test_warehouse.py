"""The warehouse: locked, offline, all or nothing, and values that come back as they went in."""

import subprocess
import sys

import duckdb
import numpy as np
import pandas as pd
import pytest

from assetmap.contracts import Column, Contract, Disclosure
from assetmap.errors import BusyError, ContractError, MissingInputError, StorageError
from assetmap.warehouse import (
    _storage_fault,
    append,
    column_types,
    create_empty,
    create_table,
    fetch,
    fetch_table,
    list_tables,
    open_warehouse,
    read_public,
    tables_read_by,
    write_table,
    write_typed,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "w.duckdb"


@pytest.fixture
def con(path):
    with open_warehouse(path) as con:
        yield con


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "ATTACH '{folder}/other.duckdb'",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "COPY t FROM '{file}'",
        "EXPORT DATABASE '{folder}/export'",
        "INSTALL spatial",
        "LOAD spatial",
        "SET enable_external_access = true",
        "SET threads = 4",
        "SET lock_configuration = false",
        "RESET enable_external_access",
        "SET temp_directory = '{folder}'",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
    ],
)
def test_the_outside_is_out_of_reach(con, tmp_path, statement):
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    con.execute("CREATE TABLE t (a BIGINT)")
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)):
        con.execute(statement.format(file=file, folder=tmp_path))
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_python_variable_is_no_table(con):
    secret = pd.DataFrame({"a": [1]})
    with pytest.raises(duckdb.CatalogException):
        con.execute("SELECT * FROM secret")
    assert len(secret) == 1


def write_and_fail(path):
    with open_warehouse(path) as con:
        con.execute("INSERT INTO t VALUES (2)")
        con.execute("CREATE TABLE u (a BIGINT)")
        create_empty(con, "t", {"b": "BIGINT"})
        message = "half way"
        raise RuntimeError(message)


def test_an_exception_leaves_nothing_of_what_was_written(path):
    with open_warehouse(path) as con:
        write_typed(con, "t", pd.DataFrame({"a": [1]}), {"a": "BIGINT"})
    with pytest.raises(RuntimeError, match="half way"):
        write_and_fail(path)
    with open_warehouse(path, read_only=True) as con:
        assert list_tables(con) == {"t"}
        assert con.execute("SELECT a FROM t").fetchall() == [(1,)]


def test_a_warehouse_that_is_open_for_reading_takes_no_writing(path):
    with open_warehouse(path) as con:
        con.execute("CREATE TABLE t (a BIGINT)")
    with (
        open_warehouse(path, read_only=True) as con,
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
    ):
        con.execute("INSERT INTO t VALUES (1)")


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", None, "nan", "None", "", "NULL"], dtype=object),
        pd.Series(["a", None, "nan", "None", "", "NULL"], dtype="str"),
        pd.Series(["a", None, "nan", "None", "", "NULL"], dtype="string"),
        pd.Series(["a", float("nan"), "nan", "None", "", "NULL"], dtype=object),
        pd.Series(["a", pd.NA, "nan", "None", "", "NULL"], dtype=object),
        pd.Series(["a", None, "nan", "None", "", "NULL"], dtype="category"),
    ],
    ids=["objects", "str", "string", "NaN", "NA", "category"],
)
def test_a_text_that_is_absent_is_null_and_the_text_nan_is_text(con, values):
    write_typed(con, "t", pd.DataFrame({"a": values}), {"a": "VARCHAR"})
    found = con.execute("SELECT a FROM t").fetchall()
    assert found == [("a",), (None,), ("nan",), ("None",), ("",), ("NULL",)]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (pd.array([1, None], dtype="Int64"), "BIGINT", [1, None]),
        ([True, False], "BOOLEAN", [True, False]),
        (pd.array([True, None], dtype="boolean"), "BOOLEAN", [True, None]),
        (np.array([0.5, -0.0]), "DOUBLE", [0.5, 0]),
        ([None, 2], "BIGINT", [None, 2]),
        (pd.Series([None, 2.5], dtype=object), "DOUBLE", [None, 2.5]),
    ],
)
def test_numbers_and_booleans_come_back(con, values, kind, expected):
    write_typed(con, "t", pd.DataFrame({"a": values}), {"a": kind})
    assert [a for (a,) in con.execute("SELECT a FROM t").fetchall()] == expected


def test_a_number_that_is_none_is_null_so_that_sums_notice(con):
    write_typed(con, "t", pd.DataFrame({"a": [1.0, np.nan]}), {"a": "DOUBLE"})
    assert con.execute("SELECT count(a), sum_all(a) FROM t").fetchall() == [(1, None)]


def test_geometry_comes_back_as_the_same_bytes(con):
    shapes = [b"\x00\x01\xff", None, b""]
    frame = pd.DataFrame({"id": [1, 2, 3], "geom_27700": pd.Series(shapes, dtype=object)})
    write_typed(con, "t", frame, {"id": "BIGINT", "geom_27700": "BLOB"})
    found = fetch_table(con, "t", ["id"])["geom_27700"].tolist()
    assert found == shapes
    assert [type(shape) for shape in found] == [bytes, type(None), bytes]


def test_an_empty_table_keeps_its_columns(con):
    write_typed(con, "t", pd.DataFrame({"a": []}), {"a": "VARCHAR"})
    append(con, "t", pd.DataFrame({"a": []}), {"a": "VARCHAR"})
    assert fetch_table(con, "t").columns.tolist() == ["a"]


def test_only_the_named_columns_are_written(con):
    write_typed(con, "t", pd.DataFrame({"a": [1], "b": [2]}), {"a": "BIGINT"})
    assert fetch_table(con, "t").columns.tolist() == ["a"]


CONTRACT = Contract(
    table="t",
    row_is="one thing",
    primary_key=("a",),
    columns=(
        Column(name="a", kind="integer", description="…", disclosure=Disclosure.BASE, minimum=1),
    ),
)


def test_a_table_is_checked_before_it_is_written(con):
    with pytest.raises(ContractError, match="a is below 1"):
        write_table(con, CONTRACT, pd.DataFrame({"a": [0]}))
    assert list_tables(con) == set()
    write_table(con, CONTRACT, pd.DataFrame({"a": [1]}))
    assert column_types(CONTRACT) == {"a": "BIGINT"}
    assert fetch_table(con, "t")["a"].tolist() == [1]


@pytest.mark.parametrize(
    ("values", "expected"),
    [("(1), (2)", 3), ("(1), (NULL)", None), ("(0), (0)", 0)],
)
def test_a_sum_of_all_is_null_where_a_part_is(con, values, expected):
    con.execute(f"CREATE TABLE t AS SELECT * FROM (VALUES {values}) AS v (a)")  # noqa: S608 - above
    assert con.execute("SELECT sum_all(a) FROM t").fetchall() == [(expected,)]


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 4, 25), (0, 4, 0), (1, 0, None), (None, 4, None)]
)
def test_a_percentage_of_nothing_is_null(con, part, whole, expected):
    found = con.execute("SELECT percent($part, $whole)", {"part": part, "whole": whole})
    assert found.fetchall() == [(expected,)]


HOLD = """
import sys, pathlib
from assetmap.warehouse import open_warehouse
with open_warehouse(pathlib.Path(sys.argv[1])) as con:
    sys.stdout.write("open\\n")
    sys.stdout.flush()
    sys.stdin.readline()
"""


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_another_process_holds_is_busy(path, read_only):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "open\n"
        with (
            pytest.raises(BusyError, match="another run has it open"),
            open_warehouse(path, read_only=read_only),
        ):
            pass
        holder.communicate("go\n")
    with open_warehouse(path) as con:
        assert list_tables(con) == set()


def test_a_folder_with_lock_in_its_name_is_not_busy(tmp_path):
    folder = tmp_path / "blocks"
    with (
        pytest.raises(StorageError, match="cannot be written or read"),
        open_warehouse(folder / "w.duckdb"),
    ):
        pass


def test_a_file_that_is_no_database_is_a_fault_of_storage(path):
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageError, match="is damaged"), open_warehouse(path):
        pass


def test_words_about_a_lock_mean_busy(path):
    fault = duckdb.IOException(f'IO Error: Could not set lock on file "{path}": Conflicting lock')
    assert isinstance(_storage_fault(path, fault), BusyError)


def test_a_missing_warehouse_says_what_to_run(path):
    with (
        pytest.raises(MissingInputError, match=r"is not there\. Run `assetmap build` first\."),
        open_warehouse(path, read_only=True),
    ):
        pass
    assert not path.exists()


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT * FROM t", {"t"}),
        ("SELECT * FROM t WHERE a <= $catchment_m AND b = $kind", {"t"}),
        ("WITH x AS (SELECT a FROM t) SELECT x.a FROM x INNER JOIN u ON x.a = u.a", {"t", "u"}),
        ("WITH t AS (SELECT a FROM t) SELECT a FROM t", {"t"}),
        ("SELECT a FROM u WHERE EXISTS (SELECT 1 FROM t)", {"t", "u"}),
        ("SELECT (SELECT max(a) FROM t) AS a", {"t"}),
        ("SELECT a FROM main.t", {"t"}),
        ("SELECT a FROM query_table('t')", {"t"}),
        ("SELECT a FROM not_there", {"not_there"}),
        ("SELECT 1", set()),
    ],
)
def test_the_tables_that_a_statement_reads_are_found(con, statement, tables):
    con.execute("CREATE TABLE t (a BIGINT)")
    con.execute("CREATE TABLE u (a BIGINT)")
    assert tables_read_by(con, statement) == tables


def test_values_are_bound_and_not_read_as_sql(con):
    create_table(con, "t", "SELECT 'a; DROP TABLE t' AS a")
    found = fetch(con, "SELECT a FROM t WHERE a = $text", {"text": "a; DROP TABLE t"})
    assert len(found) == 1
    assert list_tables(con) == {"t"}


def test_only_published_tables_are_read_for_publishing(path):
    with open_warehouse(path) as con:
        for table in ("pub_b", "pub_a", "stg_c"):
            write_typed(con, table, pd.DataFrame({"n": [2, 1]}), {"n": "BIGINT"})
    found = read_public(path)
    assert list(found) == ["pub_a", "pub_b"]
    assert found["pub_a"]["n"].tolist() == [1, 2]
