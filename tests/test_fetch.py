"""Downloads against a server on this machine that misbehaves in every way we know.

Each failure must say what happened, leave the file that was there as it was, byte for byte,
and leave no temporary file.
"""

import errno
import gzip
import hashlib
import io
import itertools
import os
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from filelock import FileLock

from assetmap import __version__
from assetmap.errors import BusyError, DownloadError, StorageError
from assetmap.fetch import Limits, fetch
from assetmap.sources import DatasetSource

GOOD = b"code,name\n" + b"".join(b"E%08d,Place\n" % number for number in range(20_000))
OLD = b"code,name\nE01000001,Old place\n"
HTML = b"\n<!DOCTYPE html>\n<html><body>Sorry, we are down, try later</body></html>"
QUICK = Limits(connect_s=1, read_s=0.2, backoff_s=1, tries=5)


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the test's own answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        self.server.answer(self, len(self.server.seen))

    def send(self, status, body=b"", *, length=None, **headers):
        self.send_response(status)
        if length is not False:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        """End the connection, whatever was announced."""
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_):
        """Keep the test's output clean."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that hangs up is part of the tests."""


def visible(folder):
    """All files but the lock, which stays for the next run and holds nothing."""
    return [path for path in folder.iterdir() if not path.name.endswith(".lock")]


@pytest.fixture
def server():
    server = Server(("127.0.0.1", 0), Handler)
    server.seen = []
    server.done = threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.done.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path):
    """A dataset's folder with the file of an earlier download and a starter extract."""
    folder = tmp_path / "places"
    folder.mkdir()
    (folder / "places.csv").write_bytes(OLD)
    (folder / "places_starter.csv").write_bytes(b"code,name\n")
    os.utime(folder / "places.csv", (1_714_564_800, 1_714_564_800))
    return folder


def source_of(server, path="/places.csv", **changes):
    values = {
        "id": "places",
        "folder": "places",
        "title": "Places",
        "publisher": "A publisher",
        "page": "https://example.org/about",
        "url": f"http://127.0.0.1:{server.server_port}{path}",
        "filename": "places.csv",
        "format": "csv",
        "licence": "Open Government Licence v3.0",
        "attribution": "A publisher",
        "max_mb": 1,
        "checked": True,
    }
    return DatasetSource.model_validate(values | changes)


class Waits(list):
    """Takes the place of time.sleep and remembers what it was asked for."""

    def __call__(self, seconds):
        self.append(seconds)


def get(server, folder, *, limits=QUICK, waits=None, progress=None, **changes):
    return fetch(
        source_of(server, **changes),
        folder,
        progress=progress,
        limits=limits,
        sleep=Waits() if waits is None else waits,
        jitter=lambda: 1.0,
    )


def refused(server, folder, **options):
    """Return the message of a failed download, after the promises on the folder are checked."""
    before = {path.name: path.read_bytes() for path in visible(folder)}
    with pytest.raises(DownloadError) as caught:
        get(server, folder, **options)
    assert {path.name: path.read_bytes() for path in visible(folder)} == before
    message = str(caught.value)
    assert message.startswith("places: ")
    assert "The file of 2024-05-01 that is there (30 bytes) is kept." in message
    assert message.endswith(
        "Try again later, or download the file from https://example.org/about and save it as "
        f"{folder / 'places.csv'}."
    )
    return message


def packed(files, **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **options) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


# --- good answers ---------------------------------------------------------------------------


def test_a_good_file_takes_the_place_of_the_old_one(server, folder):
    server.answer = lambda request, _: request.send(200, GOOD)
    result = get(server, folder, sha256=hashlib.sha256(GOOD).hexdigest(), size=len(GOOD))
    assert (folder / "places.csv").read_bytes() == GOOD
    assert result.path == folder / "places.csv"
    assert (result.dataset_id, result.state, result.note) == ("places", "downloaded", "")
    assert (result.size_bytes, result.sha256) == (len(GOOD), hashlib.sha256(GOOD).hexdigest())
    assert sorted(path.name for path in visible(folder)) == ["places.csv", "places_starter.csv"]


