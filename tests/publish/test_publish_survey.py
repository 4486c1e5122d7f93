"""The pages of the survey: what is withheld stays so, what is made up says so."""

from __future__ import annotations

import csv
import re

import pandas as pd
import pytest
from publish_people import EAST, WEST, people, people_tables, survey_facts
from publish_town import town

from assetmap.errors import PublishError
from assetmap.publish.model import accept
from assetmap.publish.page import SYNTHETIC_BANNERS
from assetmap.publish.people import ALL, count_cell
from assetmap.publish.programme_page import fact_value
from assetmap.publish.site import write_site
from assetmap.publish.survey_page import coverage_words
from assetmap.publish.tables import Bar
from assetmap.publish.ward_survey import ward_surveys

BANNER = (
    "Synthetic data: the people and answers on this page were made up to show how the system "
    "works. They are not results."
)
SURVEY_PAGES = ["survey.html", "programme.html"]
FIGURE_PAGES = [*SURVEY_PAGES, "sites/mill.html", "sites/basin.html"]
FILES_OF_PEOPLE = ["people", "people_tables", "survey"]


def text_of(path):
    text = re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8").partition("</head>")[2])
    return re.sub(r" (?=[:;,.])", "", re.sub(r"\s+", " ", text))


def tables_of(path):
    """Return the HTML of each table of a page by its id."""
    found = re.findall(
        r'<table id="([^"]+)".*?</table>', path.read_text(encoding="utf-8"), re.DOTALL
    )
    html = path.read_text(encoding="utf-8")
    return {
        name: re.search(rf'<table id="{name}".*?</table>', html, re.DOTALL)[0] for name in found
    }


def cells_of(html):
    return re.findall(r"<td.*?</td>", html, re.DOTALL)


def caption_of(html):
    return re.sub(r"<[^>]+>", "", re.search(r"<caption.*?</caption>", html, re.DOTALL)[0])


def row_of(html, label):
    """Return the texts of the row that ``label`` heads."""
    for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL):
        texts = [
            re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        if texts[0] == label:
            return texts[1:]
    raise KeyError(label)


def build(tables, tmp_path):
    return write_site(tables, tmp_path / "site").target


# ---- what is withheld


def test_a_withheld_cell_is_the_same_wherever_it_stands(site):
    released = [row for row in people() if row["table_id"] in {"age", "country", "skills"}]
    withheld = [row for row in released if row["status"] == "suppressed"]
    weighted = [row for row in withheld if row["geography"] == "study_area"]
    tables = tables_of(site / "survey.html")
    cells = [
        cell
        for name, html in tables.items()
        if name.startswith("people-")
        for cell in cells_of(html)
        if "[c]" in cell
    ]
    assert len(cells) == len(withheld) + len(weighted)
    plain = '<td class="n">[c]</td>'
    drawn = {cell for cell in cells if cell != plain}
    assert cells.count(plain) == len(withheld)
    assert len(drawn) == 1
    hatched = drawn.pop()
    assert re.fullmatch(r'<td class="n drawn"><svg class="bar".*</svg> \[c\]</td>', hatched)
    assert not re.search(r"data-|<small|aria-label|title", hatched)


def test_a_row_that_is_not_published_shows_nothing_of_its_figures():
    row = {"status": "suppressed", "count": 7, "share_pct": 3}
    cell = count_cell(row, longest=70)
    assert cell == count_cell({"status": "suppressed", "count": 99, "share_pct": 1}, longest=900)
    assert (cell.text, cell.small, cell.sort, cell.bar) == ("[c]", "", "", Bar(is_withheld=True))


def test_a_bar_is_as_long_as_the_rounded_count():
    row = {"status": "published", "count": 25, "share_pct": None}
    assert count_cell(row, longest=50).bar == Bar(length=50)
    assert count_cell({**row, "count": 0}, longest=50).bar == Bar(length=0)
    assert count_cell(row).bar is None


def test_withheld_counts_set_no_scale(site):
    html = tables_of(site / "survey.html")["people-3"]
    assert [int(w) for w in re.findall(r'<rect x="1" y="1" width="(\d+)"[^>]*#12436d', html)] == [
        100,
        50,
        41,
    ]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("pub_people", "count"),
        ("pub_people", "share_pct"),
        ("pub_people", "weighted_pct"),
        ("pub_people", "coverage_ratio"),
        ("pub_survey", "value"),
    ],
)
def test_a_withheld_row_that_carries_a_figure_is_refused(table, column):
    tables = town()
    frame = tables[table]
    place = frame.index[frame["status"] == "suppressed"][0]
    frame[column] = frame[column].astype(object)
    frame.loc[place, column] = "987" if column == "value" else 987
    with pytest.raises(PublishError, match=f"{table} has a figure in 1 of") as refused:
        accept(tables)
    assert "987" not in str(refused.value)


