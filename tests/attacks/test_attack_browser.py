"""Attacks in a real browser: what pages hold once their scripts have run."""

from __future__ import annotations

import json
import re

import pytest
from attack_search import search_text
from attack_town import canaries

PAGES = ["survey.html", "map.html", "programme.html", "sites/city-hospital.html", "data.html"]

_STATE = """
() => {
  const seen = new Set(), said = [];
  const walk = (value, depth) => {
    if (said.length > 400000 || depth > 12) return;
    if (typeof value === 'string') { said.push(value); return; }
    if (typeof value === 'number') { said.push(String(value)); return; }
    if (typeof value === 'function') { said.push(Function.prototype.toString.call(value)); }
    if (!value || (typeof value !== 'object' && typeof value !== 'function')) return;
    if (seen.has(value) || value instanceof Node) return;
    seen.add(value);
    for (const key of Object.getOwnPropertyNames(value)) {
      said.push(key);
      try { walk(value[key], depth + 1); } catch (fault) { /* guarded by the browser */ }
    }
  };
  const own = new Set(%s);
  for (const key of Object.getOwnPropertyNames(window)) {
    if (!own.has(key)) { said.push(key); try { walk(window[key], 0); } catch (fault) {} }
  }
  walk(Object.fromEntries(Object.entries(localStorage)), 0);
  walk(Object.fromEntries(Object.entries(sessionStorage)), 0);
  said.push(document.cookie, document.title, location.href);
  return said;
}
"""
_TREE = """
() => {
  const said = [document.documentElement.innerText];
  for (const node of document.querySelectorAll('*')) {
    for (const attribute of node.attributes) said.push(attribute.name + '=' + attribute.value);
    for (const child of node.childNodes) if (child.nodeType !== 1) said.push(child.nodeValue || '');
    for (const mark of ['::before', '::after']) {
      said.push(getComputedStyle(node, mark).content);
    }
  }
  return said;
}
"""
_HOOK = """
let library;
Object.defineProperty(window, 'L', {
  get: () => library,
  set: (value) => {
    library = value;
    value.Map.addInitHook(function () { (window.attackedMaps ||= []).push(this); });
  },
});
"""
"""Maps stand in closures: this gets hold of them as they are made."""

_OPEN_ALL = """
() => {
  const said = [];
  const text = (shown) => {
    const node = shown.getElement();
    said.push(node ? node.outerHTML : '', String(shown.getContent()));
  };
  for (const map of window.attackedMaps || []) {
    const open = (layer) => {
      if (layer.eachLayer) layer.eachLayer(open);
      for (const event of ['mouseover', 'click']) layer.fire(event, {latlng: map.getCenter()});
      if (layer.getPopup && layer.getPopup()) { layer.openPopup(); text(layer.getPopup()); }
      if (layer.getTooltip && layer.getTooltip()) { layer.openTooltip(); text(layer.getTooltip()); }
      const plain = (k, v) => (v instanceof Object && v._leaflet_id ? 0 : v);
      said.push(JSON.stringify(layer.options, plain));
      if (layer.feature) said.push(JSON.stringify(layer.feature));
    };
    map.eachLayer(open);
    for (const key of Object.keys(map.openers || {})) {
      if (typeof map.openers[key] !== 'function') continue;
      map.openers[key]();
      said.push(key, map.getPane('popupPane').outerHTML, map.getPane('tooltipPane').outerHTML);
    }
    said.push(map.getContainer().outerHTML);
  }
  return said;
}
"""


@pytest.fixture(scope="module")
def blank(browser):
    """Names that every window has."""
    page = browser.new_page()
    names = page.evaluate("() => Object.getOwnPropertyNames(window)")
    page.close()
    return json.dumps(names)


@pytest.fixture(scope="module")
def codes(week):
    return {p.receipt.lower() for p in week.town.people} | {
        p.postcode.replace(" ", "").lower() for p in week.town.people
    }


def dump(browser, blank, path):
    """Return every text that a page holds after all popups and tooltips were opened."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(_HOOK)
    page.goto(path.as_uri())
    page.wait_for_load_state("load")
    before = page.evaluate(_TREE)
    opened = page.evaluate(_OPEN_ALL)
    texts = [*before, *opened, *page.evaluate(_TREE), *page.evaluate(_STATE % blank)]
    texts.append(page.content())
    page.close()
    return sum("leaflet-popup-content" in text for text in opened), texts


@pytest.mark.parametrize("name", PAGES)
def test_popups_tooltips_alternative_texts_legends_and_script_state(
    browser, blank, week, codes, name
):
    opened, texts = dump(browser, blank, week.maps / name)
    assert len(texts) > 100
    assert opened > 20 or name not in ("map.html", "sites/city-hospital.html")
    assert search_text("\n".join(texts), codes) == []


def test_the_dump_sees_what_a_script_holds(browser, blank, week, tmp_path):
    """Not an attack: a canary in a variable, an attribute, a style or the storage is found."""
    name = canaries(week.town)["name of person 3"]
    places = {
        "variable": f"<script>window.kept = {{deep: [{{said: {name!r}}}]}}</script>",
        "closure": f"<script>window.tell = function () {{ return {name!r}; }}</script>",
        "attribute": f'<img alt="{name}">',
        "comment": f"<!-- {name} -->",
        "style": f'<style>p::after {{ content: "{name}" }}</style><p>x</p>',
        "title": f"<title>{name}</title>",
    }
    for place, text in places.items():
        path = tmp_path / f"{place}.html"
        path.write_text(f"<!doctype html><p>made up</p>{text}")
        _, texts = dump(browser, blank, path)
        assert search_text("\n".join(texts), set()), place


def test_every_withheld_count_looks_the_same(week):
    """Zero, one, nine and counts withheld for others' sake: same marks, classes and colours."""
    text = (week.maps / "survey.html").read_text(encoding="utf-8")
    tables = re.findall(r'<table id="people-.*?</table>', text, re.DOTALL)
    looks = {}
    for table in tables:
        for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL):
            for place, cell in enumerate(re.findall(r"<td[^>]*>.*?</td>", row, re.DOTALL)):
                if "[c]" in cell:
                    looks.setdefault("drawn" if place == 0 else "plain", set()).add(cell)
    assert len(tables) > 10
    assert {kind: len(cells) for kind, cells in looks.items()} == {"drawn": 1, "plain": 1}


def test_rows_of_pages_stand_in_the_declared_order_whatever_the_truth(week, turned, tmp_path):
    from assetmap.publish.site import write_site
    from assetmap.warehouse import read_public

    write_site(read_public(week.settings.public) | turned.frames, tmp_path / "site")
    for name in ("survey.html", "programme.html"):
        one, other = (
            [
                re.findall(r'<th scope="row">(.*?)</th>', table)
                for table in re.findall(
                    r'<table id="people-.*?</table>',
                    (folder / name).read_text(encoding="utf-8"),
                    re.DOTALL,
                )
            ]
            for folder in (week.maps, tmp_path / "site")
        )
        assert one == other
        assert one
