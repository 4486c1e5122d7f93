"""Published sites that a test makes out of a real one: copied, changed, kept as editions."""

from __future__ import annotations

import hashlib
import json
import shutil

from assetmap.settings import read_settings
from assetmap.store import MANIFEST, editions_of, grow, seal, turn


def copy_site(site, target, *, files=None, facts=None):
    """Copy a site; ``files`` replaces texts in some, and the manifest agrees with them.

    ``files`` maps a path to a pair of texts, old and new, or to None, which removes the file.
    ``facts`` replaces what stands in the manifest.
    """
    shutil.copytree(site, target)
    manifest = json.loads((target / MANIFEST).read_text("utf-8"))
    for name, change in (files or {}).items():
        if change is None:
            (target / name).unlink()
            del manifest["files"][name]
            continue
        text = (target / name).read_text("utf-8") if (target / name).exists() else ""
        assert change[0] in text
        content = text.replace(*change, 1).encode()
        (target / name).write_bytes(content)
        described = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        manifest["files"][name] = described
    text = json.dumps(manifest | (facts or {}))
    (target / MANIFEST).write_text(text, "utf-8")
    return target


def keep_sites(raw, out, *sites):
    """Keep copies of sites below ``out``, numbered from 1; the last one stands."""
    settings = read_settings(raw, out)
    store = editions_of(settings)
    for site in sites:
        shutil.copytree(site, grow(store), dirs_exist_ok=True)
        turn(store, seal(store))
    return settings