def test_withheld_rows_are_empty_in_the_csv(site):
    with (site / "data" / "people_synthetic.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "suppressed"]
    assert len(rows) == sum(row["status"] == "suppressed" for row in people())
    for row in rows:
        names = ("count", "share_pct", "weighted_pct", "coverage_ratio")
        assert [row[name] for name in names] == ["", "", "", ""]


def test_a_table_without_any_released_row_says_that_it_is_withheld(site):
    text = text_of(site / "survey.html")
    assert "Rare skills Withheld: nothing of this table can be shown" in text
    assert "people-5" not in tables_of(site / "survey.html")


# ---- what is made up


def labels_of_people():
    """Return words that stand on a page only where figures of the survey do."""
    labels = {row["category_label"] for row in people() if row["table_id"] in {"skills", "stage"}}
    return labels | {row["label"] for row in survey_facts()}


def test_every_page_with_figures_of_people_says_that_they_are_made_up(site):
    labels = labels_of_people()
    with_figures = set()
    for page in sorted(site.rglob("*.html")):
        text = text_of(page)
        name = page.relative_to(site).as_posix()
        if any(label in text for label in labels):
            with_figures.add(name)
            assert BANNER in text, name
        elif name != "data.html":
            assert "ynthetic" not in text, name
    assert with_figures == set(FIGURE_PAGES)


def test_the_page_of_files_says_which_of_them_are_made_up(site):
    text = text_of(site / "data.html")
    assert SYNTHETIC_BANNERS["files"] in text
    for name in FILES_OF_PEOPLE:
        assert f" {name}_synthetic " in text
    assert "Survey made-up people and answers" in text


def test_every_table_of_made_up_people_says_so_in_its_caption(site):
    labels = labels_of_people() | {"All respondents", "Middle East and Asia"}
    count = 0
    for page in FIGURE_PAGES:
        for html in tables_of(site / page).values():
            if any(f">{label}<" in html for label in labels):
                count += 1
                assert "synthetic data" in caption_of(html)
    assert count >= 12
    assert "Respondents in West ward (synthetic data): 130." in text_of(site / "sites/mill.html")


def test_files_of_made_up_people_say_so_in_their_names(site, collected_site):
    for name in FILES_OF_PEOPLE:
        assert (site / "data" / f"{name}_synthetic.csv").is_file()
        assert not (site / "data" / f"{name}.csv").exists()
        assert (collected_site / "data" / f"{name}.csv").is_file()
    assert (site / "data" / "codebook.csv").is_file()


def test_collected_answers_are_nowhere_called_made_up(collected_site):
    for path in sorted(collected_site.rglob("*")):
        assert "synthetic" not in path.name
        if path.suffix == ".html":
            body = path.read_text(encoding="utf-8")
            assert "ynthetic" not in body
            assert "made up" not in body
            assert "made-up" not in body
    text = text_of(collected_site / "survey.html")
    assert "25 to 34 85 40% 25%" in text
    assert "data/people.csv" in (collected_site / "survey.html").read_text(encoding="utf-8")


def test_links_lead_to_the_files_that_are_written(collected_site, unsurveyed_site):
    for folder in (collected_site, unsurveyed_site):
        for page in sorted(folder.rglob("*.html")):
            for link in re.findall(r'href="([^"#]*data/[^"]+)"', page.read_text(encoding="utf-8")):
                assert (page.parent / link).resolve().is_file(), link


# ---- without a survey


def test_without_responses_the_pages_say_so_and_hold_no_table(unsurveyed_site):
    for name in SURVEY_PAGES:
        assert "No responses are loaded." in text_of(unsurveyed_site / name)
        assert tables_of(unsurveyed_site / name) == {}
    for page in sorted(unsurveyed_site.rglob("*.html")):
        text = text_of(page)
        assert "residents of the ward said" not in text
        assert "Synthetic data" not in text
    assert "May we use it?" in text_of(unsurveyed_site / "codebook.html")


def test_an_unknown_state_of_the_survey_is_refused():
    tables = town(survey="invented")
    with pytest.raises(PublishError, match="survey_state that is not one of none, synthetic"):
        accept(tables)


# ---- results


def test_the_page_says_by_what_answers_are_weighted(site):
    assert "they match the census by age, sex." in text_of(site / "survey.html")


def test_rows_stand_in_the_declared_order_and_areas_across(site):
    html = tables_of(site / "survey.html")["people-4"]
    labels = re.findall(r'<th scope="row">(.*?)</th>', html)
    assert labels == [
        "Food and catering",
        "Care of children and adults",
        "Health professions",
        "Computers",
        "All respondents",
    ]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)
    assert heads == [
        "Skills by theme",
        "Milltown (study area)",
        "Milltown: weighted, non-probability sample",
        "East ward",
        "West ward",
    ]
    assert row_of(html, "Health professions") == ["25 12%", "10%", "[c]", "15 12%"]
    assert row_of(html, "All respondents") == ["215", "", "85", "130"]


