"""Small tables by hand, for tests of single statements."""

import pandas as pd

from assetmap.warehouse import fetch


def fill(con, tables):
    """Make tables: ``{name: (columns with types, rows)}``."""
    for name, (columns, rows) in tables.items():
        con.execute(f'CREATE OR REPLACE TABLE "{name}" ({columns})')
        for row in rows:
            marks = ", ".join("?" * len(row))
            con.execute(f'INSERT INTO "{name}" VALUES ({marks})', row)  # noqa: S608 - names of tests


def rows_of(con, statement):
    """Return the rows of a statement in its order, with None where there is no value."""
    found = fetch(con, statement)
    return [
        {name: _plain(value) for name, value in row.items()} for row in found.to_dict("records")
    ]


def _plain(value):
    if pd.isna(value):
        return None
    return round(value, 9) if isinstance(value, float) else value