def test_a_folder_that_is_missing_is_made(server, tmp_path):
    server.answer = lambda request, _: request.send(200, GOOD)
    result = get(server, tmp_path / "postcodes" / "places")
    assert result.path.read_bytes() == GOOD
    assert result.note == "sources.toml has no SHA-256 to compare with"


def test_the_same_bytes_again_are_unchanged(server, folder):
    server.answer = lambda request, _: request.send(200, OLD)
    before = (folder / "places.csv").stat()
    assert get(server, folder).state == "unchanged"
    after = (folder / "places.csv").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(visible(folder)) == 2


def test_a_request_says_who_asks_and_no_more(server, folder, monkeypatch):
    def answer(request, number):
        if number == 1:
            return request.send(302, Location="/there", Set_Cookie="track=me; Path=/")
        return request.send(200, GOOD)

    server.answer = answer
    monkeypatch.setenv("NETRC", os.devnull)
    get(server, folder)
    for _, headers in server.seen:
        assert headers["User-Agent"] == f"assetmap/{__version__}"
        assert headers["Accept-Encoding"] == "identity"
        assert not {"Cookie", "Referer", "Authorization"} & set(headers)
    assert [path for path, _ in server.seen] == ["/places.csv", "/there"]


def test_progress_is_told_with_the_length(server, folder):
    server.answer = lambda request, _: request.send(200, GOOD)
    told = []
    get(server, folder, progress=lambda received, total: told.append((received, total)))
    assert told[-1] == (len(GOOD), len(GOOD))
    assert len(told) > 1
    assert [received for received, _ in told] == sorted({received for received, _ in told})


def test_a_length_that_is_not_stated_is_noted(server, folder):
    def answer(request, _):
        request.send(200, GOOD, length=False, Connection="close")
        request.cut()

    server.answer = answer
    told = []
    result = get(server, folder, progress=lambda *values: told.append(values))
    assert "the server stated no length" in result.note
    assert told[-1] == (len(GOOD), None)


def test_a_body_packed_against_our_wish_is_unpacked(server, folder):
    server.answer = lambda request, _: request.send(
        200, gzip.compress(GOOD), Content_Encoding="gzip"
    )
    get(server, folder, sha256=hashlib.sha256(GOOD).hexdigest())
    assert (folder / "places.csv").read_bytes() == GOOD


def test_an_archive_and_a_layer_are_kept_as_they_are(server, tmp_path):
    archive = packed([("a.csv", GOOD)], compression=zipfile.ZIP_DEFLATED)
    layer = b'{"type": "FeatureCollection", "features": [{"type": "Feature"}]}\n'
    for body, form in ((archive, "zip"), (layer, "geojson")):
        server.answer = lambda request, _, body=body: request.send(200, body)
        result = get(server, tmp_path, filename=f"places.{form}", format=form)
        assert result.path.read_bytes() == body


# --- faults that may pass -------------------------------------------------------------------


def test_two_faults_are_waited_out(server, folder):
    def answer(request, number):
        request.send(500 if number < 3 else 200, GOOD)

    server.answer = answer
    waits = Waits()
    assert get(server, folder, waits=waits).state == "downloaded"
    assert waits == [1, 2]


@pytest.mark.parametrize("status", [202, 429, 500, 503])
def test_five_faults_are_enough(server, folder, status):
    server.answer = lambda request, _: request.send(status)
    waits = Waits()
    message = refused(server, folder, waits=waits)
    assert f"127.0.0.1 answered {status} (" in message
    assert ", on the last of 5 tries. " in message
    assert len(server.seen) == 5
    assert waits == [1, 2, 4, 8]