def test_a_sensitive_table_is_marked_and_has_no_ward(site):
    text = text_of(site / "survey.html")
    assert "Respondents by country of birth sensitive: study area only" in text
    assert "counts below 20 are withheld" in text
    assert text.count("sensitive: study area only") == 1
    assert "ward" not in tables_of(site / "survey.html")["people-3"]
    assert "fewer than 10 people (20 in tables marked sensitive)" in text


def test_a_table_of_several_answers_says_that_rows_do_not_add_up(site):
    text = text_of(site / "survey.html")
    assert text.count("One person can stand in several rows") == 1


def test_respondents_stand_beside_the_census(site):
    html = tables_of(site / "survey.html")["coverage-2"]
    assert row_of(html, "18 to 24") == ["7%", "12%", "0.58", "fewer than their share"]
    assert row_of(html, "25 to 34") == ["40%", "24%", "1.67", "more than their share"]
    assert row_of(html, "65 and over") == ["[c]", "20%", "[c]", "withheld"]
    assert row_of(html, "No answer")[1:] == [
        "no figure",
        "not given",
        "no census figure to compare",
    ]
    assert "All respondents" not in html
    assert {n for n in tables_of(site / "survey.html") if n.startswith("cov")} == {
        "coverage-2",
        "coverage-3",
    }


def test_each_ward_stands_beside_its_census_where_it_has_one(tmp_path):
    tables = town()
    rows = tables["pub_people"]
    is_west = (rows["table_id"] == "age") & (rows["area_code"] == WEST[0])
    is_young = is_west & (rows["category"] == "25_34")
    rows.loc[is_west & rows["category"].isin(["18_24", "25_34"]), "census_pct"] = 20.0
    rows.loc[is_young, "coverage_ratio"] = 2.3
    html = tables_of(build(tables, tmp_path) / "survey.html")["coverage-2"]
    assert f"Ratio, {WEST[1]} ward" in html
    assert f"Ratio, {EAST[1]} ward" not in html
    assert [row_of(html, name)[-1] for name in ("18 to 24", "25 to 34", "35 to 64")] == [
        "[c]",
        "2.30",
        "not given",
    ]


