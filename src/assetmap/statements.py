"""The statements in ``sql/``, by folder and name.

Belongs here: reading the files. Does not: running them (``warehouse.py``).
"""

from __future__ import annotations

from importlib.resources import files


def read_statements(folder: str) -> dict[str, str]:
    """Return the text of each file of ``sql/<folder>`` by its name without ``.sql``, in order."""
    entries = files("assetmap").joinpath("sql", folder).iterdir()
    found = {e.name[:-4]: e.read_text("utf-8") for e in entries if e.name.endswith(".sql")}
    return dict(sorted(found.items()))
