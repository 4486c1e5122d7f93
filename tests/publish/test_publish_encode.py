"""Text that reaches a map or a spreadsheet has no power there."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publish_town import HOSTILE

from assetmap.errors import PublishError
from assetmap.publish.encode import (
    csv_cell,
    encode,
    plain,
    safe_colour,
    safe_key,
    safe_slug,
    safe_url,
)

HARMLESS = re.compile(r"(?:[^&<>\"'`${}\\/=%#]|&#\d+;)*")


@given(st.text())
def test_encoded_text_has_no_special_character_left(text):
    assert HARMLESS.fullmatch(encode(text))


@given(st.text())
def test_a_browser_reads_back_what_was_written(text):
    assert html.unescape(encode(text)) == plain(text)


@given(st.text(max_size=2000))
def test_text_is_one_line_and_not_longer_than_asked(text):
    read = plain(text, max_length=80)
    assert len(read) <= 80
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", read)


def test_the_payload_is_encoded_character_by_character():
    assert encode("{{7*7}}") == "&#123;&#123;7*7&#125;&#125;"
    assert encode("</b>`${x}\\") == "&#60;&#47;b&#62;&#96;&#36;&#123;x&#125;&#92;"
    assert html.unescape(encode(HOSTILE)) == HOSTILE


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("abc\u202edcba", "abcdcba"),
        ("a\u2066b\u2069c\ufeff", "abc"),
        ("e\u0301", "\u00e9"),
        ("line\nline\ttab\x00", "line line tab"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
        (None, ""),
        (12, "12"),
    ],
)
def test_what_cannot_be_read_goes_and_what_can_stays(written, read):
    assert plain(written) == read


def test_a_long_text_is_cut_with_an_ellipsis():
    assert plain("x" * 600) == "x" * 499 + "…"


@pytest.mark.parametrize(
    "url", ["https://www.gov.uk/a?b=c#d", "HTTP://example.org", "http://[::1]:80/x"]
)
def test_web_addresses_pass(url):
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " data:text/html,x",
        "//example.org",
        "file:///etc/passwd",
        'https://a"onclick=alert(1)',
        "https://",
        "https://[",
        "",
        None,
    ],
)
def test_other_addresses_do_not(url):
    assert safe_url(url) == ""


@pytest.mark.parametrize("colour", ["red", "#12436", "#12436D;background:url(x)", "#12436g"])
def test_a_colour_off_the_list_is_refused(colour):
    with pytest.raises(PublishError, match="#rrggbb"):
        safe_colour(colour)


@pytest.mark.parametrize("key", ["Site Name", "site-name", "1st", "__proto__", "x\n"])
def test_a_property_name_off_the_list_is_refused(key):
    with pytest.raises(PublishError, match="plain name"):
        safe_key(key)


@pytest.mark.parametrize("slug", ["../x", "a/b", "a.b", "", "A", "mill\n"])
def test_an_id_that_is_no_file_name_is_refused(slug):
    with pytest.raises(PublishError, match="file name"):
        safe_slug(slug)


def test_what_passes_the_lists():
    assert safe_colour("#12436D") == "#12436D"
    assert safe_key("imd_decile") == "imd_decile"
    assert safe_slug("icknield-port-loop") == "icknield-port-loop"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_starts_like_a_formula_is_disarmed(start):
    assert csv_cell(f"{start}cmd") == f"'{start}cmd"


@pytest.mark.parametrize("value", ["plain", "a=b", "", -5, -5.5, None])
def test_other_cells_stay(value):
    assert csv_cell(value) == value
