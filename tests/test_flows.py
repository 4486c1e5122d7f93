"""The Prefect flows: same bytes as without Prefect, nothing asked of the outside, artifacts.

And nothing of any person in what Prefect keeps.
"""

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

from assetmap.settings import read_settings
from survey_tree import plant
from watching import LOOPBACK, RAW, ROOT, environment, files_of, hosts_in, run_python, watched

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
CANARY = "zqxvj"
"""In every word that was planted among the answers and lists below."""
REGISTER = "survey/researchers/researchers_synthetic.csv"
PLANTED = (CANARY, "b18 4bj", "k7m2qx", "07700900461")


def found_in(folder, words):
    """Return ``file: word`` for each word that some file below ``folder`` holds, or its name."""
    found = []
    for name, content in files_of(folder).items():
        small = name.encode().lower() + content.lower()
        readings = (small, small.replace(b"\0", b""))
        found += [f"{name}: {w}" for w in words if any(w.encode() in text for text in readings)]
    return found


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
def planted(tmp_path_factory):
    """Return a copy of the starter set with words of nobody in each place where words can stand."""
    raw = tmp_path_factory.mktemp("planted") / "raw"
    shutil.copytree(RAW, raw)
    free = ("idea", "notes", "feeling_text", "languages_other", "skills_other", "follow_up")
    words = dict.fromkeys(free, f"I am {CANARY} of B18 4BJ, ring 07700900461")
    answers = words | {"qual_title_1": CANARY, "mention_name_1": f"{CANARY} circle"}
    plant(raw, "paper_synthetic.csv", answers | {"receipt": "K7M2QX", "postcode": "B18 4BJ"})
    story = f"a-story,{CANARY},{CANARY},health,,given,2019-01-01,2019-12-31,journal-1,2.2"
    for path, row in {
        REGISTER: f"R77,{CANARY} Name,c,event,2026-05-01,,,,,",
        "survey/payments/vouchers_synthetic.csv": f"V{CANARY},R01,2026-08-14,20",
        "survey/reviews/reviews_synthetic.csv": f"place,{CANARY} circle,new,2026-10-05",
        "programme/stories.csv": story,
    }.items():
        with (raw / path).open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
    return raw


@pytest.fixture(scope="module")
def flow_run(standing_server, planted, tmp_path_factory):
    """Run `python -m flows` against a standing server, in another zone, locale and hash seed."""
    url, home = standing_server
    out, watch = tmp_path_factory.mktemp("flows"), tmp_path_factory.mktemp("watch")
    env = environment(
        home,
        **watched(watch),
        PREFECT_API_URL=url,
        PYTHONHASHSEED="7",
        TZ="Asia/Karachi",
        LC_ALL="C",
    )
    result = run_python("-m", "flows", "--raw", planted, "--out", out, env=env)
    assert result.returncode == 0, result.stderr[-3000:]
    return result, out, hosts_in(watch)


@pytest.fixture(scope="module")
def command_run(planted, tmp_path_factory):
    """Run `assetmap run` on the same inputs."""
    out = tmp_path_factory.mktemp("command")
    env = environment(out / "prefect", PYTHONHASHSEED="1", TZ="UTC")
    result = run_python("-m", "assetmap.cli", "run", "--raw", planted, "--out", out, env=env)
    assert result.returncode == 0, result.stderr[-3000:]
    return read_settings(planted, out)


def test_the_flows_give_the_same_bytes_as_the_command(flow_run, command_run, planted):
    _, out, _ = flow_run
    without, with_prefect = map(files_of, (command_run.maps, read_settings(planted, out).maps))
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
    assert all(set(run["task_inputs"]) <= {"raw", "out", "dataset_id"} for run in runs)


@pytest.mark.usefixtures("flow_run")
def test_no_result_of_a_task_is_kept(standing_server):
    _, home = standing_server
    assert not (home / "storage").exists()


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


