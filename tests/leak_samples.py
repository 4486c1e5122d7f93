"""Ways to hide a text in a published file; every person and number here is made up.

Each disguise takes a value and returns the bytes of a file that holds it.
"""

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from shapely import Point

NAME = "Zebedée Quixworth"  # synthetic
WORDS = "plain words about parks and schools that anybody may read "
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def page(text):
    html = f"<!doctype html><html><body><p>{WORDS}</p><p>{text}</p><p>{WORDS}</p></body></html>"
    return html.encode()


def each(template):
    return lambda value: page("".join(template.format(ord(char)) for char in value))


def between(mark):
    return lambda value: page(mark.join(value))


def percent(value, times=1):
    text = "".join(f"%{byte:02X}" for byte in value.encode())
    return text if times == 1 else percent(text, times - 1)


def quoted_printable(value):
    text = "".join(f"={byte:02X}" for byte in value.encode())
    return (WORDS + text[:21] + "=\r\n" + text[21:]).encode()


def in_base64(value, *, before="", codec="utf-8", url=False):
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    return encode(f"{before}{value} {WORDS}".encode(codec)).decode().rstrip("=" if url else "")


def wrapped_base64(value):
    text = base64.encodebytes(gzip.compress((WORDS + value + WORDS).encode())).decode()
    return page(text)


def data_uri(data, kind="image/png"):
    return page(f'<img src="data:{kind};base64,{base64.b64encode(data).decode()}" alt="">')


def png(value):
    """Return a picture with a compressed note in it."""
    body = b"Comment\0\0" + zlib.compress(value.encode())
    chunk = b"zTXt" + body
    note = struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return PIXEL[:33] + note + PIXEL[33:]


def png_international(value):
    body = b"Title\0\1\0en\0\0" + zlib.compress(value.encode())
    chunk = b"iTXt" + body
    note = struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return PIXEL[:33] + note + PIXEL[33:]


def pdf(content):
    stream = zlib.compress(content)
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Filter /FlateDecode /Length "
    return head + b"%d >>\nstream\n" % len(stream) + stream + b"\nendstream\nendobj\n%%EOF\n"


def pdf_kerned(value):
    return pdf(
        b"BT [" + b" -20 ".join(f"({char})".encode("latin-1") for char in value) + b"] TJ ET"
    )


def zipped(data, name="note.txt", times=1):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue() if times == 1 else zipped(stream.getvalue(), "inner.zip", times - 1)


def workbook(value):
    """Return a workbook with the value in a hidden row."""
    book, stream = Workbook(), io.BytesIO()
    book.active.append(["note"])
    book.active.append([value])
    book.active.row_dimensions[2].hidden = True
    book.save(stream)
    return stream.getvalue()


def docx(value):
    runs = "".join(f"<w:r><w:t>{char}</w:t></w:r>" for char in value)
    return zipped(f"<w:document><w:p>{runs}</w:p></w:document>", "word/document.xml")


def saved(write, suffix):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        write(path)
        return path.read_bytes()


def layer(value, column="note"):
    return gpd.GeoDataFrame({column: [value]}, geometry=[Point(405_000, 287_000)], crs=27700)


def parquet(value):
    return saved(lambda path: pd.DataFrame({"a": [value]}).to_parquet(path), ".parquet")


def parquet_of(table, **options):
    return saved(lambda path: pq.write_table(table, path, **options), ".parquet")


def parquet_dropped_column(value):
    """Return a table with the value in its notes only."""
    table = pa.table({"a": [1, 2]}).replace_schema_metadata({"author": value})
    return parquet_of(table, compression="zstd")


def parquet_nested(value):
    return parquet_packed([{"b": f"{WORDS * 20}{value}"}])


def parquet_packed(cell):
    """Return a table of which the bytes do not show the value: no statistics, packed text."""
    table = pa.table({"a": [cell]})
    return parquet_of(table, compression="zstd", write_statistics=False, use_dictionary=False)


def geoparquet(value):
    return saved(lambda path: layer(value).to_parquet(path, compression="zstd"), ".parquet")


def geopackage(value):
    return saved(lambda path: layer(value).to_file(path, driver="GPKG"), ".gpkg")


def geopackage_note(value):
    def write(path):
        layer("x").to_file(path, driver="GPKG")
        con = sqlite3.connect(path)
        with con:
            con.execute("UPDATE gpkg_contents SET description = ?", [value])
        con.close()

    return saved(write, ".gpkg")


