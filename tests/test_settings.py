"""Settings: read whole, refused whole, with every fault in one message."""

import shutil
from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from assetmap.errors import ConfigError, MissingInputError
from assetmap.settings import read_settings

AREA = """\
id = "town"
name = "Town"
wards = ["E05001193", "E05001205"]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study_area.toml").write_text(AREA)
    (tmp_path / "policy.toml").write_text("")
    return tmp_path


def faults_of(folder, *, area=None, policy=None):
    if area is not None:
        (folder / "study_area.toml").write_text(area)
    if policy is not None:
        (folder / "policy.toml").write_text(policy)
    with pytest.raises(ConfigError) as caught:
        read_settings(folder, folder)
    return str(caught.value).splitlines()


def test_what_is_not_set_has_a_default(folder):
    settings = read_settings(folder, folder)
    assert settings.study_area.wards == ("E05001193", "E05001205")
    assert settings.study_area.catchments_m == (400, 800, 1200)
    assert (settings.study_area.adjacent_m, settings.study_area.nearest_count) == (400, 3)
    assert settings.study_area.benchmarks == ()
    assert settings.policy.max_held_share == 0.5


def test_the_shipped_settings_are_read(raw, tmp_path):
    settings = read_settings(raw, tmp_path)
    assert settings.study_area.id == "greater_icknield"
    assert [benchmark.lsoa11_count for benchmark in settings.study_area.benchmarks] == [639, 186]


def test_everything_that_is_written_lies_below_the_out_folder(folder, tmp_path):
    settings = read_settings(folder, tmp_path / "out")
    for path in (settings.processed, settings.maps, settings.warehouse, settings.public):
        assert path.is_relative_to(tmp_path / "out")
    assert not settings.warehouse.is_relative_to(settings.maps)


def test_settings_do_not_change(folder):
    settings = read_settings(folder, folder)
    with pytest.raises(FrozenInstanceError):
        settings.raw = folder / "other"
    with pytest.raises(ValidationError):
        settings.policy.max_held_share = 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('id = "town"', 'id = "The Town"', "  - id: String should match pattern"),
        ('id = "town"', "", "  - id: Field required"),
        ('name = "Town"', 'name = ""', "  - name: String should have at least 1 character"),
        ('"E05001193"', '"Ladywood"', "  - wards.0: String should match pattern"),
        ('["E05001193", "E05001205"]', "[]", "  - wards: Tuple should have at least 1 item"),
        ('name = "Town"', 'name = "T"\nward = []', "  - ward: Extra inputs are not permitted"),
        ('name = "Town"', 'name = "T"\ncatchments_m = [0]', "  - catchments_m.0: Input should be"),
        ('name = "Town"', 'name = "T"\ncatchments_m = [400.5]', "  - catchments_m.0: Input should"),
        ('name = "Town"', 'name = "T"\ncatchments_m = ["400"]', "  - catchments_m.0: Input should"),
        ('name = "Town"', 'name = "T"\ncatchments_m = []', "  - catchments_m: Tuple should have"),
        ('name = "Town"', 'name = "T"\nadjacent_m = 20001', "  - adjacent_m: Input should be less"),
        ('name = "Town"', 'name = "T"\nnearest_count = 0', "  - nearest_count: Input should be"),
    ],
)
def test_a_wrong_setting_of_the_area_is_named(folder, old, new, fault):
    lines = faults_of(folder, area=AREA.replace(old, new))
    assert lines[0].startswith(f"{folder / 'study_area.toml'} has ")
    assert lines[1].startswith(fault)


def test_a_benchmark_needs_code_name_and_count(folder):
    lines = faults_of(folder, area=f'{AREA}\n[[benchmarks]]\ncode = "E05001193"\n')
    assert [line.split(":")[0] for line in lines[1:-1]] == [
        "  - benchmarks.0.code",
        "  - benchmarks.0.name",
        "  - benchmarks.0.lsoa11_count",
    ]


@pytest.mark.parametrize(
    ("policy", "key"),
    [
        ("max_held_share = 1.5", "max_held_share"),
        ("max_held_share = -0.1", "max_held_share"),
        ('max_held_share = "0.5"', "max_held_share"),
        ("max_held_shares = 0.5", "max_held_shares"),
    ],
)
def test_a_policy_that_is_impossible_or_misspelt_is_refused(folder, policy, key):
    lines = faults_of(folder, policy=policy)
    assert lines[0] == f"{folder / 'policy.toml'} has 1 wrong setting:"
    assert lines[1].startswith(f"  - {key}: ")


def test_a_stricter_policy_is_taken(folder):
    (folder / "policy.toml").write_text("max_held_share = 0\n")
    assert read_settings(folder, folder).policy.max_held_share == 0


def test_all_faults_of_a_file_stand_in_one_message(folder):
    lines = faults_of(folder, area='id = "A B"\nname = ""\nwards = ["x"]\nother = 1\n')
    named = {line.removeprefix("  - ").split(":")[0] for line in lines[1:-1]}
    assert {"id", "name", "wards.0", "other"} <= named
    assert lines[0].endswith(f"has {len(lines) - 2} wrong settings:")


def test_a_file_that_is_not_toml_is_refused_with_the_line(folder):
    (line,) = faults_of(folder, area='id = "town\n')
    assert line.startswith(f"{folder / 'study_area.toml'} is not TOML: ")
    assert "line 1" in line


def test_a_file_in_another_encoding_is_refused(folder):
    (folder / "policy.toml").write_bytes("# caf\u00e9".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"policy\.toml is not TOML"):
        read_settings(folder, folder)


@pytest.mark.parametrize("name", ["study_area.toml", "policy.toml"])
def test_a_missing_file_says_where_to_get_it(folder, name):
    (folder / name).unlink()
    with pytest.raises(MissingInputError, match=r"is missing\. Copy it from"):
        read_settings(folder, folder)


def test_a_missing_folder_says_what_to_give(folder):
    shutil.rmtree(folder)
    with pytest.raises(MissingInputError, match=r"there is no such folder\. Give the folder"):
        read_settings(folder, folder)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("catchments_m = [400, 400]", "catchments_m"),
        ('wards = ["E05001193", "E05001193"]', "wards"),
    ],
)
def test_a_list_that_names_something_twice_is_refused(tmp_path, line, field):
    area = {"id": '"a"', "name": '"A"', "wards": '["E05001193"]'}
    text = "".join(f"{k} = {v}\n" for k, v in area.items() if k != field) + line
    (tmp_path / "study_area.toml").write_text(text)
    (tmp_path / "policy.toml").write_text("")
    with pytest.raises(ConfigError, match=f"{field}: names something twice"):
        read_settings(tmp_path, tmp_path)
