"""Fetching responses from a server on this machine that misbehaves in every way we know.

Each failure must say what happened, keep the export that was there, and never show the token.
"""

import json
import logging
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assetmap.errors import ConfigError, DownloadError, MissingInputError, StorageError
from assetmap.survey.pull import Limits, pull
from assetmap.survey.server import ENVIRONMENT_NAME, read_server, read_token

LAYOUTS = Path(__file__).parent / "data/survey/layouts"
BOOK = (LAYOUTS / "kobo.xlsx").read_bytes()
ARCHIVE = (LAYOUTS / "central.zip").read_bytes()
OLD = b"PK\x03\x04 the export of last week"
HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
CANARY = "s3cr3t-canary-0123456789"
QUICK = Limits(connect_s=2, read_s=0.3, backoff_s=1, tries=5, total_s=60)

EXPORTS = "/api/v2/assets/aZ9/exports/"
ONE = f"{EXPORTS}eXp1/"
RESULT = "/private-media/export.xlsx"
SUBMISSIONS = "/v1/projects/7/forms/assetmap_survey/submissions.csv.zip?attachments=false"


class Handler(BaseHTTPRequestHandler):
    """Answers as the test's table of routes says, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        answers = self.server.routes.get((self.command, self.path), [(404, b"")])
        given = answers.pop(0) if len(answers) > 1 else answers[0]
        if given == "silence":
            self.server.done.wait(5)
            self.close_connection = True
            return
        status, content, *headers = given
        self.send_response(status)
        fields = {"Content-Length": str(len(content)), **(headers[0] if headers else {})}
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        if int(fields["Content-Length"]) != len(content):
            self.close_connection = True

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def do_DELETE(self):
        self.answer()

    def log_message(self, *_):
        """Keep the test's output clean."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that hangs up is part of the tests."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def asked(self):
        return [(method, path) for method, path, _, _ in self.seen]


@pytest.fixture
def make_server():
    servers = []

    def make():
        server = Server(("127.0.0.1", 0), Handler)
        server.seen, server.routes, server.done = [], {}, threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return server

    yield make
    for server, thread in servers:
        server.done.set()
        server.shutdown()
        thread.join()
        server.server_close()


def as_json(**values):
    return json.dumps(values).encode()


@pytest.fixture
def kobo(make_server):
    """A KoboToolbox that makes an export at the second look."""
    server = make_server()
    server.routes = {
        ("POST", EXPORTS): [(201, as_json(uid="eXp1", status="created", result=None))],
        ("GET", ONE): [
            (200, as_json(status="processing", result=None)),
            (200, as_json(status="complete", result=f"{server.url}{RESULT}")),
        ],
        ("GET", RESULT): [(200, BOOK)],
        ("DELETE", ONE): [(204, b"")],
    }
    return server


@pytest.fixture
def central(make_server):
    server = make_server()
    server.routes = {("GET", SUBMISSIONS): [(200, ARCHIVE)]}
    return server


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "survey").mkdir()
    return tmp_path


class Waits(list):
    """Takes the place of time.sleep and remembers what it was asked for."""

    def __call__(self, seconds):
        self.append(seconds)


def use_kobo(raw, server, **more):
    settle(raw, kind="kobo", url=server.url, form="aZ9", **more)


def use_central(raw, server, **more):
    settle(raw, kind="central", url=server.url, form="assetmap_survey", project=7, **more)


def settle(raw, **values):
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    (raw / "survey/server.toml").write_text("\n".join(lines))


def run(raw, *, waits=None, limits=QUICK, token=CANARY):
    sleep = Waits() if waits is None else waits
    environ = {ENVIRONMENT_NAME: token}
    return pull(raw, environ=environ, limits=limits, sleep=sleep, jitter=lambda: 1.0)


def refusal(raw, **how):
    """Pull, fail, and return the message, after what must hold of every failure."""
    exports = raw / "survey/exports"
    before = {path: path.read_bytes() for path in exports.glob("*")}
    with pytest.raises(DownloadError) as caught:
        run(raw, **how)
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value.__cause__)
    assert {path: path.read_bytes() for path in exports.glob("*")} == before
    return str(caught.value)


# ------------------------------------------------------------- what goes well


def test_kobotoolbox_makes_an_export_that_is_fetched_and_forgotten(raw, kobo):
    use_kobo(raw, kobo)
    waits = Waits()
    result = run(raw, waits=waits)
    assert result.path == raw / "survey/exports/kobo_aZ9.xlsx"
    assert result.path.read_bytes() == BOOK
    assert (result.state, result.size_bytes) == ("downloaded", len(BOOK))
    steps = [("POST", EXPORTS), ("GET", ONE), ("GET", ONE), ("GET", RESULT), ("DELETE", ONE)]
    assert kobo.asked() == steps
    assert waits == [3]
    wanted = json.loads(kobo.seen[0][3])
    assert (wanted["type"], wanted["lang"], wanted["group_sep"]) == ("xls", "_xml", "/")
    assert {headers["Authorization"] for _, _, headers, _ in kobo.seen} == {f"Token {CANARY}"}


