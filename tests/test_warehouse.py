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
    _CONFIG,
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


REFUSED = [
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM read_csv_auto('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM read_ndjson('{file}')",
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM parquet_metadata('{file}')",
    "SELECT * FROM read_duckdb('{folder}/other.duckdb')",
    "SELECT * FROM sniff_csv('{file}')",
    "SELECT * FROM '{file}'",
    "FROM '{file}'",
    "SELECT * FROM query_table('{file}')",
    "SELECT * FROM query('FROM read_text(''{file}'')')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{file}'')'))",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_csv('/dev/stdin')",
    "DESCRIBE '{file}'",
    "SUMMARIZE '{file}'",
    "PREPARE p AS FROM '{file}'",
    "CREATE TEMP TABLE x AS FROM '{file}'",
    "CREATE TEMP VIEW x AS FROM '{file}'",
    "ATTACH '{folder}/other.duckdb'",
    "ATTACH '{folder}/other.duckdb' AS o (READ_ONLY)",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)",
    "COPY t TO '/dev/stdout'",
    "COPY t FROM '{file}'",
    "EXPORT DATABASE '{folder}/export'",
    "IMPORT DATABASE '{folder}/export'",
    "INSTALL spatial",
    "INSTALL httpfs FROM 'https://example.org'",
    "FORCE INSTALL json",
    "UPDATE EXTENSIONS",
    "LOAD spatial",
    "LOAD httpfs",
    "LOAD '{folder}/x.duckdb_extension'",
    "SET enable_external_access = true",
    "SET threads = 4",
    "SET lock_configuration = false",
    "RESET enable_external_access",
    "SET temp_directory = '{folder}'",
    "PRAGMA enable_profiling",
    "PRAGMA profiling_output = '{folder}/profile'",
    "PRAGMA log_query_path = '{folder}/log'",
    "CALL enable_logging('QueryLog', storage = 'file', storage_path = '{folder}/logs')",
    "CALL enable_logging(storage = 'stdout')",
    "CALL enable_profiling(format = 'json', save_location = '{folder}/profile')",
    "CREATE SECRET s (TYPE http)",
    "CREATE PERSISTENT SECRET s (TYPE http)",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM which_secret('s3://bucket', 's3')",
    "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM read_csv('https://example.org/a.csv')",
    "SELECT * FROM read_parquet('s3://bucket/a.parquet')",
    "SELECT * FROM 'https://example.org/a.csv'",
]
"""Ways out that DuckDB knows."""

ABSENT = [
    "SELECT getenv('HOME')",
    "SELECT * FROM st_read('{file}')",
    "SELECT * FROM sqlite_scan('{file}', 't')",
    "SELECT * FROM postgres_scan('host=example.org', 'public', 't')",
    "SELECT * FROM iceberg_scan('{folder}')",
    "CALL start_ui()",
]
"""Ways out of DuckDB's shell and of extensions, which are not loaded by themselves."""


@pytest.fixture(params=[False, True], ids=["to write", "to read"])
def outward(request, tmp_path):
    """A warehouse of one table and a file beside it, opened to write and to read."""
    (tmp_path / "secret.csv").write_text("a\n778899\n")
    path = tmp_path / "w.duckdb"
    with open_warehouse(path) as con:
        con.execute("CREATE TABLE t (a BIGINT)")
    with open_warehouse(tmp_path / "other.duckdb"):
        pass
    with open_warehouse(path, read_only=request.param) as con:
        yield con


def try_out(con, folder, statement):
    """Run a statement that leads out, and make sure that nothing came to be in the folder."""
    before = sorted(p.name for p in folder.rglob("*"))
    try:
        con.execute(statement.format(file=folder / "secret.csv", folder=folder)).fetchall()
    finally:
        assert sorted(p.name for p in folder.rglob("*")) == before


@pytest.mark.parametrize("statement", REFUSED)
def test_the_outside_is_out_of_reach(outward, tmp_path, statement):
    with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)):
        try_out(outward, tmp_path, statement)


@pytest.mark.parametrize("statement", ABSENT)
def test_ways_out_of_extensions_are_not_there(outward, tmp_path, statement):
    with pytest.raises(duckdb.CatalogException):
        try_out(outward, tmp_path, statement)


def test_an_address_needs_an_extension_that_is_not_there(outward, tmp_path):
    with pytest.raises(duckdb.Error, match="httpfs"):
        try_out(outward, tmp_path, "ATTACH 'https://example.org/a.duckdb'")


@pytest.mark.parametrize(
    "ask",
    [
        lambda con, file: con.read_csv(str(file)),
        lambda con, file: con.read_parquet(str(file)),
        lambda con, file: con.read_json(str(file)),
        lambda con, file: con.sql("SELECT 1").write_csv(f"{file}.out"),
        lambda con, file: con.sql("SELECT 1").to_parquet(f"{file}.out"),
        lambda con, _: con.install_extension("httpfs"),
        lambda con, _: con.load_extension("httpfs"),
        lambda con, file: con.cursor().execute(f"FROM '{file}'"),
    ],
    ids=["csv", "parquet", "json", "to csv", "to parquet", "install", "load", "cursor"],
)
def test_the_outside_is_out_of_reach_from_python_too(outward, tmp_path, ask):
    with pytest.raises(duckdb.PermissionException):
        ask(outward, tmp_path / "secret.csv")
    assert sorted(p.name for p in tmp_path.glob("*.out")) == []