def test_jitter_spreads_the_waits(server, folder):
    server.answer = lambda request, _: request.send(503)
    waits, source = Waits(), source_of(server)
    with pytest.raises(DownloadError):
        fetch(source, folder, limits=QUICK, sleep=waits, jitter=lambda: 0.0)
    assert waits == [0.5, 1, 2, 4]


def test_a_server_that_asks_for_a_wait_gets_it_within_reason(server, folder):
    pauses = {1: "7", 2: "86400", 3: "soon"}

    def answer(request, number):
        if number > 3:
            return request.send(200, GOOD)
        return request.send(429, Retry_After=pauses[number])

    server.answer = answer
    waits = Waits()
    get(server, folder, waits=waits)
    assert waits == [7, 30, 4]


def test_a_short_body_is_not_taken_for_a_file(server, folder):
    def answer(request, _):
        request.send(200, GOOD[:1000], length=len(GOOD))
        request.cut()

    server.answer = answer
    message = refused(server, folder)
    assert "127.0.0.1 broke off after 1,000 of 320,010 bytes, on the last of 5 tries." in message
    assert len(server.seen) == 5


def test_a_stalled_server_is_left(server, folder):
    def answer(request, _):
        request.send(200, GOOD[:1000], length=len(GOOD))
        request.wfile.flush()
        server.done.wait(20)

    server.answer = answer
    message = refused(server, folder, limits=Limits(read_s=0.1, tries=2))
    assert "127.0.0.1 sent nothing for 0.1 s, on the last of 2 tries." in message


def test_a_trickle_is_left_after_the_whole_time(server, folder):
    def answer(request, _):
        request.send(200, length=len(GOOD))
        while not server.done.wait(0.01):
            request.wfile.write(b"x" * 70_000)

    server.answer = answer
    message = refused(server, folder, limits=Limits(total_s=0, read_s=5))
    assert "127.0.0.1 took more than 0 s." in message
    assert len(server.seen) == 1


def test_a_server_that_does_not_listen_is_named(server, folder):
    server.answer = None
    closed = Server(("127.0.0.1", 0), Handler)
    closed.server_close()
    waits = Waits()
    message = refused(closed, folder, waits=waits)
    assert "there is no connection to 127.0.0.1 (" in message
    assert "refused" in message
    assert waits == []


# --- resuming -------------------------------------------------------------------------------


def ranged(request, *, body=GOOD, etag='"v1"', **headers):
    """Answer as a server that knows ranges does."""
    wanted = request.headers.get("Range")
    if wanted is None or request.headers.get("If-Range") != etag:
        return request.send(200, body, ETag=etag)
    start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    content_range = f"bytes {start}-{len(body) - 1}/{len(body)}"
    return request.send(206, body[start:], **({"Content_Range": content_range} | headers))


def cut_at(request, size, **headers):
    request.send(200, GOOD[:size], length=len(GOOD), **headers)
    request.cut()


def test_a_cut_download_goes_on_where_it_was(server, folder):
    def answer(request, number):
        return cut_at(request, 100_000, ETag='"v1"') if number == 1 else ranged(request)

    server.answer = answer
    told = []
    get(server, folder, progress=lambda received, _: told.append(received))
    assert (folder / "places.csv").read_bytes() == GOOD
    assert told == sorted(told), "it began again"
    assert server.seen[1][1]["Range"] == "bytes=100000-"
    assert server.seen[1][1]["If-Range"] == '"v1"'


def test_a_fault_between_does_not_cost_what_is_there(server, folder):
    def answer(request, number):
        if number == 1:
            return cut_at(request, 100_000, ETag='"v1"')
        return request.send(503) if number == 2 else ranged(request)

    server.answer = answer
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD
    assert [headers.get("Range") for _, headers in server.seen] == [
        None,
        "bytes=100000-",
        "bytes=100000-",
    ]


def test_a_date_lets_a_download_go_on_too(server, folder):
    day = "Wed, 01 May 2024 12:00:00 GMT"

    def answer(request, number):
        if number == 1:
            return cut_at(request, 100_000, Last_Modified=day, ETag='W/"weak"')
        return ranged(request, etag=day)

    server.answer = answer
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD
    assert server.seen[1][1]["If-Range"] == day


