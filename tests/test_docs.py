"""The documents agree with the code and with each other."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from assetmap import __version__
from assetmap.caveats import CAVEATS
from assetmap.dataset import load
from assetmap.datasets import find_datasets, get_dataset
from assetmap.disclosure.tables import PUBLISHED
from assetmap.geography import crs_operation
from assetmap.indicators import find_indicators
from assetmap.pipeline import summarise
from assetmap.quality import find_checks
from assetmap.quarantine import REASONS
from assetmap.settings import read_settings
from assetmap.statements import read_statements
from assetmap.warehouse import read_public

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SCRIPT = ROOT / "tools/make_data_dictionary.py"
DICTIONARY = DOCS / "data-dictionary.md"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
PAGE_IDS = [page.name for page in PAGES]

TERMS = (
    "micro-asset",
    "macro-asset site",
    "catchment",
    "buffer",
    "best fit",
    "exact fit",
    "extensive",
    "intensive",
    "lsoa",
    "oa",
    "msoa",
    "ward vintage",
    "decile",
    "imd",
    "dasymetric",
    "indicator",
    "benchmark",
    "caveat",
    "contract",
    "quarantine",
    "held row",
    "gate",
    "disclosure class",
    "suppressed",
    "not measured",
    "zero",
    "lineage",
    "manifest",
    "vintage",
    "gss code",
    "epsg",
)

AMERICAN = re.compile(
    r"\b(colou?rize|colors?|centers?|centered|neighbors?|neighborhoods?|behaviors?|favorites?|"
    r"license[sd]? (?:of|for)|meters?|kilometers?|gray|organiz\w+|analyz\w+|generaliz\w+|"
    r"recogniz\w+|summariz\w+|normaliz\w+|modeled|labeled|canceled)\b",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w.])(/work|/tmp|/home|/root|/usr|/mnt)/|\b[A-Z]:\\")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


def read(path):
    return path.read_text(encoding="utf-8")


def prose(text):
    """Return a page without code, addresses and the targets of links."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`\n]*`", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.sub(r"https?://\S+", "", text)


def anchors(text):
    """Return the ids that headings get on code hosts."""
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", title.lower()) for title in titles]
    return {title.replace(" ", "-") for title in kept}


