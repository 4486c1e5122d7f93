"""Where the survey's responses are collected, and the token that lets this machine fetch them.

Belongs here: reading ``server.toml`` and the environment. Does not: any request (``pull.py``).

The file stands at ``data/raw/survey/server.toml``; without it nothing is fetched, and exports
are saved by hand. For a project on KoboToolbox::

    kind = "kobo"
    url = "https://eu.kobotoolbox.org"
    form = "aZ9exampleAssetUid00000"   # in the address of the project's page, after /forms/

For a form on ODK Central::

    kind = "central"
    url = "https://central.example.org"
    project = 7
    form = "assetmap_survey"           # the form's id, as in form.xlsx

Either may have ``max_mb`` (largest export; 100 if left out) and ``redirect_hosts``, hosts of
file stores that the server may pass a download on to; they never see the token. The token is
never in a file of the project: it comes from the environment variable ASSETMAP_SURVEY_TOKEN.
For KoboToolbox it is the API key of the account's security page; for ODK Central the token of
a session of a user who may read submissions, which lapses after a day.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from assetmap.errors import ConfigError, MissingInputError
from assetmap.settings import Strict, read_toml
from assetmap.sources import BYTES_PER_MB, Address, Host

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENVIRONMENT_NAME: Final = "ASSETMAP_SURVEY_TOKEN"
"""Name of the environment variable that holds the token."""

_TOKEN: Final = re.compile(r"[!-~]{8,1024}")


class Server(Strict):
    """The server that collects responses; see this module's docstring for an example."""

    kind: Literal["kobo", "central"]
    url: Address
    form: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    project: Annotated[int, Field(ge=1)] | None = None
    max_mb: Annotated[int, Field(ge=1, le=500)] = 100
    redirect_hosts: Annotated[tuple[Host, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _project_where_it_belongs(self) -> Self:
        if (self.kind == "central") != (self.project is not None):
            message = "project is a number for central, and is left out for kobo"
            raise ValueError(message)
        return self

    @property
    def base(self) -> str:
        """Address without a slash at its end."""
        return self.url.rstrip("/")

    @property
    def max_bytes(self) -> int:
        """Most bytes that an export may have."""
        return self.max_mb * BYTES_PER_MB

    @property
    def filename(self) -> str:
        """Name of the file that the export is saved as."""
        if self.kind == "kobo":
            return f"kobo_{self.form}.xlsx"
        return f"central_{self.project}_{self.form}.zip"


def read_server(path: Path) -> Server:
    """Read ``server.toml``.

    Raises
    ------
    MissingInputError
        The file is not there.
    ConfigError
        It is not TOML, or a value is missing, unknown or impossible.
    """
    if not path.exists():
        message = (
            f"{path} is missing, so no server is known. Write it as docs/survey.md says, or save "
            "an export by hand into the folder exports beside it."
        )
        raise MissingInputError(message)
    return read_toml(path, Server, is_secret=True)


def read_token(environ: Mapping[str, str]) -> SecretStr:
    """Return the token of the environment; ConfigError where there is none that can be one."""
    token = environ.get(ENVIRONMENT_NAME, "").strip()
    if not token:
        message = (
            f"{ENVIRONMENT_NAME} is not set, so that the survey's server would let nobody in. Set "
            "it in the environment to the account's token; never write it into a file."
        )
        raise ConfigError(message)
    if not _TOKEN.fullmatch(token):
        message = (
            f"{ENVIRONMENT_NAME} holds no token: it has a space, a sign that no token has, or "
            "under 8 characters. Copy the token again, without its name."
        )
        raise ConfigError(message)
    return SecretStr(token)
