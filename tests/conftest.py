"""What several test modules share: one whole run of the starter set, and the golden town."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from assetmap.pipeline import run_build, run_publish
from assetmap.settings import Settings, read_settings
from assetmap.warehouse import open_warehouse, write_typed
from watching import Run, run_abroad

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
TOWN = Path(__file__).parent / "data/indicators/_town"

_TEXT = ("cd", "_id", "_code", "_name", "_method", "geography", "kind", "domain")
_WHOLE = ("catchment_m", "imd_decile", "kind_rank")


@pytest.fixture(scope="session")
def raw() -> Path:
    """Return the folder of the starter set; tests copy it before they change anything."""
    return ROOT / "data/raw"


@pytest.fixture(scope="session")
def built(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Build and publish the starter set once; nobody may change what comes out."""
    settings = read_settings(raw, tmp_path_factory.mktemp("built"))
    run_build(settings)
    run_publish(settings)
    return settings


@pytest.fixture(scope="session")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Build and publish the starter set once more, in surroundings unlike ours."""
    return run_abroad(tmp_path_factory.mktemp("abroad"))


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse of the golden town's tables; open it read-only."""
    path = tmp_path_factory.mktemp("town") / "town.duckdb"
    with open_warehouse(path) as con:
        for table in sorted(TOWN.glob("*.csv")):
            frame = pd.read_csv(table, keep_default_na=False, na_values=[""])
            write_typed(con, table.stem, frame, {name: _type_of(name) for name in frame})
    return path


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files, empty at the beginning."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium as the system installs it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("NO BROWSER: install chromium, or the pages stay untested in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


def _type_of(name: str) -> str:
    if name.startswith("is_"):
        return "BOOLEAN"
    if name.startswith("geom_"):
        return "BLOB"
    if name in _WHOLE:
        return "BIGINT"
    return "VARCHAR" if name.endswith(_TEXT) else "DOUBLE"