def test_a_dimension_without_census_figures_is_named_and_not_tabled(tmp_path):
    tables = town()
    rows = tables["pub_people"]
    rows["census_pct"] = rows["census_pct"].where(rows["table_id"] != "country")
    page = build(tables, tmp_path) / "survey.html"
    assert "Country of birth: no census figures are loaded" in text_of(page)
    assert "coverage-3" not in tables_of(page)
    assert "coverage-2" in tables_of(page)


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (0.79, "fewer than their share"),
        (0.8, "about in proportion"),
        (1.25, "about in proportion"),
        (1.26, "more than their share"),
        (None, "too few to compare"),
    ],
)
def test_a_ratio_is_said_in_words(ratio, words):
    row = {"status": "published", "count": 10, "census_pct": 12, "coverage_ratio": ratio}
    assert coverage_words(row) == words
    assert coverage_words({**row, "status": "suppressed"}) == "withheld"


# ---- the programme


def test_the_programme_sets_recruited_beside_the_target(site):
    html = tables_of(site / "programme.html")["people-1"]
    assert row_of(html, "Recruited") == ["20", "22"]
    assert row_of(html, "Invited") == ["30", "no target"]
    assert row_of(html, "Finished module 2") == ["[c]", "no target"]
    assert "people-2" not in tables_of(site / "programme.html")


def test_facts_stand_in_their_groups_and_unknown_ones_at_the_end(site):
    tables = tables_of(site / "programme.html")
    labels = {name: re.findall(r'<th scope="row">(.*?)</th>', t) for name, t in tables.items()}
    assert labels["facts-1"] == ["Researchers to be recruited", "Invited to recruited, median"]
    assert labels["facts-2"] == [
        "Questionnaires validated",
        "Languages of the form",
        "Questionnaires rejected",
    ]
    assert labels["facts-3"] == [
        "Rule",
        "Vouchers earned",
        "Vouchers handed over",
        "Vouchers still owed",
    ]
    assert labels["facts-4"] == [
        "Design effect of the weights",
        "Effective number of respondents",
        "Weighted to the census by",
    ]
    assert labels["facts-5"] == ["Questionnaires that are complete", "Rainy days"]
    assert row_of(tables["facts-2"], "Questionnaires rejected")[0] == "[c]"
    assert sum(map(len, labels.values())) - len(labels["people-1"]) == len(survey_facts())


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("1240", "gbp", "£1,240"),
        ("1240.50", "gbp", "£1,240.50"),
        ("-380", "gbp", "-£380"),
        ("-0.5", "", "-0.5"),
        ("1215", "count", "1,215"),
        ("2026112201", "", "2026112201"),
        ("96", "percent", "96%"),
        ("14", "days", "14 days"),
        ("£20 for 10", "", "£20 for 10"),
    ],
)
def test_a_fact_is_shown_with_its_unit(value, unit, text):
    row = {"status": "published", "value": value, "unit": unit}
    assert fact_value(row) == text
    assert fact_value({**row, "status": "suppressed"}) == "[c]"


def test_a_programme_without_facts_still_shows_its_researchers(tmp_path):
    tables = town()
    tables["pub_survey"] = tables["pub_survey"].iloc[:0]
    target = build(tables, tmp_path)
    assert set(tables_of(target / "programme.html")) == {"people-1"}
    assert "Target" not in tables_of(target / "programme.html")["people-1"]


# ---- the questionnaire


def test_the_codebook_has_every_question_under_its_heading(site):
    text = text_of(site / "codebook.html")
    for wanted in (
        "Consent May we use it? Name in the data consent Kind of answer one answer Asked Always;",
        "an answer is required Answers yes: Yes no: No What becomes of it Counts by theme, gated.",
        "Skills What can you do?",
        "Kind of answer words Asked Only if: consent is yes; for each of several; may be left out",
        "General questions Anything else?",
    ):
        assert wanted in text
    assert "Translations are unchecked." in text
    assert "in: Urdu, Polish." in text