def section(text, title):
    """Return what stands below a heading of any level, up to the next heading."""
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("make_data_dictionary", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def dictionary():
    return read(DICTIONARY)


def test_data_dictionary_is_fresh(generator):
    assert generator.is_fresh(DICTIONARY, generator.render()), (
        "docs/data-dictionary.md is stale: run `make docs` and commit it"
    )


def test_check_tells_a_fresh_page_from_a_stale_and_an_absent_one(generator, tmp_path, capsys):
    page = tmp_path / "page.md"
    assert generator.main(["--check", "--page", str(page)]) == 1
    assert generator.main(["--page", str(page)]) == 0
    assert generator.main(["--check", "--page", str(page)]) == 0
    page.write_text(read(page).replace("Data dictionary", "Data Dictionary", 1), encoding="utf-8")
    assert generator.main(["--check", "--page", str(page)]) == 1
    assert "is stale" in capsys.readouterr().err


def test_data_dictionary_does_not_depend_on_the_machine(generator, tmp_path):
    page = tmp_path / "page.md"
    surroundings = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    command = [sys.executable, str(SCRIPT), "--page", str(page)]
    subprocess.run(command, check=True, cwd=tmp_path, env=os.environ | surroundings)
    assert page.read_bytes() == generator.render().encode()


@pytest.mark.parametrize("key", sorted(CAVEATS))
def test_every_caveat_is_in_the_dictionary(key, dictionary):
    assert f"| `{key}` | {CAVEATS[key]} |" in section(dictionary, "Caveats")


@pytest.mark.parametrize("key", sorted(REASONS))
def test_every_quarantine_reason_is_in_the_dictionary(key, dictionary):
    assert f"| `{key}` | {REASONS[key]} |" in section(dictionary, "Quarantine reasons")


@pytest.mark.parametrize("contract", PUBLISHED, ids=lambda contract: contract.table)
def test_every_published_column_is_in_the_dictionary(contract, dictionary):
    rows = section(dictionary, contract.table)
    assert [name for name in contract.names if f"| `{name}` |" not in rows] == []


@pytest.mark.parametrize("dataset", find_datasets().values(), ids=lambda dataset: dataset.id)
def test_every_dataset_is_in_the_dictionary(dataset, dictionary):
    assert f"| `{dataset.id}` |" in section(dictionary, "Datasets")
    rows = section(dictionary, dataset.contract.table)
    assert [name for name in dataset.contract.names if f"| `{name}` |" not in rows] == []


@pytest.mark.parametrize("indicator", find_indicators(), ids=lambda indicator: indicator.stem)
def test_every_indicator_is_in_the_dictionary(indicator, dictionary):
    text = section(dictionary, indicator.stem)
    assert indicator.header["meaning"] in text
    assert [key for key in indicator.caveats if f"`{key}`" not in text] == []


def test_every_check_and_derived_table_is_in_the_dictionary(dictionary):
    checks = section(dictionary, "Quality checks")
    assert [check.id for check in find_checks() if f"| `{check.id}` |" not in checks] == []
    tables = section(dictionary, "Derived tables")
    derived = [*read_statements("intermediate"), *read_statements("marts")]
    assert [name for name in derived if f"| `{name}` |" not in tables] == []


def test_readme_shows_the_summary_of_the_starter_extracts(built):
    loaded = read_public(built.public)["pub_dataset"].set_index("dataset_id")["extent"]
    # The folders of lists are no extracts of anything: they are always whole.
    if set(loaded[loaded.index.isin(find_datasets())]) != {"starter extract"}:
        pytest.skip("a full file has taken a starter extract's place, so the summary differs")
    shown = "\n".join(["```", *summarise(built).lines(), "maps/index.html", "```"])
    assert shown in read(ROOT / "README.md")


def test_contributing_stays_short():
    assert len(read(ROOT / "CONTRIBUTING.md").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_links_between_documents_resolve(page):
    broken = []
    for target in LINK.findall(read(page)):
        path, _, anchor = target.partition("#")
        if path.startswith(("https://", "mailto:")):
            continue
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(read(found))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_spelling_is_british(page):
    assert [match[0] for match in AMERICAN.finditer(prose(read(page)))] == []


def test_the_spelling_test_bites():
    text = "The color of `center` in a [neighborhood](color.md), 400 meters off, organized."
    found = [match[0] for match in AMERICAN.finditer(prose(text))]
    assert found == ["color", "neighborhood", "meters", "organized"]


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_no_page_names_a_path_of_one_machine(page):
    assert MACHINE_PATH.findall(read(page)) == []


def test_glossary_explains_the_terms_of_the_project():
    entries = re.findall(r"^\*\*([^*]+)\*\*:", read(DOCS / "glossary.md"), flags=re.MULTILINE)
    names = {re.sub(r" \(.*\)", "", entry).lower() for entry in entries}
    assert [term for term in TERMS if term not in names] == []
    assert len(names) == len(entries)


def test_every_direct_dependency_is_explained():
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    stated = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[<>=!~\[ ;]", requirement)[0] for requirement in stated}
    listed = re.findall(r"^\| `([^`]+)` \|", read(DOCS / "dependencies.md"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(names)


def test_methods_state_the_settings_in_force(tmp_path):
    text = " ".join(read(DOCS / "methods.md").split())
    settings = read_settings(ROOT / "data/raw", tmp_path)
    operation, accuracy = crs_operation()
    *near, far = (f"{metres:,}" for metres in settings.study_area.catchments_m)
    assert f"catchments are {', '.join(near)} and {far} m" in text
    assert f"`adjacent_m`, {settings.study_area.adjacent_m} m" in text
    assert settings.policy.max_held_share == 0.5
    assert "Where more than half of the rows would be held (`max_held_share`" in text
    assert "OSGB36 to WGS 84 (6)" in operation
    assert "*OSGB36 to WGS 84 (6)*" in text
    assert f"good to **{accuracy:g} m**" in text


def test_methods_state_how_many_areas_changed_in_the_starter_extract():
    lookup = load(get_dataset("lookup_lsoa11_lsoa21"), ROOT / "data/raw", max_held_share=0)
    if not lookup.is_starter:
        pytest.skip("a full lookup has taken the starter extract's place")
    counts = lookup.table["chgind"].value_counts().to_dict()
    text = " ".join(read(DOCS / "methods.md").split())
    assert set(counts) == {"U", "S"}
    assert f"has {counts['U']} U and {counts['S']} S pairs, no M and no X" in text


def test_citation_names_the_version_of_the_package():
    lines = read(ROOT / "CITATION.cff").splitlines()
    assert "cff-version: 1.2.0" in lines
    assert f"version: {__version__}" in lines


def test_changelog_opens_with_what_is_unreleased_and_its_data():
    titles = re.findall(r"^#+ .+$", read(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)
    assert titles[:2] == ["# Changelog", "## Unreleased"]
    assert "### Data" in titles
