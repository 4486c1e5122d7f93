"""The datasets, one module each; found by looking here, never registered.

To add one: a module with a ``DATASET`` (its name is the dataset's id) and a stand-in file
in the same folder name below ``tests/data/raw``. A module whose name starts with an
underscore holds what several share.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from assetmap.errors import ConfigError

if TYPE_CHECKING:
    from assetmap.dataset import Dataset


@cache
def find_datasets() -> dict[str, Dataset]:
    """Return every dataset by id, in id order."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return {name: importlib.import_module(f"{__name__}.{name}").DATASET for name in names}


def get_dataset(dataset_id: str) -> Dataset:
    """Return one dataset; ConfigError that lists the ids if there is none of that name."""
    datasets = find_datasets()
    if dataset_id not in datasets:
        message = f"{dataset_id!r} is no dataset. Use one of: {', '.join(datasets)}."
        raise ConfigError(message)
    return datasets[dataset_id]