def sqlite(*statements, values=()):
    def write(path):
        con = sqlite3.connect(path)
        for statement in statements:
            con.execute(statement, values if "?" in statement else ())
            con.commit()
        con.close()

    return saved(write, ".sqlite")


def sqlite_deleted(value):
    return sqlite(
        "PRAGMA secure_delete = OFF",
        "CREATE TABLE t (a)",
        "INSERT INTO t VALUES (?)",
        "DELETE FROM t",
        values=[value],
    )


def sqlite_blob(value):
    return sqlite(
        "CREATE TABLE t (a)", "INSERT INTO t VALUES (?)", values=[gzip.compress(value.encode())]
    )


def sqlite_across_pages(value):
    """Return a database in which the value begins on one page and ends on another."""
    make = "CREATE TABLE t (a)", "INSERT INTO t VALUES (?)"
    for length in range(600):  # the tail moves all that is before it
        data = sqlite("PRAGMA page_size = 512", *make, values=["." * 900 + value + "." * length])
        if value.encode() not in data:
            return data
    raise AssertionError


def sqlite_log(value):
    def write(path):
        con = sqlite3.connect(path)
        con.execute("PRAGMA journal_mode = WAL")
        con.execute("CREATE TABLE t (a)")
        con.execute("INSERT INTO t VALUES (?)", [value])
        con.commit()
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        con.close()

    return saved(write, ".sqlite")


def arrow(value):
    stream, table = io.BytesIO(), pa.table({"a": [value] * 3})
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(stream, table.schema, options=options) as writer:
        writer.write_table(table)
    return stream.getvalue()


