"""The same inputs give the same bytes: in other surroundings, and with rows in another order."""

import json
import random
import shutil

import numpy as np
import openpyxl
import pytest
import shapely

from assetmap.errors import ConfigError
from assetmap.registers.read import REGISTERS
from assetmap.settings import read_settings
from assetmap.spatial.engine import Points, hilbert_order, pairs_within, worker_count
from assetmap.warehouse import fetch_rows, list_tables, open_warehouse
from watching import RAW, environment, files_of, run_python

DATABASES = ("warehouse", "public")
UNTITLED = "code_point_open"
"""Files of this publisher have no heading: every row of theirs is data."""

# Tables about the files themselves: which row of a file it was, what the file's hash and size are.
# They say so in these columns, and must be the same in all others.
ABOUT_FILES = {
    "run_held": ("row_number",),
    "run_source_mark": ("row_number",),
    "run_file": ("sha256",),
    "run_survey_file": ("sha256",),
    "mart_input": ("sha256", "size_bytes"),
    "pub_input": ("sha256", "size_bytes"),
}


def unlike(one, other):
    """Return the names of what is not the same, or not in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def tables_of(path, *, in_any_order=False):
    """Return each table's rows as text, as they are stored, so that no bit is lost."""
    with open_warehouse(path, read_only=True) as con:
        return {name: rows_of(con, name, in_any_order) for name in list_tables(con)}


def rows_of(con, name, in_any_order):
    statement = f'SELECT * FROM "{name}"'  # noqa: S608 - a name of ours
    if not in_any_order:
        return list(map(repr, fetch_rows(con, statement)[1]))
    if name in ("mart_run", "pub_run"):
        statement += " WHERE key <> 'run_id'"
    left_out = ABOUT_FILES.get(name)
    if left_out:
        statement = statement.replace("*", f"* EXCLUDE ({', '.join(left_out)})")
    return sorted(map(repr, fetch_rows(con, statement)[1]))


# --- surroundings ---------------------------------------------------------------------------


def test_the_site_has_the_same_bytes_in_other_surroundings(built, abroad):
    ours, theirs = files_of(built.maps), files_of(abroad.settings.maps)
    assert unlike(ours, theirs) == []
    assert "manifest.json" in ours
    assert len(ours) > 20
    # The hooks loaded, and nothing was warned of. (GDAL finds its own options out of order where
    # capitals are Turkish; it says so and goes on.)
    said = abroad.errors.splitlines()
    assert [line for line in said if "apszKnownConfigOptions" not in line] == []


@pytest.mark.parametrize("database", DATABASES)
def test_every_table_is_the_same_in_the_same_order_of_rows(built, abroad, database):
    ours = tables_of(getattr(built, database))
    theirs = tables_of(getattr(abroad.settings, database))
    assert unlike(ours, theirs) == []
    assert sum(map(len, ours.values())) > 1000


def test_lists_and_reports_beside_the_tables_are_the_same(built, abroad):
    def reports(settings):
        kept = files_of(settings.processed)
        return {n: b for n, b in kept.items() if n.endswith(".csv") or n == "quality.json"}

    ours = reports(built)
    assert unlike(ours, reports(abroad.settings)) == []
    assert {"quality.json", "quarantine.csv", "lists/held.csv"} <= ours.keys()


def test_the_other_surroundings_had_another_decimal_sign(abroad):
    if abroad.locale == "C":
        pytest.skip("NO TURKISH LOCALE (localedef): the run was in the locale C instead")
    assert abroad.locale == "tr_TR.UTF-8"


def test_what_holds_answers_is_private_under_an_open_umask(abroad):
    assert abroad.settings.maps.resolve().stat().st_mode & 0o777 == 0o777  # the umask was open
    home = abroad.settings.processed.resolve()
    open_to_others = [p for p in (home, *home.rglob("*")) if p.stat().st_mode & 0o077]
    assert open_to_others == []


# --- threads --------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["1", " 7 "])
def test_the_count_of_threads_can_be_set(monkeypatch, said):
    monkeypatch.setenv("ASSETMAP_THREADS", said)
    assert worker_count() == int(said)


@pytest.mark.parametrize("said", ["0", "-1", "two", "1.5", "1000"])
def test_a_count_of_threads_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("ASSETMAP_THREADS", said)
    with pytest.raises(ConfigError, match=r"ASSETMAP_THREADS: .* Mend or unset it\."):
        worker_count()


def test_one_thread_and_many_find_the_same_pairs(monkeypatch):
    random_numbers = np.random.default_rng(7)
    xy = random_numbers.uniform(0, 5_000, (20_000, 2))
    shapes = shapely.buffer(shapely.points(random_numbers.uniform(0, 5_000, (60, 2))), 90)
    found = []
    for count in ("1", "6"):
        monkeypatch.setenv("ASSETMAP_THREADS", count)
        pairs = pairs_within(Points(xy, hilbert_order(xy)), shapes, 300.0)
        found.append([part.tobytes() for part in (pairs.left, pairs.right, pairs.distance_m)])
    assert len(found[0][0]) > 4 * 20_000
    assert found[0] == found[1]


