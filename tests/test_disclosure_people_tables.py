"""From restricted tables to what is shown, and the record that the next release needs."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from assetmap.contracts import check
from assetmap.disclosure.counts import read_population
from assetmap.disclosure.facts import FACT_TABLE, FACT_TYPES
from assetmap.disclosure.people_tables import Terms, release_path, release_tables
from assetmap.disclosure.released import PUB_PEOPLE, RELEASED
from assetmap.disclosure.releases import digest_people
from assetmap.errors import KeyFileError, StorageError, UnreadableFileError
from assetmap.settings import read_settings
from assetmap.warehouse import open_warehouse, write_typed
from disclosure_town import AREA, WARDS, people, scope, table
from survey_tree import KEY, RAW, make_collected, plant

W1, W2, W3 = WARDS
TABLES = (table("all", wards=True), table("answers", "three"), table("origin", "origin"))
SECRET = b"s" * 32


@pytest.fixture
def terms(tmp_path):
    asked = scope(*TABLES, wards=3)
    return Terms(scope=asked, state="synthetic", last_release=tmp_path / "r.json", secret=SECRET)


def town(first=0, **sizes):
    """Return 31 + 24 + 12 people by answer, in three wards, with an origin each."""
    wanted = {"a": 31, "b": 24, "c": 12} | sizes
    return people(
        [
            (size, (ward, {"three": code, "origin": origin}))
            for (code, size), ward, origin in zip(wanted.items(), WARDS, "abc", strict=True)
        ],
        first,
    )


FACTS = [("responses_received", "70", 70, None)]


@pytest.fixture
def release(tmp_path, terms):
    """Return what releases people on these terms, through a warehouse."""

    def run(whole, facts=FACTS, **changes):
        with open_warehouse(tmp_path / "w.duckdb") as con:
            names = {"area_code": [AREA, *WARDS], "area_name": ["Town", "North", "East", "South"]}
            frames = {
                "int_person": whole.persons,
                "int_person_attribute": whole.attributes,
                "int_respondent_weight": pd.DataFrame(columns=["person_id", "weight"]),
                "int_census_margin": pd.DataFrame(
                    columns=["dimension", "category", "area_code", "people_count"]
                ),
                "int_area": pd.DataFrame(names),
            }
            whole_numbers = ("people_count", "weight")
            for name, frame in frames.items():
                types = {c: "DOUBLE" if c in whole_numbers else "VARCHAR" for c in frame.columns}
                write_typed(con, name, frame, types)
            write_typed(con, FACT_TABLE, pd.DataFrame(facts, columns=list(FACT_TYPES)), FACT_TYPES)
            tables, record = release_tables(con, replace(terms, **changes))
        for contract in RELEASED:
            check(tables[contract.table], contract)
        return tables, record

    return run


def keep(terms, record):
    terms.last_release.write_text(record, encoding="utf-8")


def counts(tables, identity):
    rows = tables["pub_people"]
    rows = rows[rows["table_id"] == identity]
    keys = zip(rows["area_code"], rows["category"], strict=True)
    return {key: None if pd.isna(n) else int(n) for key, n in zip(keys, rows["count"], strict=True)}


def values(tables):
    return dict(tables["pub_survey"][["key", "value"]].to_numpy())


# ------------------------------------------------------------- what is shown


def test_without_a_survey_there_are_empty_tables_and_no_record(terms):
    tables, record = release_tables(None, replace(terms, state="none"))
    assert record == ""
    assert {name: (len(t), list(t)) for name, t in tables.items()} == {
        contract.table: (0, contract.names) for contract in RELEASED
    }


def test_counts_are_rounded_named_and_in_order(release):
    tables, _ = release(town())
    assert counts(tables, "all") == {
        (AREA, "all"): 65,
        (W1, "all"): 30,
        (W2, "all"): 25,
        (W3, "all"): 10,
    }
    rows = tables["pub_people"]
    answers = rows[rows["table_id"] == "answers"]
    assert answers["category_label"].tolist() == ["All", "A", "B", "C"]
    assert set(answers["area_name"]) == {"Town"}
    assert rows["sort_order"].tolist() == list(range(1, len(rows) + 1))


def test_everything_withheld_has_one_mark_whatever_the_reason(release):
    tables, _ = release(town(c=4))
    rows = tables["pub_people"]
    assert counts(tables, "answers")[AREA, "c"] is None
    assert set(rows["status"]) == {"published", "suppressed"}
    hidden = rows[rows["status"] == "suppressed"]
    assert hidden[["count", "share_pct", "weighted_pct", "coverage_ratio"]].isna().all(axis=None)
    assert (rows.loc[rows["status"] == "published", "count"] % 5 == 0).all()


def test_a_table_says_by_which_threshold_it_was_made(release):
    rows = release(town())[0]["pub_people_table"].set_index("table_id")
    assert rows["threshold"].to_dict() == {"all": 10, "answers": 10, "origin": 20}
    assert rows["is_sensitive"].to_dict() == {"all": False, "answers": False, "origin": True}
    assert rows["attribute_labels"].to_dict() == {"all": "", "answers": "Three", "origin": "Origin"}


def test_two_attributes_are_labelled_together(release, terms):
    both = scope(table("pair", "two", "three"), wards=3)
    whole = people([(30, (W1, {"two": "a", "three": "b"})), (30, (W2, {"two": "b", "three": "b"}))])
    rows = release(whole, scope=both)[0]["pub_people"].set_index("category")
    assert rows.loc["a/b", "category_label"] == "A, B"
    assert terms.scope is not both


def test_no_true_value_and_no_person_stands_in_what_is_kept(release):
    whole = town(a=33, b=24, c=12)
    _, record = release(whole)
    assert not [person for person in whole.persons["person_id"] if person in record]
    body = json.loads(json.loads(record)["release"])
    shown = {row[5] for row in body["cells"]} | {
        figure[3] for each in body["records"].values() for figure in each["figures"]
    }
    assert shown <= {None, 10, 25, 35, 70}
    assert not {33, 24, 12, 69} & shown


# ------------------------------------------------------------- the next release


def test_the_same_people_give_the_same_record(release, terms):
    _, first = release(town())
    keep(terms, first)
    assert release(town())[1] == first


def test_when_one_person_leaves_all_figures_and_facts_stay(release, terms):
    before, record = release(town())
    keep(terms, record)
    fewer = [("responses_received", "60", 60, None)]
    after, kept = release(town(c=11), facts=fewer)
    for name in ("pub_people", "pub_survey"):
        pd.testing.assert_frame_equal(after[name], before[name], check_dtype=False)
    old, new = (json.loads(json.loads(text)["release"]) for text in (record, kept))
    assert new["records"]["respondent"]["figures"] == old["records"]["respondent"]["figures"]
    assert all(line["is_carried_over"] for line in new["account"])
    assert values(
        release(town(c=11), facts=fewer, last_release=terms.last_release.with_name("no"))[0]
    ) == {
        "responses_received": "60",
        "responses_validated": "65",
        "rounding_base": "5",
        "least_change": "10",
    }


def test_when_many_join_figures_and_facts_are_new(release, terms):
    keep(terms, release(town())[1])
    more = [("responses_received", "100", 100, None)]
    after, _ = release(town(a=61), facts=more)
    assert counts(after, "all")[AREA, "all"] == 95
    assert values(after) == {
        "responses_received": "100",
        "responses_validated": "95",
        "rounding_base": "5",
        "least_change": "10",
    }


def test_releases_of_two_states_are_not_compared(release, terms):
    """Nobody of the sample is among the real ones, which would be refused as a lost key."""
    keep(terms, release(town())[1])
    tables, record = release(town(first=500), state="collected")
    assert counts(tables, "all")[AREA, "all"] == 65
    assert json.loads(record)["state"] == "collected"


def test_each_state_has_a_record_of_its_own(tmp_path):
    settings = read_settings(RAW, tmp_path)
    paths = {state: release_path(settings, state) for state in ("synthetic", "collected")}
    assert paths["collected"] == settings.last_release
    assert paths["synthetic"].parent == settings.releases
    assert paths["synthetic"] != paths["collected"]


def _cut(text):
    return text[: len(text) // 2]


def _other_fact(text):
    body = json.loads(text)
    body["facts"][0][3] = "999"
    return json.dumps(body)


def _other_state(text):
    return json.dumps(json.loads(text) | {"state": "collected"})


def _other_figure(text):
    body = json.loads(text)
    release = json.loads(body["release"])
    release["cells"][0][5] = 70
    return json.dumps(body | {"release": json.dumps(release)})


def _unsealed(text):
    return json.dumps({k: v for k, v in json.loads(text).items() if k != "seal"})


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        _other_fact,
        _other_state,
        _other_figure,
        _unsealed,
        lambda _: "",
        lambda _: "[]",
        lambda _: "null",
        lambda _: '{"state": "synthetic"}',
        lambda text: text.replace("synthetic", "synthetix"),
    ],
)
def test_a_damaged_record_is_refused_and_never_passed_over(release, terms, harm):
    _, record = release(town())
    assert harm(record) != record
    keep(terms, harm(record))
    with pytest.raises(UnreadableFileError) as caught:
        release(town())
    assert str(caught.value) == (
        f"{terms.last_release}: the record of the last release is damaged, or was made with "
        "another key, so this one cannot be compared with it and nothing is published. Restore "
        "the key and the file from a backup; docs/privacy.md says what to do where the key is lost."
    )


def test_a_record_in_another_encoding_is_damaged(release, terms):
    terms.last_release.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFileError, match="is damaged"):
        release(town())


def test_a_record_that_cannot_be_opened_is_said(release, terms):
    terms.last_release.mkdir()
    with pytest.raises(StorageError, match=r"cannot be read \(Is a directory\)"):
        release(town())


# ------------------------------------------------------------- digests


def test_nobody_can_try_out_known_numbers_on_the_record(release, terms):
    """Codes of researchers are known, and pseudonyms of erased people are on a list."""
    whole = town()
    _, record = release(whole)
    population = read_population(whole, "respondent", terms.scope)
    held = {d for each in digest_people(population, terms.scope, SECRET).values() for d in each}
    tried = {d for each in digest_people(population, terms.scope, b"").values() for d in each}
    assert all(digest in record for digest in held)  # with the secret they are all found
    assert not [digest for digest in tried if digest in record]


def test_the_secret_comes_from_the_key_and_is_not_shown(tmp_path, monkeypatch):
    raw = plant(make_collected(tmp_path / "raw"), "paper.csv", {})
    settings = replace(read_settings(RAW, tmp_path), raw=raw)
    monkeypatch.delenv("ASSETMAP_KEY_FILE", raising=False)
    monkeypatch.delenv("ASSETMAP_KEY", raising=False)
    with pytest.raises(KeyFileError):
        Terms.of(settings, "collected")
    assert Terms.of(settings, "none").state == "none"
    monkeypatch.setenv("ASSETMAP_KEY", KEY)
    first = Terms.of(settings, "collected")
    monkeypatch.setenv("ASSETMAP_KEY", KEY[::-1])
    assert Terms.of(settings, "collected").secret != first.secret
    assert repr(first.secret) not in repr(first)
    assert bytes.fromhex(KEY) not in first.secret
    assert PUB_PEOPLE.table == "pub_people"
