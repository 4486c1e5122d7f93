"""The walls around folium hold, each by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import shapely
from branca.element import Element
from publish_town import HOSTILE

from assetmap.errors import PublishError
from assetmap.publish import assets, maps
from assetmap.publish.maps import Feature, FeatureLayer, Label, MapSpec, Place, render_map
from assetmap.publish.symbols import SITE_STYLE, symbols

ROOT = Path(__file__).parents[2]
ONLY = "src/assetmap/publish/maps.py"


def spec(**changes) -> MapSpec:
    style = changes.pop("style", SITE_STYLE)
    shape = Feature(geometry=shapely.box(-1.94, 52.47, -1.93, 52.48), style=style, title=HOSTILE)
    given = {
        "name": "test",
        "label": HOSTILE,
        "bounds": (-1.95, 52.46, -1.92, 52.49),
        "layers": [FeatureLayer(key="site", level=400, features=[shape], is_interactive=True)],
        "places": [
            Place(lon=-1.9, lat=52.5, kind_index=0, asset_id=HOSTILE, name=HOSTILE, detail=HOSTILE)
        ],
        "symbols": symbols((HOSTILE,)),
        "labels": [Label(lon=-1.9, lat=52.5, text=HOSTILE, rank=0)],
    }
    return MapSpec(**(given | changes))


def folium_users(root: Path) -> list[str]:
    """Return every Python file below ``root`` that imports folium or calls ``.explore(``."""
    found = []
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] in {"folium", "branca"} for name in names) or (
                isinstance(node, ast.Attribute) and node.attr == "explore"
            ):
                found.append(path.relative_to(root).as_posix())
                break
    return found


def test_one_module_owns_folium():
    found = [f"{top}/{name}" for top in ("src", "flows") for name in folium_users(ROOT / top)]
    assert found == [ONLY]


@pytest.mark.parametrize(
    "code",
    ["import folium", "from folium.map import Popup", "import branca.element", "x.explore()"],
)
def test_the_search_for_folium_finds_it(tmp_path, code):
    (tmp_path / "sly.py").write_text(code)
    assert folium_users(tmp_path) == ["sly.py"]


def test_no_text_of_ours_reaches_the_script_unencoded():
    script = render_map(spec()).script
    for piece in ("{{7*7}}", "{% raw", "{#", "${alert", "</script", "`tick`", "<img"):
        assert piece not in script
    assert "&#123;&#123;7*7&#125;&#125;" in script.replace("\\u0026", "&")


def test_rendered_text_is_never_compiled_even_without_the_encoder(monkeypatch):
    monkeypatch.setattr(maps, "encode", str)
    script = render_map(spec(label="{{ 7*7 }}", places=[], symbols=())).script
    assert "{{ 7*7 }}" in script
    assert "49 " not in script


def test_branca_without_the_wall_does_compile_it():
    assert Element("{{ 7*7 }}").render() == "49"
    with maps._walled_folium("x"):
        assert Element("{{ 7*7 }}").render() == "{{ 7*7 }}"
    assert Element("{{ 7*7 }}").render() == "49"


def test_the_wall_comes_down_after_a_fault():
    before = Element.__dict__["__init__"], Element.__dict__["_generate_id"]
    with pytest.raises(PublishError):
        render_map(spec(style={**SITE_STYLE, "color": "url(x)"}))
    assert (Element.__dict__["__init__"], Element.__dict__["_generate_id"]) == before


def test_a_map_renders_the_same_twice():
    assert render_map(spec()) == render_map(spec())


def test_coordinates_have_six_decimals():
    third = 1 / 3
    shape = Feature(geometry=shapely.Point(third, third), style=SITE_STYLE)
    script = render_map(
        spec(layers=[FeatureLayer(key="site", level=1, features=[shape])], places=[])
    ).script
    assert "0.333333" in script
    assert "0.3333333" not in script


def test_a_map_needs_leaflet_and_nothing_else():
    rendered = render_map(spec())
    assert rendered.scripts == ("leaflet.js",)
    assert rendered.styles == ("leaflet.css",)


@pytest.mark.parametrize(
    "header",
    [
        '<script src="https://cdn.example.org/evil.js"></script>',
        '<link rel="stylesheet" href="https://cdn.example.org/evil.css">',
        "<script>alert(1)</script>",
        "<style>body{}</style>",
        '<meta name="viewport" content="user-scalable=no">',
        '<link rel="preload" href="x">',
        "words",
    ],
)
def test_a_header_with_anything_unknown_is_refused(header):
    with pytest.raises(PublishError):
        maps._HeaderLinks(header)


def test_a_known_link_becomes_a_local_file():
    assert assets.local_name(maps._LEAFLET_JS) == "leaflet.js"


@pytest.mark.parametrize(
    "text",
    [
        "a { background: url(https://example.org/x.png) }",
        "a { background: URL( 'x.png' ) }",
        '@import "x.css";',
        "a { src: url(//example.org/f.woff) }",
    ],
)
def test_a_style_sheet_that_loads_more_is_refused(text):
    with pytest.raises(PublishError, match="style sheet"):
        assets.check_stylesheet(text, "x.css")


def test_a_style_sheet_that_holds_its_images_passes():
    assets.check_stylesheet("a { background: url(data:image/png;base64,AA) }", "x.css")


def test_symbols_differ_without_colour():
    made = symbols(("gp_practice", "grocer", "library", "school", "shop", "social_club"))
    assert len({symbol.letter for symbol in made}) == len(made)
    assert len({symbol.points for symbol in made}) == len(made)
