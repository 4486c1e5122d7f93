"""The Prefect flows: same bytes as without Prefect, nothing asked of the outside, artifacts."""

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "raw"

# Written as a sitecustomize module, so that Prefect's own server, a process of its own,
# is watched as well.
WATCH = """
import os, socket
_log, _ask, _connect = os.environ["HOST_LOG"], socket.getaddrinfo, socket.socket.connect
def _note(host):
    with open(_log, "a") as stream:
        stream.write(f"{host}\\n")
def getaddrinfo(host, *rest, **named):
    _note(host)
    return _ask(host, *rest, **named)
def connect(self, address):
    if isinstance(address, tuple):
        _note(address[0])
    return _connect(self, address)
socket.getaddrinfo = getaddrinfo
socket.socket.connect = connect
"""
SOURCE = """
[{id}]
folder = "{id}"
title = "A table"
publisher = "A publisher"
page = "https://example.org/"
licence = "OGL v3.0"
attribution = "A publisher"
url = "http://127.0.0.1:{port}/{name}.csv"
filename = "{name}.csv"
format = "csv"
max_mb = 5
checked = false
"""
LOOPBACK = {"127.0.0.1", "localhost", "::1", "None", "b'127.0.0.1'", "b'localhost'"}


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def environment(home, **more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    return kept | {"PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(url, data=None):
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as reply:  # noqa: S310 - loopback
        return json.load(reply)


def wait_for(url, process):
    for _ in range(600):
        assert process.poll() is None, "the Prefect server ended"
        try:
            answer(url)
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the Prefect server did not answer within two minutes")


@pytest.fixture(scope="module")
def standing_server(tmp_path_factory):
    home, port = tmp_path_factory.mktemp("prefect"), free_port()
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/api"
    try:
        wait_for(f"{url}/health", process)
        yield url, home
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def flow_run(standing_server, tmp_path_factory):
    """Run `python -m flows` against a standing server, in another zone, locale and hash seed."""
    url, home = standing_server
    out, watch = tmp_path_factory.mktemp("flows"), tmp_path_factory.mktemp("watch")
    (watch / "sitecustomize.py").write_text(WATCH)
    env = environment(
        home,
        PREFECT_API_URL=url,
        HOST_LOG=str(watch / "hosts"),
        PYTHONPATH=f"{watch}{os.pathsep}{ROOT}",
        PYTHONHASHSEED="7",
        TZ="Asia/Karachi",
        LC_ALL="C",
    )
    command = [sys.executable, "-m", "flows", "--raw", str(RAW), "--out", str(out)]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return result, out, (watch / "hosts").read_text().split("\n")[:-1]


def test_the_flows_give_the_same_bytes_as_the_command(flow_run, tmp_path):
    _, out, _ = flow_run
    env = environment(tmp_path, PYTHONHASHSEED="1", TZ="UTC")
    command = [
        sys.executable,
        "-m",
        "assetmap.cli",
        "run",
        "--raw",
        str(RAW),
        "--out",
        str(tmp_path),
    ]
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
    without, with_prefect = files_of(tmp_path / "maps"), files_of(out / "maps")
    assert sorted(without) == sorted(with_prefect)
    assert [name for name in without if without[name] != with_prefect[name]] == []
    assert len(without) > 20


def test_the_run_ends_with_five_lines_and_the_path_of_the_site(flow_run):
    result, out, _ = flow_run
    *summary, path = result.stdout.strip().splitlines()[-6:]
    assert [line.split()[0] for line in summary] == [
        "rows",
        "assets",
        "sites",
        "links",
        "indicators",
    ]
    assert Path(path) == out / "maps" / "index.html"
    assert Path(path).is_file()


def test_no_outside_host_is_looked_up_during_a_run(flow_run):
    _, _, hosts = flow_run
    assert hosts, "nothing was recorded: the watch does not work"
    assert set(hosts) <= LOOPBACK


@pytest.mark.usefixtures("flow_run")
def test_the_flows_leave_their_artifacts(standing_server):
    url, _ = standing_server
    artifacts = {a["key"]: a for a in answer(f"{url}/artifacts/latest/filter", {})}
    # Prefect keeps a link as Markdown.
    kinds = {key: artifact["type"] for key, artifact in artifacts.items()}
    assert kinds == {"indicators": "table", "quality": "markdown", "site": "markdown"}
    rows = json.loads(artifacts["indicators"]["data"])
    assert {
        "title": "Residents",
        "area_name": "Greater Icknield",
        "value": 82298.0,
    }.items() <= rows[0].items()
    assert "wards_against_study_area" in artifacts["quality"]["data"]
    assert "/maps/index.html)" in artifacts["site"]["data"]


@pytest.mark.usefixtures("flow_run")
def test_one_task_ran_for_each_dataset_and_none_was_given_rows(standing_server):
    url, _ = standing_server
    runs = answer(f"{url}/task_runs/filter", {"limit": 200})
    loaded = {run["name"].removeprefix("load ") for run in runs if run["name"].startswith("load ")}
    assert {"imd_2019", "lsoa_2011", "census_2021_ts001"} <= loaded
    flows = answer(f"{url}/flow_runs/filter", {})
    assert {run["state_type"] for run in flows} == {"COMPLETED"}
    assert all(set(run["parameters"]) <= {"raw", "out"} for run in flows)


def test_the_survey_s_task_is_given_paths_and_gives_nothing_back(monkeypatch, tmp_path):
    """Counts of people are restricted: no orchestrator may keep them."""
    from flows import build

    asked = []

    def load_survey(settings):
        asked.append((settings.raw, settings.out))
        return {"loaded": 3, "held": 1}

    monkeypatch.setattr(build.build, "load_survey", load_survey)
    task = build.load_survey
    assert set(task.fn.__annotations__.items()) == {
        ("raw", "str"),
        ("out", "str"),
        ("return", "None"),
    }
    assert task.fn(str(RAW), str(tmp_path)) is None
    assert asked == [(RAW, tmp_path)]
    assert not task.persist_result


@pytest.mark.usefixtures("flow_run")
def test_the_survey_s_task_ran_and_left_no_count(standing_server):
    url, _ = standing_server
    runs = answer(f"{url}/task_runs/filter", {"limit": 200})
    (run,) = [run for run in runs if run["name"].startswith("load_survey")]
    assert run["state_type"] == "COMPLETED"
    inputs = run["task_inputs"]
    assert set(inputs) <= {"raw", "out"}
    artifacts = answer(f"{url}/artifacts/latest/filter", {})
    assert not [a for a in artifacts if "respond" in json.dumps(a["data"]).casefold()]


def test_without_a_standing_server_prefect_starts_its_own_and_asks_nobody(tmp_path):
    """The same on a cold start, as `make run` does it, with a broken input to keep it short."""
    raw, watch = tmp_path / "raw", tmp_path / "watch"
    shutil.copytree(RAW, raw)
    shutil.rmtree(raw / "imd_2019")
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(WATCH)
    env = environment(
        tmp_path / "home",
        HOST_LOG=str(watch / "hosts"),
        PYTHONPATH=f"{watch}{os.pathsep}{ROOT}",
    )
    command = [sys.executable, "-m", "flows", "--raw", str(raw), "--out", str(tmp_path / "out")]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("1 of the required datasets are missing from ")
    assert "imd_2019: no data file in" in result.stderr
    assert "Traceback" not in result.stderr
    assert set((watch / "hosts").read_text().split("\n")[:-1]) <= LOOPBACK
    assert not (tmp_path / "out" / "maps").exists()


def test_shipped_settings_keep_prefect_at_home():
    script = (
        "from prefect.settings import get_current_settings as s; c = s(); "
        "print(c.server.analytics_enabled, c.results.persist_by_default, c.home, c.server.api.host)"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["False", "False", ".prefect", "127.0.0.1"]
    makefile = (ROOT / "Makefile").read_text()
    assert "export DO_NOT_TRACK := 1" in makefile
    assert "export PREFECT_SERVER_ANALYTICS_ENABLED := false" in makefile


def test_the_nightly_deployment_points_at_the_refresh_flow():
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert [d["name"] for d in deployments] == ["nightly"]
    path, name = deployments[0]["entrypoint"].split(":")
    assert f"def {name}(" in (ROOT / path).read_text()
    assert deployments[0]["schedules"][0]["timezone"] == "Europe/London"


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves one dataset and has lost another."""

    content = (RAW / "census_2021_ts001" / "census2021-ts001-lsoa_starter.csv").read_bytes()

    def do_GET(self):
        if self.path != "/ts001.csv":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_):
        """Stay quiet."""


def test_refresh_fetches_then_builds_then_publishes_and_a_lost_source_does_not_stop_it(
    standing_server, tmp_path
):
    from flows import refresh
    from prefect.settings import PREFECT_API_URL, temporary_settings

    raw, out = tmp_path / "raw", tmp_path / "out"
    shutil.copytree(RAW, raw)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (raw / "sources.toml").write_text(
            "".join(
                SOURCE.format(id=key, port=server.server_port, name=name)
                for key, name in (("census_2021_ts001", "ts001"), ("imd_2019", "lost"))
            )
        )
        with temporary_settings({PREFECT_API_URL: standing_server[0]}):
            index = refresh.refresh_flow(str(raw), str(out))
        server.shutdown()
    assert Path(index) == out / "maps" / "index.html"
    manifest = json.loads((out / "maps" / "manifest.json").read_text())
    assert "census_2021_ts001/ts001.csv" in manifest["inputs"]
    assert manifest["sources"]["census_2021_ts001"]["extent"] == "full"
    assert manifest["sources"]["imd_2019"]["extent"] == "starter extract"
