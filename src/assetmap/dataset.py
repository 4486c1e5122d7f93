"""One dataset: where it comes from, what its columns mean, and how a folder of it loads.

Belongs here: :class:`Dataset` and :func:`load`. Does not: any single dataset
(``datasets/<id>.py``).
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from assetmap.convert import MARK_COLUMNS, type_columns
from assetmap.errors import ClashError, ContractError, CRSError, UnreadableFileError
from assetmap.inputs import InputFile, find_inputs, hash_file, require_inputs
from assetmap.quarantine import HELD_COLUMNS, reconcile, require_few_held, screen
from assetmap.readers import Layout, RawTable, read_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from assetmap.contracts import Contract

_LOG = logging.getLogger(__name__)


def fold_heading(heading: str) -> str:
    """Return a heading as it is compared: case and repeated spaces do not matter."""
    return " ".join(heading.split()).lower()


def keep(table: pd.DataFrame) -> pd.DataFrame:
    """Stage nothing: the renamed and typed columns are already those of the contract."""
    return table


@dataclass(frozen=True, kw_only=True)
class Source:
    """Who publishes a dataset, under what licence, and what time it describes.

    ``period`` and ``as_of`` (an ISO date) are those of the edition that ``url`` is about. Where
    the publisher replaces the file under one address (``is_replaced``), they hold for the
    starter extract only. ``is_assembled`` means that no single file can be downloaded.
    """

    publisher: str
    title: str
    url: str
    licence: str
    period: str
    as_of: str
    is_replaced: bool = False
    is_assembled: bool = False


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One dataset, whole.

    ``headings`` maps the publisher's headings (several may name one column, in different
    layouts) to our names. ``stage`` is pure and keeps one row for one row, with its index.
    ``folder`` is below the raw folder, ``files`` the pattern of the files in it that count,
    and ``members`` the patterns, parted by spaces, of those that count inside a ZIP archive. A
    dataset that is not ``required`` may be absent. One that ``is_boundary`` says where an area or
    a site ends, or which small areas it is made of.
    """

    id: str
    source: Source
    contract: Contract
    headings: Mapping[str, str]
    stage: Callable[[pd.DataFrame], pd.DataFrame] = keep
    layout: Layout = field(default_factory=Layout)
    read: Callable[[InputFile], RawTable] | None = None
    fold: Callable[[str], str] = fold_heading
    folder: str = ""
    files: str = "*"
    members: str = "*.csv"
    required: bool = True
    is_boundary: bool = False

    def how_to_get_it(self) -> str:
        """Return the sentence that tells a user how to fill the dataset's folder."""
        if self.source.is_assembled:
            return f"It is put together by hand; its README says how (see {self.source.url})."
        return (
            f"Download it from {self.source.url} ({self.source.licence}) and save it there, or run "
            f"`assetmap fetch {self.id}`."
        )

    def folder_in(self, raw: Path) -> Path:
        """Return the dataset's folder below ``raw``."""
        return raw / (self.folder or self.id)

    def find_inputs(self, raw: Path) -> list[InputFile]:
        """Return the dataset's data files below ``raw``, none where there is nothing."""
        return find_inputs(self.folder_in(raw), self.members, self.files)


@dataclass(frozen=True, eq=False)
class Loaded:
    """A dataset after loading: its staged table and the account of every row."""

    table: pd.DataFrame
    held: pd.DataFrame
    marks: pd.DataFrame
    rows_in: int
    files: tuple[tuple[str, str], ...]
    is_starter: bool
    notes: tuple[str, ...] = ()


def load(dataset: Dataset, raw: Path, *, max_held_share: float) -> Loaded:
    """Read, stage and screen every file of a dataset's folder.

    Returns
    -------
    The staged table, ordered by its primary key, with rows in = loaded + held asserted.

    Raises
    ------
    MissingInputError
        The folder is absent or empty.
    ClashError
        Two files hold rows of the same key.
    ContractError, UnreadableFileError
        A file cannot be trusted.
    """
    folder = dataset.folder_in(raw)
    remedy = dataset.how_to_get_it()
    inputs = require_inputs(dataset.id, folder, dataset.members, remedy, dataset.files)
    digests = {path: hash_file(path) for path in {source.path for source in inputs}}
    parts = [_load_named(dataset, source, max_held_share) for source in inputs]
    _require_no_clash(dataset, inputs, [part.table for part in parts])
    table = pd.concat([part.table for part in parts], ignore_index=True)
    loaded = Loaded(
        table=table.sort_values(list(dataset.contract.primary_key), ignore_index=True),
        held=_concat([part.held for part in parts], HELD_COLUMNS),
        marks=_concat([part.marks for part in parts], MARK_COLUMNS),
        rows_in=sum(part.rows_in for part in parts),
        files=tuple((path.relative_to(raw).as_posix(), digests[path]) for path in sorted(digests)),
        is_starter=all(source.is_starter for source in inputs),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )
    reconcile(dataset.id, loaded.rows_in, len(loaded.table), len(loaded.held))
    _LOG.info("%s: %d rows loaded, %d held", dataset.id, len(loaded.table), len(loaded.held))
    return loaded


