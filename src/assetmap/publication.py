"""Whether the site that stands is the one that would be made now.

Belongs here: the private note of what the site was made from, and holding it against the build
that is there. Does not: making a site (``pipeline.py``), proving one whole (``integrity.py``).
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final

from assetmap.errors import IntegrityError
from assetmap.inputs import hash_file
from assetmap.integrity import read_index, require_whole
from assetmap.reuse import made_with
from assetmap.store import BUILD, MANIFEST, current, editions_of, is_sealed
from assetmap.survey.restricted import write_private
from assetmap.warehouse import fetch_table, open_warehouse

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from assetmap.settings import Settings
    from assetmap.store import Store

_LOG = logging.getLogger(__name__)

NOTE: Final = "published.json"
"""What the site that stands was made from, among the releases: the manifest is public."""


def still_stands(settings: Settings, today: date) -> bool:
    """Return True where the site that stands was made from this very build, and is whole.

    ``today`` decides which stories may still be told.
    """
    store = editions_of(settings)
    edition = current(store)
    if edition is None or read_index(settings.releases, NOTE) != _facts(settings, edition, today):
        return False
    return _is_whole(store, edition)


def write_note(settings: Settings, today: date) -> None:
    """Note what the site that stands was made from; none where the build proves nothing."""
    edition = current(editions_of(settings))
    if edition is not None and (facts := _facts(settings, edition, today)):
        text = json.dumps(facts, indent=1, sort_keys=True) + "\n"
        write_private(settings.releases / NOTE, text)


def _facts(settings: Settings, edition: Path, today: date) -> dict[str, object]:
    index = settings.processed / BUILD
    if not index.is_file():
        return {}
    with open_warehouse(settings.public, read_only=True) as con:
        stories = fetch_table(con, "pub_story", columns=("story_id", "consent_until"))
    live = stories.loc[stories["consent_until"] >= today.isoformat(), "story_id"]
    return {
        **made_with(),
        "build": hash_file(index),
        "edition": edition.name,
        "stories": live.tolist(),
    }


def _is_whole(store: Store, edition: Path) -> bool:
    try:
        require_whole(edition, MANIFEST, "It is made anew.")
    except IntegrityError as fault:
        _LOG.warning("%s", fault)
        return False
    return is_sealed(store, edition)
