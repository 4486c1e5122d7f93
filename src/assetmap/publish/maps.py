"""Maps made with folium: the only module that imports it.

Belongs here: turning a :class:`MapSpec` into a piece of HTML, one script and the files
that it needs; and the walls around folium (text is never compiled as a template, ids do
not depend on chance, no file of another host). Does not: which layers a map has
(``layers.py``), what a symbol looks like (``symbols.py``).
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import count
from typing import TYPE_CHECKING, Any, Final, cast

import folium
from branca.element import Element, Figure, MacroElement
from jinja2 import Template
from markupsafe import Markup
from shapely.geometry import mapping

from assetmap.errors import PublishError
from assetmap.publish.assets import local_name
from assetmap.publish.encode import encode, safe_colour, safe_key, safe_slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import shapely

    from assetmap.publish.symbols import Symbol

DECIMALS: Final = 6
_LEAFLET_JS: Final = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
_LEAFLET_CSS: Final = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css"
_COLOURS: Final = frozenset({"color", "fillColor"})
_POINT_RADIUS: Final = 9
_ZOOM_RANGE: Final = (11, 19)


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One shape: geometry in EPSG:4326, what its popup says, and how it is drawn.

    ``title`` and ``lines`` are plain text; they are encoded here. ``site_id`` links the
    popup to that site's page; ``key`` is the id that a "Show on the map" button names.
    """

    geometry: shapely.Geometry
    style: Mapping[str, object]
    title: str = ""
    lines: tuple[str, ...] = ()
    key: str = ""
    site_id: str = ""


