"""A published site made again from its inputs, and compared with its manifest byte for byte.

Belongs here: what ``assetmap reproduce`` does: what must match before, the rebuild in a folder of
its own, the verdict. Does not: the steps of a run (``pipeline.py``), how two files differ
(``differences/files.py``).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from assetmap import pipeline
from assetmap.claims.registry import REGISTRY
from assetmap.datasets import find_datasets
from assetmap.differences.files import describe_changes
from assetmap.errors import IntegrityError
from assetmap.inputs import hash_file
from assetmap.manifest import require_manifest
from assetmap.provenance import code_version, environment, hash_policy, hash_study_area
from assetmap.registers.read import REGISTERS
from assetmap.scratch import private_folder
from assetmap.store import MANIFEST
from assetmap.survey.restricted import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from assetmap.manifest import Manifest
    from assetmap.settings import Settings

_PEOPLE: Final = "people*.json"
"""Records of what was released of people: a build compares with them.

That of the lists that only grow is left behind: it would refuse the lists of an earlier site, and
the manifest names their hashes.
"""


def find_mismatches(
    settings: Settings, manifest_path: Path, *, is_allowed: bool = False
) -> list[str]:
    """Return what of program, packages, settings and inputs is not as a manifest says.

    Every line says how many, names one, and what to do. Files of the survey are not listed in a
    manifest: whether they are the same shows in the id of the run alone.

    Raises
    ------
    IntegrityError
        Something is not, and that is not allowed; every fault is named.
    MissingInputError, StorageError, UnreadableFileError
        There is no manifest, or it cannot be read.
    """
    manifest = require_manifest(manifest_path)
    faults = [
        *_program_faults(manifest),
        *_settings_faults(settings, manifest),
        *_input_faults(settings.raw, manifest.inputs),
    ]
    if faults and not is_allowed:
        listed = "".join(f"\n  - {fault}." for fault in faults)
        message = (
            f"{manifest_path}: {len(faults)} things are not as it says, so nothing was run:"
            f"{listed}\nMend them, or go on with --anyway."
        )
        raise IntegrityError(message)
    return faults


def _program_faults(manifest: Manifest) -> Iterator[str]:
    if manifest.written_with is not None:
        yield (
            "it was built with one program or set of packages and written with another, so no run "
            "gives both"
        )
    if manifest.code_version != code_version():
        yield (
            f"the program is {code_version()}, not {manifest.code_version}. Install that version"
        )
    own = environment()
    wanted = {"python": manifest.python, **manifest.libraries, **manifest.packages}
    found = {"python": own.python, **own.libraries, **own.packages}
    names = sorted(name for name in {**wanted, **found} if wanted.get(name) != found.get(name))
    if names:
        first = names[0]
        yield (
            f"{len(names)} of {len(wanted)} packages and libraries are others, e.g. {first} is "
            f"{found.get(first, 'absent')}, not {wanted.get(first, 'named')}. Install those of "
            "the lock file of that version"
        )


def _settings_faults(settings: Settings, manifest: Manifest) -> Iterator[str]:
    hashes = {
        "study_area.toml": (hash_study_area(settings), manifest.study_area_hash),
        "policy.toml": (hash_policy(settings), manifest.policy_hash),
    }
    for name, (found, wanted) in hashes.items():
        if found != wanted:
            yield f"{settings.raw / name} is another. Put back the file with SHA-256 {wanted}"


def _input_faults(raw: Path, wanted: Mapping[str, str]) -> Iterator[str]:
    found = {name: hash_file(raw / name) for name in _list_inputs(raw)}
    missing = sorted(wanted.keys() - found.keys())
    changed = sorted(name for name in wanted.keys() & found.keys() if wanted[name] != found[name])
    extra = sorted(found.keys() - wanted.keys())
    for names, what in ((missing, "missing"), (changed, "not as received")):
        if names:
            first = names[0]
            yield (
                f"{len(names)} of {len(wanted)} inputs are {what}, e.g. {raw / first}. Put back "
                f"the file with SHA-256 {wanted[first]}"
            )
    if extra:
        yield f"{len(extra)} more files would be read, e.g. {raw / extra[0]}. Move them away"


def _list_inputs(raw: Path) -> set[str]:
    """Return the path below ``raw`` of every file that a manifest would list."""
    of_datasets = {s.path for d in find_datasets().values() for s in d.find_inputs(raw)}
    lists = {*(register.path for register in REGISTERS), REGISTRY}
    return {path.relative_to(raw).as_posix() for path in of_datasets} | {
        name for name in lists if (raw / name).is_file()
    }


def reproduce(
    settings: Settings, manifest_path: Path, on_step: Callable[[str], None] = lambda _: None
) -> int:
    """Make a published site again in a folder of its own; return how many files are identical.

    Parameters
    ----------
    settings
        Where the inputs are, and the records of what was released of people. Neither these nor
        the builds and sites beside them are touched.
    manifest_path
        The manifest of the site.
    on_step
        Called with each step as it begins.

    Raises
    ------
    IntegrityError
        The new site differs; every kind of difference is named.
    AssetmapError
        A fault of the inputs or settings, as in any run.
    """
    manifest = require_manifest(manifest_path)
    with _private_copy(settings) as own:
        pipeline.run_build(own, on_step)
        on_step("publishing")
        pipeline.run_publish(own)
        made = require_manifest(own.maps / MANIFEST)
        found = describe_changes((manifest_path.parent, manifest), (own.maps, made))
    if found:
        listed = "".join(f"\n  - {line}" for line in found)
        message = (
            f"{manifest_path}: the site made again differs:{listed}\n{_verdict(manifest, made)}"
        )
        raise IntegrityError(message)
    return len(made.files)


def _verdict(manifest: Manifest, made: Manifest) -> str:
    if manifest.run_id == made.run_id:
        return (
            "Inputs, settings and program are the same (run "
            f"{made.run_id}): its manifest or files were changed, a story's consent has ended, or "
            "figures of people were released since. `assetmap verify --site` tells the first."
        )
    return (
        f"It is another run ({made.run_id}, not {manifest.run_id}): an input, the settings or the "
        "program differ, or files of the survey, which no manifest lists. Put back those of that "
        "run."
    )


@contextmanager
def _private_copy(settings: Settings) -> Iterator[Settings]:
    """Give settings whose output is a folder for this user alone, gone afterwards."""
    with private_folder() as folder:
        own = replace(settings, out=folder)
        for record in sorted(settings.releases.glob(_PEOPLE)):
            write_private(own.releases / record.name, record.read_bytes())
        yield own
