"""What a run asks of the world outside: nothing; a download: the hosts of sources.toml alone."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from watching import RAW, environment, hosts_in, run_python, trap, watched

CONTENT = (RAW / "census_2021_ts001" / "census2021-ts001-lsoa_starter.csv").read_bytes()
ELSEWHERE = "elsewhere.example"
SOURCE = """
[{id}]
folder = "{id}"
title = "A table"
publisher = "A publisher"
page = "https://example.org/"
licence = "OGL v3.0"
attribution = "A publisher"
url = "http://127.0.0.1:{port}/{path}"
filename = "{id}.csv"
format = "csv"
max_mb = 5
redirect_hosts = {hosts}
"""


# --- a run ----------------------------------------------------------------------------------


def test_a_run_asks_for_no_host_at_all(abroad):
    assert abroad.hosts == []


def test_no_library_of_a_run_opens_a_connection_of_its_own(abroad):
    """GDAL and PROJ could; PROJ was even told to, by PROJ_NETWORK=ON."""
    assert abroad.calls == []


def test_a_run_leaves_nothing_in_the_home_folder(abroad):
    assert list(abroad.home.iterdir()) == []


# --- the hooks themselves -------------------------------------------------------------------

ASKING = {
    "socket.getaddrinfo('a.invalid', 80)": "a.invalid",
    "socket.gethostbyname('b.invalid')": "b.invalid",
    "socket.gethostbyname_ex('c.invalid')": "c.invalid",
    "socket.gethostbyaddr('127.0.0.9')": "127.0.0.9",
    "socket.getnameinfo(('127.0.0.8', 9), socket.NI_NUMERICSERV)": "127.0.0.8",
    "socket.create_connection(('127.0.0.7', 9), 1)": "127.0.0.7",
    "socket.socket().connect_ex(('127.0.0.6', 9))": "127.0.0.6",
    "UDP().sendto(b'x', ('127.0.0.5', 9))": "127.0.0.5",
    "UDP().sendmsg([b'x'], [], 0, ('127.0.0.4', 9))": "127.0.0.4",
    "asyncio.run(asyncio.open_connection('127.0.0.3', 9))": "127.0.0.3",
    "asyncio.run(ask_by_loop('d.invalid'))": "d.invalid",
    "urllib.request.urlopen('http://127.0.0.2:9/', timeout=1)": "127.0.0.2",
    "httpx.get('http://e.invalid/')": "e.invalid",
    "subprocess.run([sys.executable, '-c', CHILD], check=True)": "f.invalid",
}
SCRIPT = """
import asyncio, contextlib, functools, httpx, socket, subprocess, sys, urllib.request
socket.setdefaulttimeout(1)
UDP = functools.partial(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
CHILD = "import socket, contextlib\\nwith contextlib.suppress(OSError): " \\
    "socket.getaddrinfo('f.invalid', 1)"
async def ask_by_loop(host):
    await asyncio.get_running_loop().getaddrinfo(host, 80)
for line in sys.stdin.read().splitlines():
    with contextlib.suppress(OSError, httpx.HTTPError):
        exec(line)
"""


def test_each_way_of_asking_is_noticed(tmp_path):
    """A run that asked would not pass: this process does, in every way there is."""
    script = tmp_path / "ask.py"
    script.write_text(SCRIPT.replace("sys.stdin.read()", repr("\n".join(ASKING))))
    result = run_python(script, env=environment(tmp_path, **watched(tmp_path / "watch")))
    assert result.returncode == 0, result.stderr
    assert set(ASKING.values()) - set(hosts_in(tmp_path / "watch")) == set()


def test_a_command_of_ours_that_asked_would_be_noticed(tmp_path):
    """The same hooks on the command line itself, with one lookup slipped in."""
    slip = "import socket, sys; sys.argv[1:] = ['list', '--raw', sys.argv[1]]\n"
    slip += "from assetmap import cli\n"
    slip += "try:\n    socket.getaddrinfo('slipped.invalid', 443)\nexcept OSError:\n    pass\n"
    slip += "cli.main()"
    env = environment(tmp_path, **watched(tmp_path / "watch"))
    result = run_python("-c", slip, RAW, env=env, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert hosts_in(tmp_path / "watch") == ["slipped.invalid"]


@pytest.mark.parametrize(
    "asks",
    [
        "import pyogrio; pyogrio.read_info('/vsicurl/http://g.invalid/a.geojson')",
        # What the project's own transformations switch off.
        "from pyproj.transformer import TransformerGroup as T; T(27700, 4326, always_xy=True)",
    ],
    ids=["GDAL", "PROJ"],
)
def test_the_trap_is_called_by_libraries_that_ask(tmp_path, asks):
    with trap() as (proxies, calls):
        run_python("-c", asks, env=environment(tmp_path, PROJ_NETWORK="ON", **proxies))
        assert calls


def test_transformations_ask_for_no_grid_whatever_the_environment_says(tmp_path):
    asks = "from assetmap.geography import to_wgs84, to_bng; to_wgs84(); to_bng()"
    with trap() as (proxies, calls):
        result = run_python("-c", asks, env=environment(tmp_path, PROJ_NETWORK="ON", **proxies))
        assert result.returncode == 0, result.stderr
        assert calls == []


# --- downloads ------------------------------------------------------------------------------


class Publisher(BaseHTTPRequestHandler):
    """Has one file, and passes two others on: to another name of its own, and elsewhere."""

    def do_GET(self):
        targets = {
            "/own": f"http://localhost:{self.server.server_port}/good.csv",
            "/elsewhere": f"https://{ELSEWHERE}/good.csv",
        }
        self.send_response(302 if self.path in targets else 200)
        if self.path in targets:
            self.send_header("Location", targets[self.path])
        body = b"" if self.path in targets else CONTENT
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Stay quiet."""


@pytest.fixture(scope="module")
def port():
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def fetch_watched(folder, port, **paths):
    """Run `assetmap fetch` on sources that are found under these paths; return its end and hosts.

    A path with a star may be passed on to localhost.
    """
    raw = folder / "raw"
    raw.mkdir()
    (raw / "sources.toml").write_text(
        "".join(
            SOURCE.format(
                id=key,
                port=port,
                path=path.rstrip("*"),
                hosts=json.dumps(["localhost"] if path.endswith("*") else []),
            )
            for key, path in paths.items()
        )
    )
    env = environment(folder, **watched(folder / "watch"))
    env = {name: value for name, value in env.items() if not name.lower().endswith("_proxy")}
    result = run_python("-m", "assetmap.cli", "fetch", "--raw", raw, env=env)
    return result, set(hosts_in(folder / "watch"))


def test_a_download_asks_its_own_host_alone_and_is_not_led_elsewhere(tmp_path, port):
    result, hosts = fetch_watched(
        tmp_path, port, good_table="good.csv", lost_table="elsewhere", other_table="own"
    )
    assert hosts == {"127.0.0.1"}
    assert result.returncode == 1
    assert result.stderr.startswith("2 of 3 downloads failed:")
    assert f"127.0.0.1 redirects to {ELSEWHERE}, which redirect_hosts of" in result.stderr
    assert (tmp_path / "raw" / "good_table" / "good_table.csv").read_bytes() == CONTENT
    assert not (tmp_path / "raw" / "lost_table" / "lost_table.csv").exists()


def test_a_host_that_sources_toml_names_is_asked_and_seen_to_be(tmp_path, port):
    result, hosts = fetch_watched(tmp_path, port, other_table="own*")
    assert result.returncode == 0, result.stderr
    assert {"127.0.0.1", "localhost"} <= hosts <= {"127.0.0.1", "localhost", "::1"}
    assert (tmp_path / "raw" / "other_table" / "other_table.csv").read_bytes() == CONTENT
