"""Time ``assetmap run`` on the starter set against a straight script; print ratios.

Each run is a fresh process. "After imports" leaves out the imports of both sides. Run with
``python bench/bench_run.py [--repeat 5]`` on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
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
pipeline.run_build(settings)
built = time.perf_counter()
pipeline.run_publish(settings)
end = time.perf_counter()
print(built - start, end - built, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(command: list[str]) -> tuple[list[str], float]:
    """Run a command; return the words it printed and its seconds as a whole process."""
    start = time.perf_counter()
    result = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return result.stdout.split(), time.perf_counter() - start


def main() -> None:
    """Run both sides in turn and print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    builds, publishes, memories, wholes, scripts, script_wholes = ([] for _ in range(6))
    with tempfile.TemporaryDirectory() as out:
        for turn in range(repeat + 1):
            words, whole = run([sys.executable, "-c", PIPELINE, str(RAW), out])
            straight, script_whole = run([sys.executable, "bench/straight_script.py", str(RAW)])
            if turn:  # the first turn warms the file cache
                builds.append(float(words[0]))
                publishes.append(float(words[1]))
                memories.append(float(words[2]))
                wholes.append(whole)
                scripts.append(float(straight[0]))
                script_wholes.append(script_whole)
    pairs = [(b + p) / s for b, p, s in zip(builds, publishes, scripts, strict=True)]
    whole_pairs = [a / b for a, b in zip(wholes, script_wholes, strict=True)]
    build_pairs = [b / s for b, s in zip(builds, scripts, strict=True)]
    middle = statistics.median
    print(f"build after imports        {middle(builds):.2f} s")
    print(f"publish after imports      {middle(publishes):.2f} s")
    print(f"pipeline after imports     {middle(builds) + middle(publishes):.2f} s")
    print(f"peak memory                {middle(memories):.0f} MB")
    print(f"straight script            {middle(scripts):.2f} s after imports")
    print(f"build / script             {middle(build_pairs):.2f} after imports")
    print(f"pipeline / script          {middle(pairs):.2f} after imports")
    print(f"pipeline / script          {middle(whole_pairs):.2f} as whole processes")


if __name__ == "__main__":
    main()
