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
    ("written", "number"),
    [
        ("&", 38), ("<", 60), (">", 62), ('"', 34), ("'", 39), ("`", 96), ("$", 36),
        ("{", 123), ("}", 125), ("\\", 92), ("/", 47), ("=", 61), ("%", 37), ("#", 35),
    ],
)  # fmt: skip
def test_each_special_character_becomes_its_number(written, number):
    assert encode(f"a{written}b") == f"a&#{number};b"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("abc\u202edcba", "abcdcba"),
        ("a\u2066b\u2069c\ufeff", "abc"),
        ("e\u0301", "\u00e9"),
        ("line\nline\ttab\x00", "line line tab"),
        ("a\rb\x0bc\x0cd\x85e\u2028f\u2029g", "a b c d e f g"),
        ("a\ue000b\ud800c", "abc"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
        ("\u0646\u200d\u0648",) * 2,
        (None, ""),
        (12, "12"),
    ],
)
def test_what_cannot_be_read_goes_and_what_can_stays(written, read):
    assert plain(written) == read


def test_a_long_text_is_cut_with_an_ellipsis():
    assert plain("x" * 600) == "x" * 499 + "…"
    assert plain("x" * 501) == "x" * 499 + "…"
    assert encode("&&&&", max_length=3) == "&#38;&#38;…"


def test_a_text_of_just_the_length_stays_whole():
    assert plain("x" * 500) == "x" * 500
    assert encode("&&&", max_length=3) == "&#38;&#38;&#38;"


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
        "https:///path",
        "http://:80/x",
        "",
        None,
    ],
)
def test_other_addresses_do_not(url):
    assert safe_url(url) == ""


def test_an_address_stands_whole_or_not_at_all():
    start = "https://example.org/"
    assert safe_url(start + "x" * 1980) == start + "x" * 1980
    assert safe_url(start + "x" * 1981) == ""


@pytest.mark.parametrize("colour", ["red", "#12436", "#12436D;background:url(x)", "#12436g"])
def test_a_colour_off_the_list_is_refused(colour):
    with pytest.raises(PublishError) as caught:
        safe_colour(colour)
    assert str(caught.value) == f"colour {colour!r} is not #rrggbb. Mend the map's style."


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("Site Name", "Site Name"),
        ("site-name", "site-name"),
        ("1st", "1st"),
        ("__proto__", "__proto__"),
        ("x\n", "x "),
        ("k" * 42, "k" * 42),
    ],
)
def test_a_property_name_off_the_list_is_refused(key, read):
    with pytest.raises(PublishError) as caught:
        safe_key(key)
    assert str(caught.value) == f"property {read!r} is not a plain name. Rename it."


@pytest.mark.parametrize(
    ("slug", "read"),
    [("../x", "../x"), ("a/b", "a/b"), ("a.b", "a.b"), ("", ""), ("A", "A"), ("mill\n", "mill ")],
)
def test_an_id_that_is_no_file_name_is_refused(slug, read):
    with pytest.raises(PublishError) as caught:
        safe_slug(slug)
    assert str(caught.value) == (
        f"site_id {read!r} cannot be a file name. Use lower-case letters, digits, hyphens and "
        "underscores."
    )


def test_what_passes_the_lists():
    assert safe_colour("#12436D") == "#12436D"
    assert safe_key("imd_decile") == "imd_decile"
    assert safe_key("k" * 41) == "k" * 41
    assert safe_slug("icknield-port-loop") == "icknield-port-loop"


@pytest.mark.parametrize("start", [*"=+-@\t\r", *"\uff1d\uff0b\uff0d\uff20"])
def test_a_cell_that_starts_like_a_formula_is_disarmed(start):
    assert csv_cell(f"{start}cmd") == f"'{start}cmd"


@pytest.mark.parametrize("value", ["plain", "a=b", "", -5, -5.5, None])
def test_other_cells_stay(value):
    assert csv_cell(value) == value