def geojson(value):
    feature = {
        "type": "Feature",
        "properties": {"unused": value},
        "geometry": {"type": "Point", "coordinates": [-1.9, 52.4]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def svg(value):
    spans = "".join(f'<tspan x="{9 * n}">{char}</tspan>' for n, char in enumerate(value))
    return f"<svg xmlns='http://www.w3.org/2000/svg'><text>{spans}</text></svg>".encode()


NAMED = {"é": "&eacute;", " ": "&nbsp;"}

DISGUISES = {
    "plain.html": page,
    "latin-1.txt": lambda v: f"{WORDS}{v}".encode("latin-1"),
    "utf-16.txt": lambda v: f"{WORDS}{v}".encode("utf-16"),
    "utf-16-le.txt": lambda v: f"{WORDS}{v}".encode("utf-16-le"),
    "utf-16-be-odd.bin": lambda v: b"\xff" + f"{WORDS}{v}".encode("utf-16-be"),
    "utf-32.txt": lambda v: f"{WORDS}{v}".encode("utf-32"),
    "utf-32-be.txt": lambda v: f"{WORDS}{v}".encode("utf-32-be"),
    "upper-case.html": lambda v: page(v.upper()),
    "no-spaces.html": lambda v: page(v.replace(" ", "")),
    "accents-split.html": lambda v: page(v.replace("é", "e\u0301")),
    "no-accents.html": lambda v: page(v.replace("é", "e")),
    "full-width.html": lambda v: page(
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v)
    ),
    "comment.html": lambda v: page(f"<!-- {v} -->"),
    "hidden-row.html": lambda v: page(f"<table><tr hidden><td>{v}</td></tr></table>"),
    "attribute.html": lambda v: page(f"<i data-note='{v}'></i>"),
    "decimal-entities.html": each("&#{0};"),
    "padded-entities.html": each("&#00000{0};"),
    "hex-entities.html": each("&#x{0:X};"),
    "entities-unended.html": each("&#x{0:x} "),
    "named-entities.html": lambda v: page("".join(NAMED.get(char, char) for char in v)),
    "entities-twice.html": each("&amp;#{0};"),
    "script-u.js": each("\\u{0:04x}"),
    "script-u-braces.js": each("\\u{{{0:x}}}"),
    "script-x.js": each("\\x{0:02x}"),
    "script-u-twice.js": each("\\\\u{0:04x}"),
    "json.json": lambda v: json.dumps({"a": v}).encode(),
    "python-long.txt": each("\\U{0:08x}"),
    "style.css": each("\\{0:06x}"),
    "style-short.css": each("\\{0:x} "),
    "octal.js": each("\\{0:03o}"),
    "char-codes.js": lambda v: page(f"String.fromCharCode({', '.join(str(ord(c)) for c in v)})"),
    "char-codes-hex.js": lambda v: page(f"[{','.join(hex(ord(c)) for c in v)}]"),
    "percent.html": lambda v: page(percent(v)),
    "percent-twice.html": lambda v: page(percent(v, 2)),
    "percent-thrice.html": lambda v: page(percent(v, 3)),
    "percent-u.html": each("%u{0:04x}"),
    "percent-of-entities.html": lambda v: page(percent("".join(f"&#{ord(c)};" for c in v))),
    "base64.html": lambda v: page(in_base64(v)),
    "base64-shifted-1.html": lambda v: page(in_base64(v, before="x")),
    "base64-shifted-2.html": lambda v: page(in_base64(v, before="xx")),
    "base64-glued-1.html": lambda v: page("/" + in_base64(v)),
    "base64-glued-2.html": lambda v: page("ab" + in_base64(v)),
    "base64-glued-3.html": lambda v: page("abc" + in_base64(v)),
    "base64-url.html": lambda v: page(in_base64(v, before="\u00ff\u00fe?>", url=True)),
    "base64-utf-16.html": lambda v: page(in_base64(v, codec="utf-16-le")),
    "base64-wrapped.html": wrapped_base64,
    "base64-twice.html": lambda v: page(base64.b64encode(in_base64(v).encode()).decode()),
    "base64-thrice.html": lambda v: page(
        base64.b64encode(base64.b64encode(in_base64(v).encode())).decode()
    ),
    "base64-of-entities.html": lambda v: page(in_base64("".join(f"&#{ord(c)};" for c in v))),
    "base64-percent.html": lambda v: page(percent(in_base64(v))),
    "data-uri.html": lambda v: data_uri(f"{WORDS}{v}".encode(), "text/plain"),
    "data-uri-gzip.html": lambda v: data_uri(gzip.compress(f"{WORDS}{v}".encode())),
    "data-uri-png.html": lambda v: data_uri(png(v)),
    "data-uri-percent.html": lambda v: page(f'<img src="data:image/svg+xml,{percent(v)}">'),
    "hex.html": lambda v: page(v.encode().hex()),
    "hex-odd.html": lambda v: page("a" + v.encode().hex()),
    "hex-spaced.html": lambda v: page(v.encode().hex(" ")),
    "hex-colons.html": lambda v: page(v.encode().hex(":").upper()),
    "hex-of-gzip.txt": lambda v: gzip.compress(v.encode()).hex().encode(),
    "quoted-printable.eml": quoted_printable,
    "reversed.html": lambda v: page(v[::-1]),
    "reversed-base64.html": lambda v: page(in_base64(v[::-1])),
    "zero-width.html": between("\u200b"),
    "zero-width-entities.html": between("&ZeroWidthSpace;"),
    "soft-hyphens.html": between("\u00ad"),
    "soft-hyphen-entities.html": between("&shy;"),
    "hangul-fillers.html": between("\u3164"),
    "tags.html": lambda v: page("".join(f"<b>{char}</b>" for char in v)),
    "comments-between.html": between("<!-- x -->"),
    "tags-and-entities.html": lambda v: page("".join(f"<b>&#{ord(char)};</b>" for char in v)),
    "joined.js": lambda v: page("'" + "' + '".join(v) + "'"),
    "gzip.csv.gz": lambda v: gzip.compress(f"{WORDS}{v}".encode()),
    "gzip-two-members.gz": lambda v: gzip.compress(b"first") + gzip.compress(v.encode()),
    "gzip-thrice.gz": lambda v: gzip.compress(gzip.compress(gzip.compress(v.encode()))),
    "gzip-inside.bin": lambda v: b"\xff\x00\xfe head" + gzip.compress(v.encode()),
    "bzip2.bz2": lambda v: bz2.compress(v.encode()),
    "xz.xz": lambda v: lzma.compress(v.encode()),
    "zstandard.zst": lambda v: bytes(pa.compress(v.encode(), "zstd", asbytes=True)),
    "zip.zip": lambda v: zipped(v.encode()),
    "zip-thrice.zip": lambda v: zipped(v.encode(), times=3),
    "zip-member-name.zip": lambda v: zipped(b"x", name=f"{v}.txt"),
    "zip-behind-page.html": lambda v: page("x") + zipped(v.encode()),
    "workbook.xlsx": workbook,
    "document.docx": docx,
    "pdf.pdf": lambda v: pdf(f"BT ({v}) Tj ET".encode("latin-1")),
    "pdf-kerned.pdf": pdf_kerned,
    "pdf-hex.pdf": lambda v: pdf(f"BT <{v.encode('utf-16-be').hex()}> Tj ET".encode()),
    "png-ztxt.png": png,
    "png-itxt.png": png_international,
    "parquet.parquet": parquet,
    "parquet-notes.parquet": parquet_dropped_column,
    "parquet-nested.parquet": parquet_nested,
    "parquet-packed.parquet": lambda v: parquet_packed(f"{WORDS * 20}{v}"),
    "parquet-bytes.parquet": lambda v: parquet_of(pa.table({"a": [v.encode("utf-16-le")]})),
    "parquet-column.parquet": lambda v: parquet_of(pa.table({v: [1]}), compression="zstd"),
    "geoparquet.parquet": geoparquet,
    "arrow.feather": arrow,
    "geopackage.gpkg": geopackage,
    "geopackage-note.gpkg": geopackage_note,
    "geopackage-column.gpkg": lambda v: saved(
        lambda path: layer("x", v).to_file(path, driver="GPKG"), ".gpkg"
    ),
    "sqlite-deleted.sqlite": sqlite_deleted,
    "sqlite-blob.sqlite": sqlite_blob,
    "sqlite-log.sqlite": sqlite_log,
    "sqlite-across-pages.sqlite": sqlite_across_pages,
    "sqlite-utf-16.sqlite": lambda v: sqlite(
        "PRAGMA encoding = 'UTF-16be'", "CREATE TABLE t (a)", "INSERT INTO t VALUES (?)", values=[v]
    ),
    "zipped-geopackage.zip": lambda v: zipped(geopackage(v), "layer.gpkg"),
    "picture.svg": svg,
    "layer.geojson": geojson,
    "table.csv": lambda v: f"a,b\n1,{v}\n".encode(),
}
"""File name → what writes the value into a file of that kind."""


def bomb():
    """Return a gzip file of a gigabyte of zeros, twice compressed."""
    return gzip.compress(gzip.compress(bytes(300_000_000), 9), 9)


def nested(times):
    data = b"the inside"
    for _ in range(times):
        data = gzip.compress(data)
    return data


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)  # noqa: S311 - noise, not a secret


