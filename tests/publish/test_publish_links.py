"""Every link of a new site is followed before the site is published."""

import pytest

from assetmap import pipeline
from assetmap.errors import PublishError
from assetmap.publish.links import require_links
from assetmap.settings import read_settings

HOME = '<a href="sites/a.html#top">A</a><img src="assets/a.png" alt=""><h2 id="here">H</h2>'
PAGE = '<a id="top" href="../index.html#here">Home</a><a href="https://example.org/">Out</a>'


@pytest.fixture
def site(tmp_path):
    """A page, a page below it, and a picture: four links, all of them good."""
    for folder in ("sites", "assets"):
        (tmp_path / folder).mkdir()
    (tmp_path / "index.html").write_text(HOME, "utf-8")
    (tmp_path / "sites" / "a.html").write_text(PAGE, "utf-8")
    (tmp_path / "assets" / "a.png").write_bytes(b"x")
    return tmp_path


def test_links_between_pages_to_places_to_files_and_outside_are_counted(site):
    assert require_links(site) == 4


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ('<a href="b.html">B</a>', r"index\.html: b\.html \(there is no such file\)"),
        ('<a href="#gone">B</a>', r"#gone \(there is no such place on that page\)"),
        ('<a href="sites/a.html#gone">B</a>', "there is no such place on that page"),
        ('<a href="../a.html">B</a>', "it leads out of the site"),
        ('<a href="/index.html">B</a>', "it leads out of the site"),
        ('<a href="javascript:alert(1)">B</a>', "of no allowed kind"),
        ('<a href="//example.org/a">B</a>', "of no allowed kind"),
        ('<script src="https://example.org/a.js"></script>', "may load nothing from elsewhere"),
        ('<link href="https://example.org/a.css">', "may load nothing from elsewhere"),
        ('<img src="data:text/html,x"><a href="http://[">B</a>', "it cannot be read"),
        ('<a href="assets/">B</a>', "there is no such file"),
    ],
)
def test_a_link_that_leads_nowhere_is_named_with_its_page(site, link, fault):
    (site / "index.html").write_text(HOME + link, "utf-8")
    with pytest.raises(PublishError, match=fault) as caught:
        require_links(site)
    assert "1 links of the new site lead nowhere" in str(caught.value)


def test_signs_and_spaces_in_names_are_read_as_a_browser_reads_them(site):
    (site / "assets" / "a b é.csv").write_text("x", "utf-8")
    link = '<a href="./assets/a%20b%20%C3%A9.csv?x=1">B</a>'
    (site / "index.html").write_text(HOME + link, "utf-8")
    assert require_links(site) == 5


def test_a_site_with_a_link_that_leads_nowhere_is_not_published(built, tmp_path, monkeypatch):
    from assetmap.publish import site as pages

    write = pages.write_site

    def write_with_a_dead_link(tables, target):
        write(tables, target)
        page = target / "data.html"
        page.write_text(page.read_text("utf-8").replace("</main>", '<a href="x.html">x</a></main>'))

    settings = read_settings(built.raw, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "processed").symlink_to(built.processed.resolve())
    monkeypatch.setattr(pages, "write_site", write_with_a_dead_link)
    with pytest.raises(PublishError, match=r"data\.html: x\.html \(there is no such file\)"):
        pipeline.run_publish(settings)
    assert not settings.maps.exists()