# --- order of rows --------------------------------------------------------------------------


def records(text):
    """Return the rows of a CSV text as they are written; a quoted cell may hold a line's end."""
    rows, begun = [], ""
    for line in text.splitlines(keepends=True):
        begun += line if line.endswith("\n") else f"{line}\n"
        if begun.count('"') % 2 == 0:
            rows.append(begun)
            begun = ""
    assert begun == ""
    return rows


def shuffle_csv(path, chance):
    with path.open(encoding="utf-8", newline="") as file:
        rows = records(file.read())
    head = [] if UNTITLED in str(path) else [rows.pop(0)]
    chance.shuffle(rows)
    path.write_text("".join([*head, *rows]), encoding="utf-8", newline="")


def shuffle_layer(path, chance):
    layer = json.loads(path.read_text("utf-8"))
    chance.shuffle(layer["features"])
    path.write_text(json.dumps(layer), "utf-8")


def shuffle_workbook(path, chance):
    """Shuffle each sheet; the items of one response stay in the order in which it names them."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        heading = [cell.value for cell in sheet[1]]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        shuffled = random.Random(chance.random()).sample(rows, len(rows))  # noqa: S311 - no secret
        if "_parent_index" in heading:
            parent = heading.index("_parent_index")
            own = {}
            for row in rows:
                own.setdefault(row[parent], []).append(row)
            shuffled = [own[row[parent]].pop(0) for row in shuffled]
        for cells, row in zip(sheet.iter_rows(min_row=2), shuffled, strict=True):
            for cell, value in zip(cells, row, strict=True):
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # a text that begins with = is no formula
    book.save(path)


def shuffle_rows(raw, seed):
    """Put the rows of every input into another order; return the files that were changed.

    Two orders mean something and are kept. Lists that may only grow are read against the last
    build's, row by row (``append-only``). Items of one response are numbered as it names them.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    kept = {raw / register.path for register in REGISTERS if register.is_append_only}
    exports = raw / "survey" / "exports"
    before = files_of(raw)
    for path in sorted(set(raw.rglob("*.csv")) - kept):
        shuffle_csv(path, chance)
    for path in sorted(raw.rglob("*.geojson")):
        shuffle_layer(path, chance)
    for path in sorted(exports.glob("*.xlsx")):
        shuffle_workbook(path, chance)
    return unlike(before, files_of(raw))


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory):
    """Run the whole build once on the starter set with the rows of every file shuffled."""
    folder = tmp_path_factory.mktemp("shuffled")
    raw = folder / "raw"
    shutil.copytree(RAW, raw)
    changed = shuffle_rows(raw, seed=20)
    assert len(changed) > 35
    assert "survey/exports/kobo_2026_synthetic.xlsx" in changed
    command = ("-m", "assetmap.cli", "run", "--raw", raw, "--out", folder / "out")
    result = run_python(*command, env=environment(folder / "prefect"))
    assert result.returncode == 0, result.stderr[-3000:]
    return read_settings(raw, folder / "out")


def without_hashes(maps):
    """Return a site's files with placeholders for the run's id and what depends on inputs' bytes.

    The manifest keeps the names of the files, whose own hashes change with the run's id.
    """
    files = files_of(maps)
    manifest = json.loads(files["manifest.json"])
    run_id = manifest["run_id"]
    names = {run_id: "run", run_id[:12]: "run"}  # pages show the first digits
    names |= {digest: name for name, digest in manifest["inputs"].items()}
    for name in files:
        for old, new in names.items():
            files[name] = files[name].replace(old.encode(), new.encode())
    rest = json.loads(files["manifest.json"])
    for source in rest["sources"].values():
        source["files"] = sorted(source["files"])  # without their sizes
    listed = files["data/inputs.csv"].splitlines()
    files["data/inputs.csv"] = [line.rpartition(b",")[0] for line in listed]
    return files | {"manifest.json": rest | {"files": sorted(rest["files"])}}


def test_rows_in_another_order_make_the_same_site(built, shuffled):
    ours, theirs = files_of(built.maps), files_of(shuffled.maps)
    assert unlike(ours, theirs) != []  # the hashes of the inputs are on it
    ours, theirs = map(without_hashes, (built.maps, shuffled.maps))
    assert unlike(ours, theirs) == []


@pytest.mark.parametrize("database", DATABASES)
def test_rows_in_another_order_make_the_same_tables(built, shuffled, database):
    ours = tables_of(getattr(built, database), in_any_order=True)
    theirs = tables_of(getattr(shuffled, database), in_any_order=True)
    assert unlike(ours, theirs) == []


def test_rows_in_another_order_make_the_same_lists(built, shuffled):
    """But ``held.csv``, which is about rows by their number in the file."""
    ours, theirs = files_of(built.lists), files_of(shuffled.lists)
    assert unlike(ours, theirs) == ["held.csv"]