def test_odk_central_gives_its_archive(raw, central):
    use_central(raw, central)
    result = run(raw)
    assert result.path == raw / "survey/exports/central_7_assetmap_survey.zip"
    assert result.path.read_bytes() == ARCHIVE
    assert central.seen[0][2]["Authorization"] == f"Bearer {CANARY}"


def test_the_export_is_for_this_user_alone(raw, central):
    use_central(raw, central)
    path = run(raw).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_same_bytes_are_said_to_be_unchanged(raw, central):
    use_central(raw, central)
    assert [run(raw).state, run(raw).state] == ["downloaded", "unchanged"]
    central.routes[("GET", SUBMISSIONS)] = [(200, BOOK)]
    assert run(raw).state == "downloaded"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_that_passes_is_tried_again(raw, central, status):
    use_central(raw, central)
    faults = [(status, b"", {"Retry-After": "7"}), (status, b"")]
    central.routes[("GET", SUBMISSIONS)] = [*faults, (200, ARCHIVE)]
    waits = Waits()
    assert run(raw, waits=waits).state == "downloaded"
    assert waits == [7, 2]


def test_silence_and_a_cut_are_tried_again(raw, central):
    use_central(raw, central)
    cut = (200, ARCHIVE[:100], {"Content-Length": str(len(ARCHIVE))})
    central.routes[("GET", SUBMISSIONS)] = ["silence", cut, (200, ARCHIVE)]
    assert run(raw).state == "downloaded"
    assert len(central.seen) == 3


def test_creating_an_export_is_tried_again_too(raw, kobo):
    use_kobo(raw, kobo)
    kobo.routes[("POST", EXPORTS)].insert(0, (503, b""))
    assert run(raw).state == "downloaded"


def test_a_server_that_keeps_its_copy_does_not_spoil_the_pull(raw, kobo):
    use_kobo(raw, kobo)
    kobo.routes[("DELETE", ONE)] = [(403, b"")]
    assert run(raw).state == "downloaded"


# ------------------------------------------------------------- what does not


@pytest.fixture
def old(raw):
    """The export of last week, which every failure must leave."""
    path = raw / "survey/exports/central_7_assetmap_survey.zip"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def test_a_token_that_is_refused_is_said_so_and_not_tried_again(raw, central, old):
    use_central(raw, central)
    central.routes[("GET", SUBMISSIONS)] = [(401, f'{{"detail": "{CANARY}"}}'.encode())]
    message = refusal(raw)
    assert f"127.0.0.1 does not accept the token in {ENVIRONMENT_NAME} (401)" in message
    assert f"({len(OLD)} bytes) is kept" in message
    assert len(central.seen) == 1
    assert old.read_bytes() == OLD


@pytest.mark.parametrize("status", [403, 404])
def test_a_form_that_may_not_be_read_is_said_so(raw, central, status):
    use_central(raw, central)
    central.routes[("GET", SUBMISSIONS)] = [(status, b"")]
    message = refusal(raw)
    assert f"answered {status}: there is no such form" in message
    assert "Nothing was saved." in message


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, HTML), "is an HTML page"),
        ((200, ARCHIVE[:-30]), "is a ZIP archive that is cut short"),
        ((200, b""), "is an empty file"),
        ((200, b"a,b\n1,2\n"), "is text, not a ZIP archive"),
        ((200, ARCHIVE[:99], {"Content-Length": str(len(ARCHIVE))}), "broke off"),
        ((418, HTML), "answered 418"),
        ((429, b""), "answered 429, on the last of 5 tries"),
        ("silence", "did not answer in time, on the last of 5 tries"),
        ((302, b"", {"Location": "https://evil.example.org/"}), "evil.example.org, which"),
        ((302, b"", {"Location": "ftp://127.0.0.1/x"}), "ftp: on 127.0.0.1, not https:"),
        ((302, b"", {"Location": "https://127.0.0.1:x/"}), "cannot be read"),
        ((302, b""), "must be answered there"),
        ((302, b"", {"Location": SUBMISSIONS}), "redirects more than 5 times"),
    ],
)
def test_what_is_no_export_is_refused_and_the_last_one_kept(raw, central, answer, said):
    use_central(raw, central)
    central.routes[("GET", SUBMISSIONS)] = [answer]
    assert said in refusal(raw)


def test_an_archive_that_is_no_workbook_is_refused(raw, kobo):
    use_kobo(raw, kobo)
    kobo.routes[("GET", RESULT)] = [(200, ARCHIVE)]
    assert "no safe workbook" in refusal(raw)
    assert kobo.asked()[-1] == ("DELETE", ONE)


def test_an_export_above_the_cap_is_broken_off(raw, central):
    use_central(raw, central, max_mb=1)
    central.routes[("GET", SUBMISSIONS)] = [(200, b"PK\x03\x04" + b"x" * 1_000_001)]
    assert "more than 1,000,000 bytes (max_mb of server.toml)" in refusal(raw)