HOSTILE = {
    "bomb.gz": bomb,
    "bomb.zip": lambda: zipped(bytes(300_000_000)),
    "nested.gz": lambda: nested(40),
    "cut.gz": lambda: gzip.compress(noise(5_000))[:-900],
    "broken.gz": lambda: b"\x1f\x8b\x08\x00" + noise(500),
    "not-gzip.gz": lambda: b"just text",
    "cut.zip": lambda: zipped(noise(5_000))[:-900],
    "locked.zip": lambda: _locked(zipped(b"secret")),
    "wrong-sum.zip": lambda: zipped(b"0123456789" * 9).replace(b"\x30\x34\x32", b"\x30\x34\x33"),
    "cut.parquet": lambda: parquet("x")[:-50],
    "broken.parquet": lambda: b"PAR1" + noise(500) + b"PAR1",
    "many-rows.parquet": lambda: parquet_of(pa.table({"a": pa.nulls(30_000_000, pa.int8())})),
    "cut.gpkg": lambda: geopackage("x")[:-8_192],
    "broken.sqlite": lambda: _smashed(geopackage("x")),
    "not-a-database.gpkg": lambda: b"just text",
    "cut.xz": lambda: lzma.compress(noise(5_000))[:-900],
    "cut.bz2": lambda: bz2.compress(noise(5_000))[:-900],
    "archive.7z": lambda: b"7z\xbc\xaf\x27\x1c" + noise(100),
    "locked.pdf": lambda: pdf(b"x") + b"trailer << /Encrypt 5 0 R >>",
    "bomb-inside.pdf": lambda: pdf(bytes(300_000_000)),
    "broken.feather": lambda: b"ARROW1\0\0" + noise(500),
    "encrypted.parquet": lambda: b"PARE" + noise(100) + b"PARE",
}
"""File name → what makes a file that cannot be read to its end."""


def _locked(archive):
    # The first bit of the flags, in the member's head and in the directory.
    data = bytearray(archive)
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _smashed(database):
    # The second page on is overwritten; the head still promises tables.
    page_size = int.from_bytes(database[16:18])
    return database[:page_size] + noise(len(database) - page_size)