def test_without_a_version_a_cut_download_begins_again(server, folder):
    def answer(request, number):
        return cut_at(request, 100_000) if number == 1 else request.send(200, GOOD)

    server.answer = answer
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD
    assert "Range" not in server.seen[1][1]


def test_a_server_without_ranges_sends_the_whole_file_again(server, folder):
    def answer(request, number):
        if number == 1:
            return cut_at(request, 100_000, ETag='"v1"')
        return request.send(200, GOOD, ETag='"v1"')

    server.answer = answer
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD
    assert len(server.seen) == 2


def test_a_file_that_changed_meanwhile_is_not_joined_to_the_old_half(server, folder):
    new = GOOD.replace(b"Place", b"Plaza")

    def answer(request, number):
        if number == 1:
            return cut_at(request, 100_000, ETag='"v1"')
        return ranged(request, body=new, etag='"v2"')

    server.answer = answer
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == new


@pytest.mark.parametrize(
    "content_range",
    ["bytes 0-99/320010", "bytes 100000-320009/999999", "bytes what", ""],
)
def test_a_wrong_range_is_not_joined(server, folder, content_range):
    def answer(request, number):
        if number == 1:
            return cut_at(request, 100_000, ETag='"v1"')
        if number == 2:
            return ranged(request, Content_Range=content_range)
        return request.send(200, GOOD)

    server.answer = answer
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD
    assert "Range" not in server.seen[2][1]


def test_a_range_that_is_refused_begins_again(server, folder):
    def answer(request, number):
        if number == 1:
            return cut_at(request, 100_000, ETag='"v1"')
        return request.send(416) if number == 2 else request.send(200, GOOD)

    server.answer = answer
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD


def test_a_part_that_nobody_asked_for_is_refused(server, folder):
    server.answer = lambda request, _: request.send(
        206, GOOD[100_000:], Content_Range="bytes 100000-320009/320010"
    )
    assert "127.0.0.1 answered 206 (Partial Content)." in refused(server, folder)


def test_a_part_of_an_unknown_version_is_not_joined(server, folder):
    def answer(request, number):
        if number == 1:
            return cut_at(request, 100_000)
        span = f"bytes 100000-{len(GOOD) - 1}/{len(GOOD)}"
        return request.send(206, GOOD[100_000:], Content_Range=span)

    server.answer = answer
    assert "127.0.0.1 answered 206 (Partial Content)." in refused(server, folder)


# --- redirects ------------------------------------------------------------------------------


def test_another_host_is_refused_until_it_is_named(server, folder):
    def answer(request, number):
        if number % 2:
            where = f"http://localhost:{server.server_port}/file?sig=secret"
            return request.send(302, Location=where)
        return request.send(200, GOOD)

    server.answer = answer
    message = refused(server, folder)
    assert (
        "127.0.0.1 redirects to localhost, which redirect_hosts of sources.toml does not name"
    ) in message
    assert "secret" not in message
    assert len(server.seen) == 1
    server.seen.clear()
    assert get(server, folder, redirect_hosts=["localhost"]).state == "downloaded"


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("file:///etc/passwd", "127.0.0.1 redirects to a file: address, not to https:"),
        ("data:text/csv,a", "127.0.0.1 redirects to an address that cannot be read"),
        ("http://example.org/x", "redirects to http: on example.org, not to https:"),
        ("//evil.example/x", "127.0.0.1 redirects to evil.example, which redirect_hosts"),
        ("http://[::1", "127.0.0.1 redirects to an address that cannot be read"),
        ("", "127.0.0.1 redirects without saying where to"),
    ],
)
def test_a_redirect_leads_nowhere_else(server, folder, location, told):
    server.answer = lambda request, _: request.send(302, Location=location)
    assert told in refused(server, folder, redirect_hosts=["example.org"])
    assert len(server.seen) == 1


