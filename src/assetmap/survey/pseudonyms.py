"""Pseudonyms: a keyed hash in place of a person's number, and the key that makes it.

Belongs here: reading the key, refusing a weak one, HMAC-SHA-256. Does not: what is hashed
(``staging.py``), the list of erasures (``erasure.py``).

A plain hash of a receipt number, or of postcode and year of birth, is found by trying all of
them; with a secret key of 32 bytes it is not.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assetmap.errors import KeyFileError
from assetmap.survey.tables import PSEUDONYM_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_FILE_VARIABLE: Final = "ASSETMAP_KEY_FILE"
KEY_VARIABLE: Final = "ASSETMAP_KEY"
KEY_BYTES: Final = 32

SYNTHETIC_KEY: Final = hashlib.sha256(b"assetmap: people who were made up need no secret").digest()
"""Key of the synthetic sample only, so that it builds anywhere and to the same bytes."""

_HOW: Final = (
    "Make one outside the project: python3 -c 'import secrets; print(secrets.token_hex(32))' > "
    "~/assetmap.key && chmod 600 ~/assetmap.key, and set "
    f"{KEY_FILE_VARIABLE} to its path."
)
_DIGITS: Final = 32
_PROJECT_MARKS: Final = (".git", "pyproject.toml")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_key(project: Path, environment: Mapping[str, str]) -> bytes:
    """Return the key: 32 bytes, as 64 hexadecimal digits, from a file or the environment.

    Parameters
    ----------
    project
        Folder that must not hold the key file; nor may any folder of a project or repository.
    environment
        ``ASSETMAP_KEY_FILE`` names the file, or ``ASSETMAP_KEY`` holds the key itself.

    Raises
    ------
    KeyFileError
        There is no key, or it is short, repeats one digit, is readable by other users, or lies
        inside the project. The key itself is never in the message.
    """
    name = environment.get(KEY_FILE_VARIABLE, "")
    if name:
        path = Path(name).expanduser()
        return _parse(_read_file(path, project), str(path))
    text = environment.get(KEY_VARIABLE, "")
    if text:
        return _parse(text, KEY_VARIABLE)
    message = (
        "survey responses need a secret key for their pseudonyms, and neither "
        f"{KEY_FILE_VARIABLE} nor {KEY_VARIABLE} is set. {_HOW}"
    )
    raise KeyFileError(message)


def pseudonym(key: bytes, number: str) -> str:
    """Return ``p_`` and the first 128 bits of HMAC-SHA-256 of a person's number, in hex."""
    digest = hmac.new(key, number.encode("utf-8"), hashlib.sha256).hexdigest()
    return f"p_{digest[:_DIGITS]}"


def _read_file(path: Path, project: Path) -> str:
    try:
        found = path.resolve(strict=True)
        mode = found.stat().st_mode
        content = found.read_bytes()[:1000]
    except OSError as fault:
        message = f"{path}: the key cannot be read ({fault.strerror}). {_HOW}"
        raise KeyFileError(message) from None
    if _is_inside(found, project):
        message = (
            f"{path}: the key lies inside the project, where it would be copied and committed "
            "with it. Move it out, and make a new one if it was ever committed."
        )
        raise KeyFileError(message)
    if os.name == "posix" and mode & _OTHERS:
        message = f"{path}: other users can read the key. Run: chmod 600 '{path}'"
        raise KeyFileError(message)
    return content.decode("utf-8", "replace")


def _is_inside(path: Path, project: Path) -> bool:
    if project.resolve() in path.parents:
        return True
    return any((folder / mark).exists() for folder in path.parents for mark in _PROJECT_MARKS)


def _parse(text: str, where: str) -> bytes:
    digits = text.strip()
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        message = f"{where}: the key must be at least {2 * KEY_BYTES} hexadecimal digits. {_HOW}"
        raise KeyFileError(message)
    if len(set(key)) < KEY_BYTES // 4:
        message = f"{where}: the key repeats itself, so it can be guessed. {_HOW}"
        raise KeyFileError(message)
    return key


def is_pseudonym(text: str) -> bool:
    """Return True for a text that has the shape of a pseudonym."""
    return re.fullmatch(PSEUDONYM_PATTERN, text) is not None
