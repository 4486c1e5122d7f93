"""Run the build and publish flows once: ``python -m flows [--raw DIR] [--out DIR]``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from assetmap import pipeline
from assetmap.errors import AssetmapError
from assetmap.settings import read_settings

# Read when Prefect is imported. Nothing leaves this machine; a fault is one message here, with
# its traceback in Prefect's own log. prefect.toml holds the rest.
SURROUNDINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}


def main(arguments: list[str] | None = None) -> int:
    """Run both flows; print the summary and the path of the site; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows", description=__doc__)
    parser.add_argument("--raw", default="data/raw", help="folder with settings and datasets")
    parser.add_argument("--out", default=".", help="folder for data/processed and maps")
    options = parser.parse_args(arguments)
    for name, value in SURROUNDINGS.items():
        os.environ.setdefault(name, value)
    from flows.build import build_flow  # noqa: PLC0415 - after the environment is set
    from flows.home import explain_refusal  # noqa: PLC0415 - after the environment is set
    from flows.publish import publish_flow  # noqa: PLC0415 - after the environment is set

    try:
        build_flow(options.raw, options.out)
        index = publish_flow(options.raw, options.out)
        summary = pipeline.summarise(read_settings(Path(options.raw), Path(options.out)))
    except AssetmapError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_code
    except Exception as fault:
        if not (said := explain_refusal(fault)):
            raise
        sys.stderr.write(f"{said}\n")
        return 1
    print(*summary.lines(), index, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