@pytest.mark.parametrize(
    ("route", "answers", "said"),
    [
        (("POST", EXPORTS), [(200, HTML)], "something else than JSON"),
        (("POST", EXPORTS), [(201, b"[]")], "something else than JSON"),
        (("POST", EXPORTS), [(201, b'{"uid": "../../x"}')], "no export that has a uid"),
        (("POST", EXPORTS), [(302, b"", {"Location": RESULT})], "must be answered there"),
        (("GET", ONE), [(200, b'{"status": "error"}')], "could not make the export"),
        (("GET", ONE), [(200, b'{"status": "processing"}')], "took more than 60 s"),
        (("GET", ONE), [(200, b'{"status": "complete"}')], "could not make the export"),
    ],
)
def test_an_export_that_is_not_made_is_said_so(raw, kobo, route, answers, said):
    use_kobo(raw, kobo)
    kobo.routes[route] = answers
    assert said in refusal(raw)


def test_a_server_that_is_not_there_is_said_so(raw, central):
    use_central(raw, central)
    central.server_close()
    assert "there is no connection to 127.0.0.1" in refusal(raw)


# ------------------------------------------------------------- the token


def test_another_host_is_not_asked_unless_it_is_named(raw, kobo):
    use_kobo(raw, kobo)
    done = as_json(status="complete", result="https://evil.example.org/export.xlsx")
    kobo.routes[("GET", ONE)] = [(200, done)]
    message = refusal(raw)
    assert "evil.example.org, which redirect_hosts of server.toml does not name" in message


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("way", ["redirect", "result"])
def test_another_server_never_sees_the_token(raw, kobo, make_server, name, way):
    store = make_server()
    store.routes = {("GET", "/signed"): [(200, BOOK)]}
    elsewhere = f"http://{name}:{store.server_port}/signed"
    if way == "redirect":
        kobo.routes[("GET", RESULT)] = [
            (302, b"", {"Location": elsewhere, "Set-Cookie": "a=b; Path=/"})
        ]
    else:
        kobo.routes[("GET", ONE)] = [(200, as_json(status="complete", result=elsewhere))]
    use_kobo(raw, kobo, redirect_hosts=["localhost"])
    assert run(raw).path.read_bytes() == BOOK
    [(_, _, headers, _)] = store.seen
    assert CANARY not in str(headers)
    assert not {"authorization", "cookie"} & {key.lower() for key in headers}


def test_the_token_is_in_no_log_and_no_file(raw, kobo, caplog):
    use_kobo(raw, kobo)
    kobo.routes[("POST", EXPORTS)].insert(0, (503, CANARY.encode()))
    with caplog.at_level(logging.DEBUG):
        run(raw)
    assert "try 2 follows" in caplog.text
    assert CANARY not in caplog.text
    saved = [path for path in raw.rglob("*") if path.is_file()]
    assert not [path for path in saved if CANARY.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "is not set"),
        ("  \n", "is not set"),
        ("short", "holds no token"),
        (f"{CANARY}\nX-Evil: 1", "holds no token"),
        (f"{CANARY} ł", "holds no token"),
    ],
)
def test_without_a_usable_token_nothing_is_asked(raw, central, token, said):
    use_central(raw, central)
    with pytest.raises(ConfigError, match=said) as caught:
        run(raw, token=token)
    assert CANARY not in str(caught.value)
    assert not central.seen


def test_a_token_does_not_show_where_it_is_printed():
    assert CANARY not in repr(read_token({ENVIRONMENT_NAME: CANARY}))


# ------------------------------------------------------------- settings


def test_without_settings_it_is_said_what_to_do(raw):
    with pytest.raises(MissingInputError, match="save an export by hand"):
        run(raw)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "kobo"\nurl = "http://kobo.example.org"\nform = "a"', "not with https:"),
        ('kind = "kobo"\nurl = "https://k.example.org"\nform = "a/../b"', "form: String should"),
        ('kind = "other"\nurl = "https://k.example.org"\nform = "a"', "kind: Input should be"),
        ('kind = "kobo"\nurl = "https://k.example.org"\nform = "a"\nproject = 1', "left out"),
        ('kind = "central"\nurl = "https://k.example.org"\nform = "a"', "project is a number"),
        (f'kind = "kobo"\nurl = "https://k.example.org"\nform = "a"\ntoken = "{CANARY}"', "token"),
        ('kind = "kobo"\nurl = "https://u:p@k.example.org"\nform = "a"', "holds a user name"),
        ("kind = ", "is not TOML"),
    ],
)
def test_wrong_settings_are_named_and_not_quoted(raw, text, said):
    path = raw / "survey/server.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        read_server(path)
    assert CANARY not in str(caught.value)


def test_settings_that_cannot_be_read_are_a_fault_of_storage(raw):
    (raw / "survey/server.toml").mkdir()
    with pytest.raises(StorageError):
        read_server(raw / "survey/server.toml")


def test_the_stand_ins_are_archives():
    assert zipfile.is_zipfile(LAYOUTS / "kobo.xlsx")
    assert zipfile.is_zipfile(LAYOUTS / "central.zip")