def test_redirects_that_go_round_are_left(server, folder):
    server.answer = lambda request, _: request.send(307, Location="/places.csv")
    assert "127.0.0.1 redirects more than 5 times." in refused(server, folder)
    assert len(server.seen) == 6


def test_five_redirects_are_followed(server, folder):
    def answer(request, number):
        return request.send(301, Location="next") if number < 6 else request.send(200, GOOD)

    server.answer = answer
    assert get(server, folder).state == "downloaded"


# --- answers that are not the file ----------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 304])
def test_a_refusal_is_not_tried_again(server, folder, status):
    server.answer = lambda request, _: request.send(status, length=0)
    waits = Waits()
    assert f"127.0.0.1 answered {status} (" in refused(server, folder, waits=waits)
    assert (len(server.seen), waits) == (1, [])


def test_an_address_that_nobody_checked_is_doubted(server, folder):
    server.answer = lambda request, _: request.send(404)
    doubt = "Its address in sources.toml has not been checked."
    assert doubt not in refused(server, folder)
    assert doubt in refused(server, folder, checked=False)


CUT_LAYER = b"""{"type": "FeatureCollection", "features": [{"type": "Feature"}],
 "properties": {"exceededTransferLimit": true}}"""
UTF16_PAGE = "<html><body>a,b</body></html>".encode("utf-16")


