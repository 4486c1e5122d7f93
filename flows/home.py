"""Prefect's own folder: for this user alone.

Belongs here: taking the rights on it from others. Does not: where it is (``prefect.toml``).
"""

from __future__ import annotations

from prefect.settings import get_current_settings

from assetmap.survey.restricted import make_private_folder


def keep_home_private() -> None:
    """Take every right on Prefect's folder from other users.

    Prefect makes it so itself, but leaves a folder that is there already as it is.

    Raises
    ------
    StorageError
        The folder is another user's.
    """
    make_private_folder(get_current_settings().home)
