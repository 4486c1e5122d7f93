"""Sites built once, and a browser; the browser tests skip loudly where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from publish_town import town

from assetmap.publish.site import write_site

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a plain town."""
    return write_site(town(), tmp_path_factory.mktemp("plain") / "site").target


@pytest.fixture(scope="session")
def collected_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a plain town whose survey counts as answers of residents."""
    target = tmp_path_factory.mktemp("collected") / "site"
    return write_site(town(survey="collected"), target).target


@pytest.fixture(scope="session")
def unsurveyed_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a plain town without any responses."""
    target = tmp_path_factory.mktemp("unsurveyed") / "site"
    return write_site(town(survey="none"), target).target


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a town where every text attacks."""
    return write_site(town(hostile=True), tmp_path_factory.mktemp("hostile") / "site").target


@pytest.fixture(scope="session")
def large_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a town with 10,000 places."""
    return write_site(town(place_count=10_000), tmp_path_factory.mktemp("large") / "site").target