def outcome(con, statement):
    """Return what a statement gives, as text, or the message of its error."""
    try:
        return str(con.execute(statement).fetchall())
    except duckdb.Error as fault:
        return f"refused: {fault}"
    finally:
        con.rollback()
        con.begin()


# Where a bare name of a table is looked for. It opens no file, and DuckDB does not lock it.
NOT_LOCKED = {"schema", "search_path"}


def test_no_setting_can_be_changed(outward):
    names = [name for (name,) in outward.execute("SELECT name FROM duckdb_settings()").fetchall()]
    assert len(names) > 100
    changed = set()
    for name in names:
        for form in ("SET {} = ''", "SET GLOBAL {} = ''", "RESET {}", "PRAGMA {} = ''"):
            said = outcome(outward, form.format(name))
            if not said.startswith("refused: ") or "has been locked" not in said:
                changed.add(name)
    assert changed - NOT_LOCKED == set()


def test_no_function_gives_a_file_s_content(outward, tmp_path):
    """Nor one that a later DuckDB may add."""
    functions = outward.execute(
        "SELECT DISTINCT function_name, function_type FROM duckdb_functions() ORDER BY ALL"
    ).fetchall()
    assert {"read_text", "glob", "sniff_csv"} <= {name for name, _ in functions}
    assert telling(outward, functions, tmp_path) == []


def test_functions_that_read_files_are_seen_to_where_they_may(tmp_path):
    """Not a rule: the look above finds what an open connection gives away."""
    (tmp_path / "secret.csv").write_text("a\n778899\n")
    (tmp_path / "other.duckdb").touch()
    functions = [("read_text", "table"), ("glob", "table"), ("unnest", "table")]
    with duckdb.connect() as con:
        con.begin()
        assert telling(con, functions, tmp_path) == ["glob", "read_text"]


def telling(con, functions, folder):
    """Return the functions that, given a path, tell a file's content or another file's name."""
    told = set()
    for name, kind in functions:
        if kind in ("scalar", "macro"):
            asked = [f"SELECT \"{name}\"('{folder}/secret.csv')"]
        else:
            paths = (f"'{folder}/secret.csv'", f"['{folder}/secret.csv']", f"'{folder}/*'")
            asked = [f"SELECT * FROM {name}({path})" for path in paths]  # noqa: S608 - its own
        said = " ".join(outcome(con, statement) for statement in asked)
        told |= {name} if "778899" in said or "other.duckdb" in said else set()
    return sorted(told)


def test_a_database_in_memory_may_be_attached_and_leads_nowhere(con, tmp_path):
    con.execute("ATTACH ':memory:' AS m")
    con.execute("CREATE TABLE m.t (a BIGINT)")
    with pytest.raises(duckdb.PermissionException):
        con.execute(f"COPY m.t FROM '{tmp_path}/x.csv'")
    assert [p.name for p in tmp_path.iterdir() if p.suffix != ".wal"] == ["w.duckdb"]


@pytest.mark.parametrize("read_only", [False, True])
def test_what_does_not_fit_in_memory_lies_beside_the_database_and_goes(
    path, monkeypatch, read_only
):
    """Beside the database is the private folder of the build: nowhere else may answers lie."""
    with open_warehouse(path):
        pass
    monkeypatch.setitem(_CONFIG, "memory_limit", "20MB")
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    with open_warehouse(path, read_only=read_only) as con:
        con.execute(
            "CREATE TEMP TABLE big AS SELECT range AS n, md5(range::VARCHAR) AS t "
            "FROM range(1000000)"
        )
        spilt = path.with_name(f"{path.name}.tmp")
        assert sum(p.stat().st_size for p in spilt.iterdir()) > 1_000_000
        assert list(elsewhere.iterdir()) == []
    assert not spilt.exists()


def test_a_python_variable_is_no_table(con):
    secret = pd.DataFrame({"a": [1]})
    for statement in ("SELECT * FROM secret", "SELECT * FROM pd", "FROM path"):
        with pytest.raises(duckdb.CatalogException):
            con.execute(statement)
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


@pytest.mark.parametrize("name", ["autoinstall_known_extensions", "python_enable_replacements"])
def test_the_second_wall_stands_also_where_the_first_keeps_everything_out(tmp_path, name):
    """No outside access stops these too, so that no statement shows that they are off."""
    with open_warehouse(tmp_path / "w.duckdb") as con:
        assert fetch(con, f"SELECT current_setting('{name}') AS setting")["setting"].tolist() == [
            False
        ]