@pytest.mark.parametrize(
    ("body", "form", "told"),
    [
        (HTML, "csv", "is an HTML page, not a CSV file"),
        (b"\xef\xbb\xbf" + HTML, "csv", "is an HTML page, not a CSV file"),
        (b"<!-- a,b --><html>", "csv", "is an HTML page, not a CSV file"),
        (UTF16_PAGE, "csv", "is an HTML page, not a CSV file"),
        (b'<?xml version="1.0"?><Error/>', "csv", "is an XML document, not a CSV file"),
        (b'{"error": "a,b"}', "csv", "is JSON, not a CSV file"),
        (packed([("a.csv", GOOD)]), "csv", "is a ZIP archive, not a CSV file"),
        (gzip.compress(GOOD), "csv", "is gzip data, not a CSV file"),
        (b"a,b\n\x00\x01", "csv", "is binary data, not a CSV file"),
        (b"", "csv", "(0 bytes) is an empty file, not a CSV file"),
        (b" \n", "csv", "is an empty file, not a CSV file"),
        (b"Service unavailable", "csv", "is text without a separator in its first line"),
        (HTML, "zip", "is an HTML page, not a ZIP archive"),
        (packed([]), "zip", "is an empty ZIP archive, not a ZIP archive"),
        (packed([("a.csv", GOOD)])[:-9], "zip", "is a ZIP archive that is cut short, broken"),
        (packed([("a.csv", GOOD)]).replace(b"E00000007", b"E0000000X"), "zip", "damaged member"),
        (packed([("../a.csv", GOOD)]), "zip", "that holds a path that leads outside it"),
        (packed([("/a.csv", GOOD)]), "zip", "that holds a path that leads outside it"),
        (packed([("C:\\a.csv", GOOD)]), "zip", "that holds a path that leads outside it"),
        (packed([("a/", b"")]), "zip", "is a ZIP archive without files"),
        (packed((f"{n}.csv", b"") for n in range(1_001)), "zip", "than 1,000 files: it has 1,001"),
        (
            packed([("a.csv", bytes(900_000))], compression=zipfile.ZIP_DEFLATED),
            "zip",
            "is a ZIP archive that unpacks to more than 100 times its size",
        ),
        (HTML, "geojson", "is an HTML page, not a GeoJSON file"),
        (b'{"error": {"code": 499}}', "geojson", "is JSON but no GeoJSON FeatureCollection"),
        (b"[1, 2]", "geojson", "is JSON but no GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection", "fea', "geojson", "JSON that is cut short or broken"),
        (b"[" * 100_000, "geojson", "JSON that is cut short or broken"),
        (
            b'{"type": "FeatureCollection", "features": []}',
            "geojson",
            "is a GeoJSON layer without features",
        ),
        (
            CUT_LAYER,
            "geojson",
            "is only a part of the layer",
        ),
    ],
)
def test_an_answer_that_is_not_the_file_is_refused(server, folder, body, form, told):
    server.answer = lambda request, _: request.send(200, body, Content_Type="text/csv")
    name = f"places.{form}"
    if form != "csv":
        (folder / "places.csv").rename(folder / name)
    before = (folder / name).read_bytes()
    with pytest.raises(DownloadError) as caught:
        get(server, folder, filename=name, format=form)
    assert told in str(caught.value)
    assert "(30 bytes) is kept." in str(caught.value)
    assert (folder / name).read_bytes() == before
    assert sorted(path.name for path in visible(folder)) == sorted([name, "places_starter.csv"])
    assert len(server.seen) == 1


def test_an_archive_with_a_repeated_member_is_refused(server, folder):
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = packed([("a.csv", GOOD), ("a.csv", OLD)])
    server.answer = lambda request, _: request.send(200, body)
    with pytest.raises(DownloadError, match="ZIP archive that holds a name twice"):
        get(server, folder, filename="places.zip", format="zip")


def test_a_link_in_an_archive_is_refused(server, folder):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    body = packed([(link, "/etc/passwd")])
    server.answer = lambda request, _: request.send(200, body)
    with pytest.raises(DownloadError, match="that holds a link, which leads outside it"):
        get(server, folder, filename="places.zip", format="zip")


@pytest.mark.parametrize("text", ["code;name\nE1;Café\n".encode("cp1252"), b'"a"\t"b"\n1\t2\n'])
def test_other_plain_tables_are_taken(server, folder, text):
    server.answer = lambda request, _: request.send(200, text)
    assert get(server, folder).size_bytes == len(text)


def test_a_character_cut_at_the_end_of_the_head_is_no_fault(server, folder):
    text = b"a,b\n" + b"x" * 4_091 + "é,1\n".encode()
    assert text[4_095:4_097] == "é".encode()
    server.answer = lambda request, _: request.send(200, text)
    assert get(server, folder).size_bytes == len(text)


def test_a_file_announced_too_large_is_not_begun(server, folder):
    server.answer = lambda request, _: request.send(200, GOOD[:10], length=1_000_001)
    told = []
    message = refused(server, folder, progress=lambda *values: told.append(values))
    assert "the file has at least 1,000,001 bytes, above max_mb = 1." in message
    assert told == []
    assert len(server.seen) == 1


def test_a_file_that_grows_too_large_is_left(server, folder):
    def answer(request, _):
        request.send(200, length=False, Connection="close")
        for _ in itertools.takewhile(lambda _: not server.done.is_set(), itertools.count()):
            request.wfile.write(GOOD)

    server.answer = answer
    message = refused(server, folder)
    assert "bytes, above max_mb = 1." in message
    assert len(server.seen) == 1


def test_a_small_body_that_unpacks_too_large_is_left(server, folder):
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 100_000
    server.answer = lambda request, _: request.send(200, bomb, Content_Encoding="gzip")
    assert "bytes, above max_mb = 1." in refused(server, folder)


def test_another_hash_is_refused(server, folder):
    server.answer = lambda request, _: request.send(200, GOOD)
    begun = hashlib.sha256(GOOD).hexdigest()[:12]
    message = refused(server, folder, sha256="0" * 64)
    assert (
        f"the file's SHA-256 begins with {begun}, that of sources.toml with 000000000000."
        in message
    )


def test_another_size_is_refused(server, folder):
    server.answer = lambda request, _: request.send(200, GOOD)
    message = refused(server, folder, size=5)
    assert "the file has 320,010 bytes, not the 5 of sources.toml." in message


# --- what is there, and the disk ------------------------------------------------------------


def test_without_a_file_before_nothing_is_left(server, tmp_path):
    server.answer = lambda request, _: request.send(404)
    with pytest.raises(DownloadError, match=r"\(Not Found\)\. Nothing was saved\. Try again"):
        get(server, tmp_path)
    assert visible(tmp_path) == []


def test_a_starter_extract_stays_in_use(server, folder):
    (folder / "places.csv").unlink()
    server.answer = lambda request, _: request.send(404)
    with pytest.raises(DownloadError, match="the starter extract that is there stays in use"):
        get(server, folder)


def test_a_manual_source_says_how_to_get_it(folder):
    source = DatasetSource(
        id="sites",
        folder="sites",
        title="Sites",
        publisher="A publisher",
        page="https://example.org/about",
        licence="Open Government Licence v3.0",
        attribution="A publisher",
        manual="Copy the rows of the council's register.",
    )
    with pytest.raises(DownloadError) as caught:
        fetch(source, folder / "sites")
    assert str(caught.value) == (
        "sites: there is no single file to download. Copy the rows of the council's register."
    )
    assert not (folder / "sites").exists()


def test_what_a_killed_run_left_is_overwritten(server, folder):
    (folder / "places.csv.part").write_bytes(b"half of another file" * 50_000)
    server.answer = lambda request, _: request.send(200, GOOD)
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD
    assert not (folder / "places.csv.part").exists()


def test_one_file_is_downloaded_by_one_run_at_a_time(server, folder):
    server.answer = lambda request, _: request.send(200, GOOD)
    part = folder / "places.csv.part"
    part.write_bytes(b"theirs")
    with FileLock(folder / ".places.csv.lock"), pytest.raises(BusyError) as caught:
        get(server, folder)
    assert part.read_bytes() == b"theirs"
    assert caught.value.exit_code == 75
    assert "places: another run is downloading places.csv." in str(caught.value)
    assert (folder / "places.csv").read_bytes() == OLD
    assert server.seen == []


def test_a_link_in_place_of_the_temporary_file_is_not_followed(server, folder, tmp_path):
    (tmp_path / "precious").write_bytes(b"precious")
    (folder / "places.csv.part").symlink_to(tmp_path / "precious")
    server.answer = lambda request, _: request.send(200, GOOD)
    get(server, folder)
    assert (folder / "places.csv").read_bytes() == GOOD
    assert (tmp_path / "precious").read_bytes() == b"precious"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_no_more_is_a_fault_of_storage(server, folder, monkeypatch, number):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    server.answer = lambda request, _: request.send(200, GOOD)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError) as caught:
        get(server, folder)
    assert caught.value.exit_code == 74
    message = str(caught.value)
    assert message.startswith(f"places: {folder / 'places.csv'} cannot be written (")
    assert os.strerror(number) in message
    assert "The file of 2024-05-01 that is there (30 bytes) is kept." in message
    assert (folder / "places.csv").read_bytes() == OLD
    assert not (folder / "places.csv.part").exists()


def test_a_folder_that_is_a_file_is_a_fault_of_storage(server, tmp_path):
    (tmp_path / "places").write_text("a file")
    with pytest.raises(StorageError, match=r"cannot be written .* Nothing was saved\."):
        get(server, tmp_path / "places")
    assert (tmp_path / "places").read_text() == "a file"


def test_an_interrupt_leaves_nothing_behind(server, folder):
    def interrupt(*_):
        raise KeyboardInterrupt

    server.answer = lambda request, _: request.send(200, GOOD)
    with pytest.raises(KeyboardInterrupt):
        get(server, folder, progress=interrupt)
    assert (folder / "places.csv").read_bytes() == OLD
    assert not (folder / "places.csv.part").exists()


def test_waits_are_real_sleeps_by_default():
    assert fetch.__kwdefaults__["sleep"] is time.sleep
