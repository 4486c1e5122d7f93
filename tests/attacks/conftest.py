"""The attacked town, built once: this week, and weeks that follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attack_solver import round_up
from attack_town import make_town
from attack_weeks import Week, count_week, erase_week, listening, run_week

if TYPE_CHECKING:
    from attack_town import Person

_LINES: list[str] = []


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Build and publish the town's first release; nobody may change what comes out."""
    with listening() as lines:
        built = run_week(make_town(), tmp_path_factory.mktemp("week"))
    _LINES.extend(lines)
    return built


@pytest.fixture(scope="session")
def target(week: Week) -> int:
    """Return the number of the person whose leaving moves most of the rounded figures."""
    tables = week.tables
    truth = week.truth(tables)
    shown = [cell for cell in truth if tables.shown[cell].count is not None]
    moved = [c for c in shown if round_up(truth[c]) != round_up(truth[c] - 1)]

    def count(person: Person) -> int:
        return sum(
            c.area in ("greater_icknield", person.ward)
            and all(code in person.categories(name) for name, code in c.answers)
            for c in moved
        )

    return max(week.town.counted, key=count).number


@pytest.fixture(scope="session")
def erased(week: Week, target: int, tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Build and publish the week after one person had their answers erased."""
    with listening() as lines:
        built = erase_week(week, {target}, tmp_path_factory.mktemp("erased"))
    _LINES.extend(lines)
    return built


@pytest.fixture(scope="session")
def joined(week: Week, tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Count the week after one more person answered."""
    return count_week(week, make_town(joined=1), tmp_path_factory.mktemp("joined") / "w")


@pytest.fixture(scope="session")
def grown(week: Week, tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Count the week after thirty more people answered."""
    return count_week(week, make_town(joined=30), tmp_path_factory.mktemp("grown") / "w")


@pytest.fixture(scope="session")
def turned(week: Week, tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Count the same people with other answers, as if nothing had been published before."""
    folder = tmp_path_factory.mktemp("turned")
    return count_week(week, make_town().permuted(), folder / "w", is_first=True)


@pytest.fixture(scope="session")
def logged(week: Week, erased: Week) -> list[str]:
    """Return every line that was logged while the town was built, published and erased from."""
    assert week.town.counted
    assert erased.town.counted
    return _LINES
