"""Every error that assetmap raises on purpose.

Belongs here: the exception classes and nothing else. Messages are written where the
fault is found, in one form: **where: what is wrong, how much, one example. What to do.**
They never hold a person's data.

::

    AssetmapError                 a user can put it right (exit 1)
    ├── ConfigError               a TOML file is wrong              (ValueError)
    │   └── UnknownAreaError      a ward or district code is not in the lookup
    ├── MissingInputError         a file or folder is not there     (FileNotFoundError)
    ├── UnreadableFileError       a file cannot be trusted at all   (ValueError)
    ├── ClashError                two files say the same thing      (ValueError)
    ├── ContractError             rows break a table's contract     (ValueError)
    │   ├── MixedVintageError     area codes of two censuses are mixed
    │   └── HistoryError          an append-only list was shortened or changed
    ├── CRSError                  coordinates in the wrong system   (ValueError)
    ├── ReconciliationError       rows in != rows loaded + held     (ValueError)
    ├── IndicatorError            an SQL file's header or result    (ValueError)
    ├── DisclosureError           the gate refuses                  (PermissionError)
    │   ├── KeyFileError          the key of the pseudonyms is not usable
    │   └── RetentionError        personal data are kept past their date
    ├── PublishError              a page or asset cannot be made    (ValueError)
    ├── IntegrityError            a build or site is not as it was written
    ├── DownloadError             a download failed                 (OSError)
    ├── StorageError              disk full, read-only, no right    (OSError, exit 74)
    └── BusyError                 another run holds the lock        (OSError, exit 75)

Anything else that escapes is a bug and keeps its traceback.
"""

from typing import ClassVar


class AssetmapError(Exception):
    """A fault that a user can put right; ``str(error)`` says how."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class ConfigError(AssetmapError, ValueError):
    """A settings file has a missing, unknown or impossible value."""


class UnknownAreaError(ConfigError):
    """A code of the study area is not in the lookup of its vintage."""


class MissingInputError(AssetmapError, FileNotFoundError):
    """A file or folder that the run needs is not there."""


class UnreadableFileError(AssetmapError, ValueError):
    """A file cannot be trusted at all, so none of it is loaded."""


class ClashError(AssetmapError, ValueError):
    """Two files of one dataset hold the same rows."""


class ContractError(AssetmapError, ValueError):
    """A table breaks its contract."""


class MixedVintageError(ContractError):
    """Area codes of another vintage than the table's stand in it."""


class HistoryError(ContractError):
    """An append-only list was shortened or changed, or its record is damaged."""


class CRSError(AssetmapError, ValueError):
    """A layer is not in the coordinate system that a calculation needs."""


class ReconciliationError(AssetmapError, ValueError):
    """Rows in do not equal rows loaded plus rows held."""


class IndicatorError(AssetmapError, ValueError):
    """An indicator's header or result is not usable."""


class DisclosureError(AssetmapError, PermissionError):
    """The gate refuses to publish."""


class KeyFileError(DisclosureError):
    """The key of the pseudonyms is missing, too short, or where others can read it."""


class RetentionError(DisclosureError):
    """Personal data are still there past the date of the policy."""


class PublishError(AssetmapError, ValueError):
    """A page, map or asset of the site cannot be made safely."""


class IntegrityError(AssetmapError, ValueError):
    """A build or a published site is not as its index says."""


class DownloadError(AssetmapError, OSError):
    """A download failed; the last good file is kept."""


class StorageError(AssetmapError, OSError):
    """The disk is full or read-only, or a right is missing."""

    exit_code = 74


class BusyError(AssetmapError, OSError):
    """Another run holds the lock."""

    exit_code = 75
