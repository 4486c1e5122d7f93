"""Time ``assetmap run`` on the starter set against a straight script; print ratios.

Three runs each turn: everything anew, nothing changed since, and one number changed since. Each
is a fresh process. "After imports" leaves out the imports of both sides. Run with
``python bench/bench_run.py [--repeat 5]`` on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "raw"
PIPELINE = """
import resource, sys, time
from pathlib import Path
from assetmap import pipeline, publish
from assetmap.datasets import find_datasets
from assetmap.publish import site
from assetmap.settings import read_settings
find_datasets()
settings = read_settings(Path(sys.argv[1]), Path(sys.argv[2]))
start = time.perf_counter()
force = sys.argv[3] == "anew"
pipeline.run_build(settings, force=force)
built = time.perf_counter()
pipeline.run_publish(settings, force=force)
end = time.perf_counter()
print(built - start, end - built, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(command: list[str]) -> tuple[list[str], float]:
    """Run a command; return the words it printed and its seconds as a whole process."""
    start = time.perf_counter()
    result = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return result.stdout.split(), time.perf_counter() - start


def run_pipeline(raw: Path, out: Path, how: str) -> tuple[float, float, float, float]:
    """Return seconds of build and of publishing, MB of memory, seconds as a whole process."""
    words, whole = run([sys.executable, "-c", PIPELINE, str(raw), str(out), how])
    built, published, memory = map(float, words)
    return built, published, memory, whole


def change_a_number(raw: Path) -> None:
    """Put another digit at the end of the last number in the table of deprivation."""
    (path,) = (raw / "imd_2019").glob("*.csv")
    text = path.read_text("utf-8").rstrip()
    path.write_text(f"{text[:-1]}{'1' if text[-1] != '1' else '2'}\n", "utf-8")


def main() -> None:
    """Run all sides in turn and print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    fulls, idles, parts, scripts = ([] for _ in range(4))
    with tempfile.TemporaryDirectory() as home:
        raw, out = Path(home) / "raw", Path(home) / "out"
        shutil.copytree(RAW, raw)
        for turn in range(repeat + 1):
            full, idle = run_pipeline(raw, out, "anew"), run_pipeline(raw, out, "")
            change_a_number(raw)
            part = run_pipeline(raw, out, "")
            straight, whole = run([sys.executable, "bench/straight_script.py", str(RAW)])
            if turn:  # the first turn warms the file cache
                fulls.append(full)
                idles.append(idle)
                parts.append(part)
                scripts.append((float(straight[0]), whole))
    show(fulls, idles, parts, scripts)


Seconds = list[tuple[float, ...]]


def show(fulls: Seconds, idles: Seconds, parts: Seconds, scripts: Seconds) -> None:
    """Print medians, and the medians of the ratios within one turn."""
    middle = statistics.median
    times = {
        "build": [full[0] for full in fulls],
        "publish": [full[1] for full in fulls],
        "pipeline": [sum(full[:2]) for full in fulls],
        "nothing changed": [sum(idle[:2]) for idle in idles],
        "one number changed": [sum(part[:2]) for part in parts],
        "straight script": [script[0] for script in scripts],
    }
    for name, found in times.items():
        print(f"{name:<26} {middle(found):.2f} s after imports")
    print(f"{'peak memory':<26} {middle(full[2] for full in fulls):.0f} MB")
    rows = list(zip(fulls, idles, parts, scripts, strict=True))
    ratios = {
        "nothing changed / all anew": [sum(idle[:2]) / sum(full[:2]) for full, idle, _, _ in rows],
        "build of one / of all": [part[0] / full[0] for full, _, part, _ in rows],
        "build / script": [full[0] / script[0] for full, _, _, script in rows],
        "pipeline / script": [sum(full[:2]) / script[0] for full, _, _, script in rows],
    }
    for name, found in ratios.items():
        print(f"{name:<26} {middle(found):.2f} after imports")
    wholes = [full[3] / script[1] for full, _, _, script in rows]
    print(f"{'pipeline / script':<26} {middle(wholes):.2f} as whole processes")


if __name__ == "__main__":
    main()