def test_what_the_survey_says_of_its_languages_stands_on_the_codebook(tmp_path):
    tables = town()
    run = tables["pub_run"]
    tables["pub_run"] = run[run["key"] != "translations_unchecked"]
    text = text_of(build(tables, tmp_path) / "codebook.html")
    assert "Languages of the form: English, Urdu. Nobody checked them." in text


def test_checked_translations_need_no_note(tmp_path):
    tables = town()
    run = tables["pub_run"]
    tables["pub_run"] = run[run["key"] != "translations_unchecked"]
    tables["pub_codebook"] = tables["pub_codebook"].iloc[:0]
    facts = tables["pub_survey"]
    tables["pub_survey"] = facts[facts["key"] != "form_languages"]
    text = text_of(build(tables, tmp_path) / "codebook.html")
    assert "unchecked" not in text
    assert "Nobody" not in text
    assert "No questionnaire is loaded." in text


# ---- sites


def test_a_site_page_shows_the_ward_and_says_that_it_is_the_ward(site):
    text = text_of(site / "sites" / "mill.html")
    assert "75% of the site lies in West ward." in text
    tables = tables_of(site / "sites" / "mill.html")
    skills = tables["ward-people-1"]
    assert "West ward, not the site or its surroundings" in caption_of(skills)
    assert row_of(skills, "Care of children and adults") == ["70 54%"]
    assert row_of(skills, "Computers") == ["[c]"]
    assert "Milltown" not in skills
    assert "East" not in skills
    assert "ward-people-2" not in tables
    assert "The site lies in East ward." in text_of(site / "sites" / "basin.html")
    assert "What residents" not in text_of(site / "sites" / "nowhere.html")


def with_relations(*relations):
    """Return the town with the mill related to wards as given: code, relation, distance, share."""
    tables = town()
    names = ["area_code", "relation", "distance_m", "overlap_share"]
    rows = pd.DataFrame(relations, columns=names).assign(
        site_id="mill", area_name="Any", geography="ward"
    )
    rows["area_name"] = rows["area_code"].map({"E05000001": "West", "E05000002": "East"})
    rows["area_name"] = rows["area_name"].fillna("Far")
    tables["pub_site_area"] = rows
    return accept(tables)


def test_a_site_in_two_wards_shows_both_the_larger_part_first():
    published = with_relations(
        ("E05000002", "overlaps", 0.0, 0.4), ("E05000001", "overlaps", 0.0, 0.6)
    )
    assert [ward.title for ward in ward_surveys(published, "mill")] == ["West ward", "East ward"]


def test_a_site_outside_shows_the_nearest_ward_of_the_study_area():
    published = with_relations(
        ("E05009999", "inside", 0.0, 1.0),
        ("E05000001", "outside", 900.0, 0.0),
        ("E05000002", "adjacent", 150.4, 0.0),
    )
    (ward,) = ward_surveys(published, "mill")
    assert ward.title == "East ward"
    assert ward.relation.endswith("East ward is the nearest, 150 m away.")
    assert ward.respondents == "85"


def test_a_ward_without_figures_is_not_shown_as_zero(tmp_path):
    tables = town()
    rows = tables["pub_people"]
    tables["pub_people"] = rows[rows["area_code"] != "E05000001"]
    target = build(tables, tmp_path)
    assert "Respondents in West ward (synthetic data): not available." in text_of(
        target / "sites" / "mill.html"
    )
    assert "ward-people-1" not in tables_of(target / "sites" / "mill.html")


def test_a_town_that_declares_no_table_of_respondents_still_has_its_pages(tmp_path):
    tables = town()
    for name in ("pub_people_table", "pub_people"):
        tables[name] = tables[name].iloc[:0]
    target = build(tables, tmp_path)
    assert "No table of respondents is declared." in text_of(target / "survey.html")
    assert tables_of(target / "survey.html") == {}


def test_the_fixture_has_each_case():
    rows = people()
    assert {row["table_id"] for row in rows} < {row["table_id"] for row in people_tables()}
    assert any(row["category"] == ALL for row in rows)
    assert all(row["count"] % 5 == 0 for row in rows if row["status"] == "published")