@pytest.fixture(scope="module")
def cold_start(tmp_path_factory):
    """Run `python -m flows` as in a fresh clone, with a broken input to keep it short.

    Its home is the one of `prefect.toml`; others could write to it when Prefect comes.
    """
    clone = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "flows", clone / "flows")
    shutil.copy(ROOT / "prefect.toml", clone)
    shutil.copytree(RAW, clone / "data" / "raw")
    shutil.rmtree(clone / "data" / "raw" / "imd_2019")
    home = clone / ".prefect"
    home.mkdir()
    home.chmod(0o777)
    env = environment(home, **watched(clone / "watch"))
    del env["PREFECT_HOME"]
    return run_python("-m", "flows", env=env, cwd=clone, umask=0), clone


def test_without_a_standing_server_prefect_starts_its_own_and_asks_nobody(cold_start):
    """The same on a cold start, as `make run` does it."""
    result, clone = cold_start
    assert result.returncode == 1
    assert result.stderr.startswith("1 of the required datasets are missing from ")
    assert "imd_2019: no data file in" in result.stderr
    assert "Traceback" not in result.stderr
    hosts = hosts_in(clone / "watch")
    assert hosts, "nothing was recorded: the watch does not work"
    assert set(hosts) <= LOOPBACK
    assert not (clone / "maps").exists()


def test_prefect_s_home_is_the_project_s_own_and_shut_to_others(cold_start):
    _, clone = cold_start
    home = clone / ".prefect"
    assert (home / "prefect.db").is_file()
    assert home.stat().st_mode & 0o777 == 0o700


def test_prefect_makes_its_home_for_this_user_alone(tmp_path):
    """Where there is none yet: from its first byte on, whatever the umask."""
    home = tmp_path / "home"
    result = run_python("-c", "import prefect.main", env=environment(home), umask=0)
    assert result.returncode == 0, result.stderr
    assert home.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("flow_run")
def test_nothing_of_any_person_is_in_what_prefect_keeps(standing_server, command_run):
    _, home = standing_server
    assert found_in(home, ["measure_indicators"])  # the run is in its database
    assert found_in(home, PLANTED) == []
    # And the words were read: they could have been there.
    held = found_in(command_run.processed, PLANTED)
    assert {"assetmap.duckdb: zqxvj", "assetmap.duckdb: 07700900461"} <= set(held)


def test_nothing_of_any_person_is_kept_of_a_run_that_fails(standing_server, planted, tmp_path):
    url, home = standing_server
    raw = tmp_path / "raw"
    shutil.copytree(planted, raw)
    with (raw / REGISTER).open("a", encoding="utf-8") as file:
        file.write(f"R77,{CANARY} Other,c,event,{CANARY},,,,,\n")
    env = environment(home, PREFECT_API_URL=url)
    result = run_python("-m", "flows", "--raw", raw, "--out", tmp_path / "out", env=env)
    assert result.returncode == 1
    assert "researchers_synthetic.csv" in result.stderr
    assert [word for word in PLANTED if word in (result.stdout + result.stderr).lower()] == []
    assert found_in(home, ["researchers_synthetic.csv"])  # its message is in the database
    assert found_in(home, PLANTED) == []


def test_a_word_that_prefect_was_given_is_found_in_its_home(standing_server):
    url, home = standing_server
    assert found_in(home, ["qjvxz"]) == []
    answer(f"{url}/artifacts/", {"key": "probe", "type": "markdown", "data": "Here is Qjvxz."})
    assert any(line.startswith("prefect.db") for line in found_in(home, ["qjvxz"]))


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


class _Refusing(http.server.BaseHTTPRequestHandler):
    def _refuse(self):
        self.send_response(401)
        self.end_headers()

    do_GET = do_POST = _refuse  # noqa: N815 - the names that the server looks for

    def log_message(self, *_arguments):
        pass


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (True, "refuses the password. Set PREFECT_API_AUTH_STRING"),
        (False, "no Prefect server answers there. Start it"),
    ],
)
def test_a_server_that_refuses_or_is_not_there_is_one_sentence(tmp_path, answers, said):
    with http.server.HTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port if answers else free_port()
        secret = {"PREFECT_API_AUTH_STRING": "assetmap:a-password"}
        env = environment(tmp_path, PREFECT_API_URL=f"http://127.0.0.1:{port}/api", **secret)
        result = run_python("-m", "flows", "--raw", RAW, "--out", tmp_path / "out", env=env)
        server.shutdown()
    assert result.returncode == 1
    assert result.stderr.startswith("PREFECT_API_URL: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


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