@dataclass(frozen=True, kw_only=True)
class FeatureLayer:
    """Shapes that are switched on and off together; ``level`` orders them, lowest first."""

    key: str
    level: int
    features: Sequence[Feature]
    is_shown: bool = True
    is_interactive: bool = False
    is_focusable: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """One point of the compact layer; longitude and latitude in degrees."""

    lon: float
    lat: float
    kind_index: int
    asset_id: str
    name: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A name on the map; those of a lower ``rank`` get their place first.

    ``key`` is that of the feature that it names, if it stands beside one.
    """

    lon: float
    lat: float
    text: str
    rank: int
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """All that one map holds; ``bounds`` is west, south, east, north in degrees."""

    name: str
    label: str
    bounds: tuple[float, float, float, float]
    layers: Sequence[FeatureLayer]
    places: Sequence[Place]
    symbols: Sequence[Symbol]
    labels: Sequence[Label]
    root: str = ""


@dataclass(frozen=True, kw_only=True)
class RenderedMap:
    """A map in parts: HTML for the page, a script for its own file, and what both need.

    ``script_urls`` and ``style_urls`` are third-party files, in loading order.
    """

    html: Markup
    script: str
    script_urls: tuple[str, ...]
    style_urls: tuple[str, ...]

    @property
    def scripts(self) -> tuple[str, ...]:
        """Local names of the third-party scripts."""
        return tuple(local_name(url) for url in self.script_urls)

    @property
    def styles(self) -> tuple[str, ...]:
        """Local names of the third-party style sheets."""
        return tuple(local_name(url) for url in self.style_urls)


def render_map(spec: MapSpec) -> RenderedMap:
    """Return the map of ``spec``.

    Raises
    ------
    PublishError
        A style, a name or a file that folium wants is not on its white list.
    """
    with _walled_folium(spec.name):
        root = cast("Figure", _build(spec).get_root())
        root.render()
        header, html, script = (part.render() for part in (root.header, root.html, root.script))
    links = _HeaderLinks(header)
    return RenderedMap(
        html=Markup(html.strip()),  # noqa: S704 - our template around a counter's id
        script=_own_file(script),
        script_urls=tuple(links.scripts),
        style_urls=tuple(links.styles),
    )


class _Map(folium.Map):
    """A Leaflet map without tiles, without folium's page shell and with Leaflet only."""

    default_js = [  # noqa: RUF012 - as folium declares it
        ("leaflet", _LEAFLET_JS)
    ]
    default_css = [  # noqa: RUF012 - as folium declares it
        ("leaflet_css", _LEAFLET_CSS)
    ]
    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} =
            assetmap.map({{ this.get_name()|tojson }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, spec: MapSpec) -> None:
        west, south, east, north = (round(edge, DECIMALS) for edge in spec.bounds)
        super().__init__(tiles=None)
        self.settings = {
            "bounds": [[south, west], [north, east]],
            "label": encode(spec.label),
            "root": spec.root,
            "minZoom": _ZOOM_RANGE[0],
            "maxZoom": _ZOOM_RANGE[1],
        }


class _Call(MacroElement):
    """One call of our own script: ``assetmap.<function>(map, arguments…)``."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "assetmap.{{ this.function }}({{ this._parent.get_name() }}, {{ this.arguments }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str, *arguments: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca leaves it untyped
        self._name = "Call"
        self.function = safe_key(function)
        self.arguments = ", ".join(arguments)


def _build(spec: MapSpec) -> _Map:
    area_map = _Map(spec)
    for layer in spec.layers:
        drawn = _geojson(layer)
        area_map.add_child(_Call("pane", _json(layer.key), _json(layer.level)))
        area_map.add_child(drawn)
        options = {
            "shown": layer.is_shown,
            "interactive": layer.is_interactive,
            "focusable": layer.is_focusable,
        }
        area_map.add_child(_Call("layer", _json(layer.key), drawn.get_name(), _json(options)))
    kinds = [_kind(symbol) for symbol in spec.symbols]
    area_map.add_child(_Call("places", _json(kinds), _json([_row(p) for p in spec.places])))
    labels = sorted(spec.labels, key=lambda label: (label.rank, label.text))
    area_map.add_child(
        _Call(
            "labels",
            _json(
                [[*_lonlat(n.lon, n.lat), encode(n.text), n.rank, encode(n.key)] for n in labels]
            ),
        )
    )
    return area_map


def _geojson(layer: FeatureLayer) -> folium.GeoJson:
    safe_key(layer.key)
    styles = {
        f"{layer.key}_{i}": {**_style(f), "pane": layer.key} for i, f in enumerate(layer.features)
    }
    features = [_feature(f, f"{layer.key}_{i}") for i, f in enumerate(layer.features)]
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda feature: styles[feature["id"]],
        marker=folium.CircleMarker(radius=_POINT_RADIUS, fill=True),
        show=False,
        control=False,
        smooth_factor=0.5,
        pane=layer.key,
        interactive=layer.is_interactive,
    )


def _feature(feature: Feature, feature_id: str) -> dict[str, Any]:
    properties: dict[str, object] = {}
    if feature.title:
        lines = [encode(line) for line in feature.lines]
        properties = {"title": encode(feature.title), "lines": lines}
    if feature.key:
        properties["key"] = encode(feature.key)
    if feature.site_id:
        properties["site"] = safe_slug(feature.site_id)
    return {
        "type": "Feature",
        "id": feature_id,
        "properties": {safe_key(name): value for name, value in properties.items()},
        "geometry": _rounded(mapping(feature.geometry)),
    }


def _style(feature: Feature) -> dict[str, object]:
    style = dict(feature.style)
    for name in _COLOURS & style.keys():
        style[name] = safe_colour(str(style[name]))
    return style


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, (list, tuple)) else value


def _kind(symbol: Symbol) -> dict[str, object]:
    return {
        "label": encode(symbol.label),
        "letter": encode(symbol.letter),
        "colour": safe_colour(symbol.colour),
        "ink": safe_colour(symbol.ink),
        "points": symbol.points,
    }


def _row(place: Place) -> list[object]:
    texts = [encode(text) for text in (place.asset_id, place.name, place.detail)]
    return [*_lonlat(place.lon, place.lat), place.kind_index, *texts]


def _lonlat(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, DECIMALS), round(lat, DECIMALS)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _own_file(script: str) -> str:
    lines = [line.strip() for line in script.splitlines()]
    body = "\n".join(line for line in lines if line)
    return f"(function () {{\n{body}\n}})();\n"


class _HeaderLinks(HTMLParser):
    """The script and style files that a page header asks for; anything else is refused."""

    def __init__(self, header: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._refused: list[str] = []
        self.feed(header)
        self.close()
        if self._refused:
            message = (
                f"map header: folium wrote {len(self._refused)} pieces that no page may hold, "
                f"e.g. {self._refused[0]!r}. Use plain layers only."
            )
            raise PublishError(message)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and given.get("src"):
            self.scripts.append(_known(given["src"]))
        elif tag == "link" and given.get("rel") == "stylesheet" and given.get("href"):
            self.styles.append(_known(given["href"]))
        elif tag != "meta" or given.get("http-equiv") != "content-type":
            self._refused.append(f"<{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._refused.append(data.strip()[:40])


def _known(url: str | None) -> str:
    local_name(url or "")
    return url or ""


@contextmanager
def _walled_folium(seed: str) -> Iterator[None]:
    """Keep branca from compiling rendered text and from naming elements by chance.

    branca compiles already rendered output a second time as a template, unsandboxed: text
    that holds ``{{`` would run here. Inside this wall such output stays the text it is.
    """
    numbers = count(1)
    first_init = Element.__init__

    def inert(self: Element, template: str | None = None, template_name: str | None = None) -> None:
        first_init(self, None, template_name)
        if template is not None:
            self._template = cast("Template", _Literal(template))

    def numbered(_: type[Element]) -> str:
        return f"{seed.replace('-', '_')}_{next(numbers)}"

    walls = {"__init__": inert, "_generate_id": classmethod(numbered)}
    found = {name: Element.__dict__[name] for name in walls}
    _set(walls)
    try:
        yield
    finally:
        _set(found)


def _set(members: Mapping[str, object]) -> None:
    for name, member in members.items():
        setattr(Element, name, member)


class _Literal:
    """Text in the place of a template: it renders to itself."""

    def __init__(self, text: str) -> None:
        self._text = text

    def render(self, **_: object) -> str:
        return self._text
