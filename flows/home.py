"""Prefect's own folder, for this user alone, and its server, where one was named.

Belongs here: taking the rights on the folder from others, what to say where the server refuses.
Does not: where they are (``prefect.toml``, ``PREFECT_API_URL``).
"""

from __future__ import annotations

from typing import Final

from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import get_current_settings

from assetmap.survey.restricted import make_private_folder

_REFUSED: Final = (401, 403)
_UNREACHED: Final = "Failed to reach API"


def keep_home_private() -> None:
    """Take every right on Prefect's folder from other users.

    Prefect makes it so itself, but leaves a folder that is there already as it is.

    Raises
    ------
    StorageError
        The folder is another user's.
    """
    make_private_folder(get_current_settings().home)


def explain_refusal(fault: Exception) -> str:
    """Return in one sentence why the standing server cannot be used; empty for another fault."""
    if isinstance(fault, PrefectHTTPStatusError) and fault.response.status_code in _REFUSED:
        return (
            "PREFECT_API_URL: the Prefect server there refuses the password. Set "
            "PREFECT_API_AUTH_STRING to the string that the server was started with."
        )
    if str(fault).startswith(_UNREACHED):
        return (
            "PREFECT_API_URL: no Prefect server answers there. Start it, or unset the variable to "
            "run without one."
        )
    return ""