def _load_named(dataset: Dataset, source: InputFile, max_held_share: float) -> Loaded:
    """Load one file; a fault of it says of which dataset it is: many have a file ``a.csv``."""
    try:
        return _load_file(dataset, source, max_held_share)
    except (UnreadableFileError, CRSError) as fault:
        message = f"{dataset.id}: {fault}"
        raise type(fault)(message) from None


def _load_file(dataset: Dataset, source: InputFile, max_held_share: float) -> Loaded:
    raw = dataset.read(source) if dataset.read else read_csv(source, dataset.layout)
    renamed, dropped = _rename(raw.frame, dataset, source.name)
    typed, unreadable, marks = type_columns(renamed, dataset.contract)
    staged = dataset.stage(typed)[dataset.contract.names]
    where = f"{dataset.id}: {source.name}"
    try:
        screened = screen(staged, dataset.contract, max_held_share=max_held_share)
    except ContractError as fault:
        message = f"{where}: {fault}\n{dataset.how_to_get_it()}"
        raise ContractError(message) from None
    rejects = raw.rejects + unreadable + screened.rejects
    require_few_held(where, rejects, raw.rows_in, max_held_share=max_held_share)
    marks = marks[marks["row_number"].isin(screened.loaded.index)]
    notes = (f"{len(dropped)} undeclared columns dropped",) if dropped else ()
    return Loaded(
        table=screened.loaded,
        held=rejects.frame(dataset.id, source.name),
        marks=marks.assign(dataset=dataset.id, file=source.name)[MARK_COLUMNS],
        rows_in=raw.rows_in,
        files=(),
        is_starter=source.is_starter,
        notes=raw.notes + notes,
    )


def _rename(frame: pd.DataFrame, dataset: Dataset, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Give declared columns our names; drop the others (an undeclared column never flows)."""
    ours = {dataset.fold(theirs): name for theirs, name in dataset.headings.items()}
    found = {
        title: ours[dataset.fold(title)] for title in frame.columns if dataset.fold(title) in ours
    }
    _require_each_once(dataset, found, name)
    renamed = frame[list(found)].rename(columns=found)
    return renamed, [title for title in frame.columns if title not in found]


def _require_each_once(dataset: Dataset, found: dict[str, str], name: str) -> None:
    wanted = {column: theirs for theirs, column in reversed(list(dataset.headings.items()))}
    missing = [theirs for column, theirs in wanted.items() if column not in found.values()]
    if missing:
        message = (
            f"{name} lacks {len(missing)} of {len(wanted)} columns, "
            f"e.g. {missing[-1]!r}. Use the layout of its publisher ({dataset.source.url})."
        )
        raise UnreadableFileError(message)
    repeated = [column for column, count in Counter(found.values()).items() if count > 1]
    if repeated:
        titles = [title for title, column in found.items() if column == repeated[0]]
        message = (
            f"{name} has {len(titles)} columns for {repeated[0]}, "
            f"e.g. {titles[0]!r} and {titles[1]!r}. Keep the columns of one layout."
        )
        raise UnreadableFileError(message)


def _require_no_clash(
    dataset: Dataset, inputs: list[InputFile], tables: list[pd.DataFrame]
) -> None:
    if len(tables) < 2:  # noqa: PLR2004 - one file cannot clash
        return
    key = list(dataset.contract.primary_key)
    keys = pd.concat([t[key].assign(_file=n) for n, t in enumerate(tables)], ignore_index=True)
    repeated = keys[keys.duplicated(key, keep=False)].sort_values([*key, "_file"])
    if repeated.empty:
        return
    first, second = repeated["_file"].iloc[:2]
    count = int(keys.duplicated(key).sum())
    is_public = all(dataset.contract.column(name).disclosure.is_public for name in key)
    example = f", e.g. {'/'.join(map(str, repeated[key].iloc[0]))!r}" if is_public else ""
    message = (
        f"{dataset.id}: {inputs[first].name} and {inputs[second].name} both hold {count} rows of "
        f"the same key{example}. Keep one of the two files in the folder."
    )
    raise ClashError(message)


def _concat(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)[columns]
