"""sources.toml is whole, and a wrong entry is refused with every fault named."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assetmap.errors import ConfigError, MissingInputError
from assetmap.sources import DatasetSource, is_loopback, read_sources

SHIPPED = Path(__file__).parents[1] / "data" / "raw" / "sources.toml"

DATASETS = {
    "imd_2019",
    "census_2021_ts001",
    "census_2021_ts004",
    "census_2021_ts067",
    "census_2021_ts029",
    "census_2021_ts045",
    "census_2021_ts062",
    "lsoa_2011",
    "lookup_lsoa11_lsoa21",
    "lookup_lsoa11_ward17",
    "code_point_open",
    "postcode_lsoa",
    "census_2021_ts007a",
    "survey_margin",
    "brownfield_land",
    "gp_practices",
    "master_plan_sites",
    "public_places",
}
MANUAL = {"master_plan_sites", "public_places", "survey_margin"}
PUBLISHERS = (
    ".service.gov.uk",
    ".planning.data.gov.uk",
    ".nomisweb.co.uk",
    ".arcgis.com",
    ".os.uk",
    ".odsdatasearchandexport.nhs.uk",
)
STORAGE = (".az.arcgis.com", ".blob.core.windows.net", ".amazonaws.com")

GOOD = """
[places]
title = "Places"
publisher = "A publisher"
page = "https://example.org/about"
url = "https://example.org/places.csv"
filename = "places.csv"
format = "csv"
licence = "Open Government Licence v3.0"
attribution = "A publisher"
max_mb = 5
"""


@pytest.fixture(scope="module")
def shipped():
    return read_sources(SHIPPED)


def read(tmp_path, text):
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return read_sources(path)


def faults_of(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_the_shipped_file_has_every_dataset(shipped):
    assert set(shipped) == DATASETS
    assert {i for i, source in shipped.items() if source.manual} == MANUAL


def test_each_dataset_has_its_own_folder(shipped):
    folders = {source.folder for source in shipped.values()}
    assert len(folders) == len(shipped)
    assert shipped["code_point_open"].folder == "postcodes/code_point_open"
    assert shipped["postcode_lsoa"].folder == "postcodes/postcode_lsoa"
    assert shipped["imd_2019"].folder == "imd_2019"


@pytest.mark.parametrize("dataset_id", sorted(DATASETS))
def test_each_entry_is_licensed_and_has_a_page(shipped, dataset_id):
    source = shipped[dataset_id]
    assert source.licence == "Open Government Licence v3.0"
    assert source.attribution
    assert source.page.startswith("https://")


@pytest.mark.parametrize("dataset_id", sorted(DATASETS - MANUAL))
def test_each_address_is_https_at_a_publisher(shipped, dataset_id):
    source = shipped[dataset_id]
    parts = urlsplit(source.url)
    assert parts.scheme == "https"
    assert f".{parts.hostname}".endswith(PUBLISHERS)
    assert all(host.endswith(STORAGE) for host in source.redirect_hosts)


@pytest.mark.parametrize("table", ["ts001", "ts004", "ts067", "ts029", "ts045", "ts062"])
def test_a_census_address_is_that_of_its_table(shipped, table):
    source = shipped[f"census_2021_{table}"]
    assert source.url.endswith(f"/census2021-{table}.zip")
    assert source.filename == f"census2021-{table}.zip"


def test_a_table_becomes_a_frozen_source(tmp_path):
    source = read(tmp_path, GOOD)["places"]
    assert (source.id, source.folder, source.max_bytes) == ("places", "places", 5_000_000)
    assert source.checked is False
    with pytest.raises(ValueError, match="frozen"):
        source.url = "https://example.com/x.csv"


def test_a_manual_source_needs_no_address(tmp_path):
    lines = [
        line
        for line in GOOD.splitlines()
        if not line.startswith(("url", "filename", "format", "max_mb"))
    ]
    text = "\n".join([*lines, 'manual = "Ask the council."'])
    source = read(tmp_path, text)["places"]
    assert source.manual == "Ask the council."
    assert source.max_bytes == 0


def test_all_faults_of_all_entries_stand_in_one_message(tmp_path):
    wrong = (
        GOOD.replace("https://example.org/places.csv", "http://example.org/places.csv")
        .replace("max_mb = 5", 'max_mb = "5"\ncolour = "red"')
        .replace("A publisher", "", 1)
    )
    other = GOOD.replace("[places]", "[sites]").replace("places.csv", "sites.txt")
    message = faults_of(tmp_path, wrong + other)
    assert message.splitlines()[0].endswith("sources.toml has 5 faults:")
    assert "places.url: begins with http:, not with https:" in message
    assert "places.max_mb: Input should be a valid integer" in message
    assert "places.colour: Extra inputs are not permitted" in message
    assert "places.publisher: String should have at least 1 character" in message
    assert "sites: has the filename 'sites.txt', which does not end in .csv" in message
    assert message.endswith("Mend these entries.")


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ('filename = "places.csv"', 'filename = "../places.csv"', "places.filename"),
        ('filename = "places.csv"', 'filename = "a/places.csv"', "places.filename"),
        ('filename = "places.csv"', 'filename = ".places.csv"', "places.filename"),
        ('filename = "places.csv"', 'filename = "p_starter.csv"', "'_starter', which marks"),
        ('filename = "places.csv"', "", "places: lacks filename; give them"),
        ('format = "csv"', 'format = "exe"', "places.format"),
        ("max_mb = 5", "max_mb = 0", "places.max_mb"),
        ("max_mb = 5", "max_mb = 5\nsize = 5000001", "5,000,001 bytes, above max_mb = 5"),
        ("max_mb = 5", 'max_mb = 5\nsha256 = "ABC"', "places.sha256"),
        ("max_mb = 5", 'max_mb = 5\nredirect_hosts = ["https://a.org"]', "redirect_hosts.0"),
        ("max_mb = 5", 'max_mb = 5\nfolder = "../up"', "places.folder"),
        ("max_mb = 5", 'max_mb = 5\nid = "other"', "leave this line out"),
        ("max_mb = 5", 'max_mb = 5\nmanual = "Ask."', "can have neither a url"),
        ('"https://example.org/places.csv"', '"ftp://example.org/p.csv"', "begins with ftp:"),
        ('"https://example.org/places.csv"', '"file:///etc/passwd"', "names no host"),
        ('"https://example.org/places.csv"', '"https://me:x@example.org/p"', "a user name"),
        ('"https://example.org/places.csv"', '"places.csv"', "names no host"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, line, instead, told):
    assert line in GOOD
    assert told in faults_of(tmp_path, GOOD.replace(line, instead))


def test_plain_http_is_for_this_machine_only(tmp_path):
    for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000"):
        text = GOOD.replace("https://example.org/places.csv", f"http://{host}/places.csv")
        assert read(tmp_path, text)["places"].url == f"http://{host}/places.csv"
    for host in ("127.0.0.1.example.org", "localhost.example.org", "192.168.1.2", "10.0.0.1"):
        assert not is_loopback(host)


def test_two_tables_of_one_name_are_refused(tmp_path):
    assert "is not TOML" in faults_of(tmp_path, GOOD + GOOD)


def test_two_datasets_cannot_save_to_one_file(tmp_path):
    other = GOOD.replace("[places]", '[sites]\nfolder = "places"')
    message = faults_of(tmp_path, GOOD + other)
    assert "sites: saves to the same file as places, places.csv" in message


def test_a_value_outside_a_table_is_refused(tmp_path):
    assert "version is a value, not a table" in faults_of(tmp_path, "version = 1\n" + GOOD)


def test_what_is_not_toml_is_refused(tmp_path):
    assert "is not TOML" in faults_of(tmp_path, "[places\n")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(MissingInputError, match=r"sources\.toml is missing\. Copy it"):
        read_sources(tmp_path / "sources.toml")


def test_the_keys_of_the_shipped_file_are_explained_in_it():
    explained = SHIPPED.read_text(encoding="utf-8").split("[imd_2019]")[0]
    for key in set(DatasetSource.model_fields) - {"id", "title", "publisher"}:
        assert key in explained or key in ("licence", "attribution")
