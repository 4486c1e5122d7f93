// What a map needs beyond Leaflet: the key that switches layers, popups that a keyboard
// can open and close, a canvas for many places, names that do not collide, and paper.
// Every text arrives with numeric character references; decode() turns them back, and only
// textContent ever receives the result.
window.assetmap = (function () {
  "use strict";

  var SVG_BUTTONS = [
    ["", 0, 0], ["\u2191", 0, -1, "Move the map north"], ["", 0, 0],
    ["\u2190", -1, 0, "Move the map west"], ["\u2302", 0, 0, "Show the whole map"], ["\u2192", 1, 0, "Move the map east"],
    ["", 0, 0], ["\u2193", 0, 1, "Move the map south"], ["", 0, 0]
  ];

  function decode(text) {
    return String(text).replace(/&#(\d+);/g, function (_, code) { return String.fromCodePoint(Number(code)); });
  }

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  // ---- the map itself

  function map(id, options) {
    var made = L.map(id, {
      attributionControl: false, scrollWheelZoom: false, zoomAnimation: false, fadeAnimation: false,
      zoomSnap: 0.1, minZoom: options.minZoom, maxZoom: options.maxZoom,
      dragging: !L.Browser.mobile, maxBounds: L.latLngBounds(options.bounds).pad(1)
    });
    var box = made.getContainer();
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", decode(options.label));
    made.home = L.latLngBounds(options.bounds);
    made.root = options.root;
    made.openers = {};
    made.sites = [];
    made.fitBounds(made.home);
    L.control.scale({ imperial: false }).addTo(made);
    panControl(made);
    popupFocus(made);
    redrawForPaper(made);
    return made;
  }

  function panControl(target) {
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
      var grid = element("div", "map-pan");
      SVG_BUTTONS.forEach(function (part) {
        if (!part[3]) { grid.append(element("span")); return; }
        var button = element("button", "", part[0]);
        button.type = "button";
        button.title = part[3];
        button.setAttribute("aria-label", part[3]);
        button.addEventListener("click", function () {
          if (part[1] || part[2]) { target.panBy([part[1] * 120, part[2] * 120], { animate: false }); }
          else { target.fitBounds(target.home); }
        });
        grid.append(button);
      });
      L.DomEvent.disableClickPropagation(grid);
      return grid;
    };
    control.addTo(target);
  }

  // The map takes its size on paper before the browser lays the pages out: what is drawn
  // during that layout is not painted.
  function redrawForPaper(target) {
    var view = null;
    function paper(isOn) {
      if (isOn === (view !== null)) { return; }
      var shown = isOn ? target.home : view;
      view = isOn ? target.getBounds() : null;
      target.isPaper = isOn;
      target.getContainer().classList.toggle("on-paper", isOn);
      target.invalidateSize({ animate: false, pan: false });
      target.fitBounds(shown, { animate: false });
    }
    window.addEventListener("beforeprint", function () { paper(true); });
    window.addEventListener("afterprint", function () { paper(false); });
    window.matchMedia("print").addEventListener("change", function (media) { paper(media.matches); });
  }

  // ---- popups: focus moves in, Escape closes, focus goes back

  function popupFocus(target) {
    var origin = null;
    target.on("popupopen", function (event) {
      var content = event.popup.getElement().querySelector(".leaflet-popup-content");
      if (!content.contains(document.activeElement)) { origin = event.popup.origin || document.activeElement; }
      content.tabIndex = -1;
      content.setAttribute("role", "group");
      content.setAttribute("aria-label", "Details");
      event.popup.getElement().addEventListener("keydown", function (key) {
        if (key.key !== "Escape") { return; }
        key.stopPropagation();
        target.closePopup();
      });
      content.focus({ preventScroll: true });
    });
    target.on("popupclose", function () {
      if (origin && origin.isConnected && origin !== document.body) { origin.focus({ preventScroll: true }); }
      origin = null;
    });
  }

  function open(target, latlng, content, origin) {
    target.closePopup();
    var popup = L.popup({ maxWidth: 280, autoPanPadding: [20, 20] });
    popup.origin = origin;
    popup.setLatLng(latlng).setContent(content).openOn(target);
  }

  function showOnMap(target, key) {
    var opener = target.openers[key];
    if (!opener) { return; }
    target.getContainer().scrollIntoView({ block: "center" });
    opener();
  }

  function bindShowButtons(target) {
    document.querySelectorAll("td[data-show]").forEach(function (cell) {
      if (cell.firstChild || !target.openers[cell.dataset.show]) { return; }
      var button = element("button", "show", "Show");
      var name = cell.parentNode.cells[0].querySelector("[data-name]") || cell.parentNode.cells[0];
      button.type = "button";
      button.append(element("span", "vh", " " + name.textContent.trim() + " on the map"));
      button.addEventListener("click", function () { showOnMap(target, cell.dataset.show); });
      cell.append(button);
    });
  }

  // ---- the key switches layers

  function connect(key, isShown, turn) {
    var box = document.querySelector('input[data-layer="' + key + '"]');
    function apply(on) {
      turn(on);
      if (box) { box.closest("li").classList.toggle("off", !on); }
    }
    if (box) {
      box.checked = isShown;
      box.addEventListener("change", function () { apply(box.checked); });
    }
    apply(isShown);
  }

  function pane(target, key, level) {
    target.createPane(key).style.zIndex = level;
  }

  function layer(target, key, drawn, options) {
    connect(key, options.shown, function (on) {
      if (on) { drawn.addTo(target); } else { drawn.remove(); }
    });
    if (!options.interactive) { return; }
    drawn.eachLayer(function (shape) { makeOpenable(target, shape, options.focusable); });
    drawn.on("add", function () { drawn.eachLayer(function (s) { dress(target, s, options.focusable); }); });
    bindShowButtons(target);
  }

  function popupOf(target, properties) {
    var content = element("div");
    content.append(element("p", "title", decode(properties.title)));
    properties.lines.forEach(function (line) { content.append(element("p", "", decode(line))); });
    if (properties.site) {
      var link = element("a", "", "Open the page of this site");
      link.href = target.root + "sites/" + properties.site + ".html";
      content.append(link);
    }
    return content;
  }

  function makeOpenable(target, shape, isFocusable) {
    var properties = shape.feature.properties;
    if (isFocusable) { target.sites.push(shape); }
    var centre = shape.getBounds ? shape.getBounds().getCenter() : shape.getLatLng();
    function show(at) { open(target, at, popupOf(target, properties), isFocusable ? shape.getElement() : undefined); }
    shape.on("click", function (event) { L.DomEvent.stop(event); show(event.latlng); });
    shape.openHere = function () { show(centre); };
    if (properties.key) {
      target.openers[decode(properties.key)] = function () {
        var from = document.activeElement;
        if (shape.getBounds) { target.fitBounds(shape.getBounds().pad(1), { maxZoom: 16 }); }
        else { target.setView(centre, 16); }
        open(target, centre, popupOf(target, properties), from);
      };
    }
    dress(target, shape, isFocusable);
  }

  function dress(target, shape, isFocusable) {
    var path = shape.getElement && shape.getElement();
    if (!path || !isFocusable || path.getAttribute("role")) { return; }
    path.setAttribute("tabindex", "0");
    path.setAttribute("role", "button");
    path.setAttribute("aria-label", decode(shape.feature.properties.title) + ", open details");
    path.addEventListener("keydown", function (key) {
      if (key.key !== "Enter" && key.key !== " ") { return; }
      key.preventDefault();
      key.stopPropagation();
      shape.openHere();
    });
  }

  // ---- places: one canvas for all of them

  var Places = L.Layer.extend({
    initialize: function (kinds, rows) {
      this.kinds = kinds;
      this.rows = rows;
      this.hidden = {};
    },
    onAdd: function (target) {
      this.canvas = element("canvas", "leaflet-zoom-hide");
      this.canvas.setAttribute("aria-hidden", "true");
      this.getPane().append(this.canvas);
      target.on("moveend zoomend resize viewreset", this.draw, this);
      target.getContainer().addEventListener("click", this.click.bind(this), true);
      target.getContainer().addEventListener("mousemove", this.hover.bind(this));
      this.draw();
    },
    radius: function () {
      var zoom = this._map.getZoom();
      if (this.rows.length > 1500 && zoom < 15) { return 4; }
      return zoom < 13 ? 5 : zoom < 14.5 ? 7.5 : 9;
    },
    draw: function () {
      if (this._map.isPaper) { this.drawForPaper(); } else { this.drawForScreen(); }
    },
    // Calls draw(kind, point) for each place in view.
    each: function (draw) {
      var size = this._map.getSize();
      this.rows.forEach(function (row) {
        if (this.hidden[row[2]]) { return; }
        var at = this._map.latLngToContainerPoint([row[1], row[0]]);
        if (at.x < -12 || at.y < -12 || at.x > size.x + 12 || at.y > size.y + 12) { return; }
        draw(this.kinds[row[2]], at);
      }, this);
    },
    drawForScreen: function () {
      var size = this._map.getSize(), ratio = Math.max(2, window.devicePixelRatio || 1);
      var canvas = this.canvas, brush = canvas.getContext("2d"), radius = this.radius();
      if (this.paper) { this.paper.remove(); this.paper = null; }
      canvas.style.display = "block";
      L.DomUtil.setPosition(canvas, this._map.containerPointToLayerPoint([0, 0]));
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      brush.scale(ratio, ratio);
      this.each(function (kind, at) { paintSymbol(brush, kind, at, radius); });
    },
    // A canvas that changes while a browser prints comes out as a white sheet; shapes do not.
    drawForPaper: function () {
      var size = this._map.getSize(), radius = this.radius();
      if (this.paper) { this.paper.remove(); }
      this.canvas.style.display = "none";
      var paper = this.paper = svg("svg", { width: size.x, height: size.y, "aria-hidden": "true" });
      L.DomUtil.setPosition(paper, this._map.containerPointToLayerPoint([0, 0]));
      this.each(function (kind, at) { paper.append(shapeOf(kind, at, radius)); });
      this.getPane().append(paper);
    },
    hits: function (event) {
      if (!this._map || event.target.closest(".leaflet-control, .leaflet-popup")) { return []; }
      var point = this._map.mouseEventToContainerPoint(event), reach = this.radius() + 3;
      return this.rows.filter(function (row) {
        return !this.hidden[row[2]] && point.distanceTo(this._map.latLngToContainerPoint([row[1], row[0]])) <= reach;
      }, this);
    },
    click: function (event) {
      if (this._map.dragging.moved && this._map.dragging.moved()) { return; }
      var found = this.hits(event);
      if (!found.length) { return; }
      event.stopPropagation();
      open(this._map, [found[0][1], found[0][0]], this.describe(found));
    },
    hover: function (event) {
      this._map.getContainer().style.cursor = this.hits(event).length ? "pointer" : "";
    },
    describe: function (rows) {
      var content = element("div");
      rows.slice(0, 8).forEach(function (row) {
        content.append(element("p", "title", decode(row[4])));
        content.append(element("p", "", [decode(this.kinds[row[2]].label), decode(row[5])].filter(Boolean).join(", ")));
      }, this);
      if (rows.length > 8) { content.append(element("p", "", "and " + (rows.length - 8) + " more here; zoom in")); }
      return content;
    }
  });

  function paintSymbol(brush, kind, at, radius) {
    brush.beginPath();
    if (kind.points.length) {
      kind.points.forEach(function (corner) { brush.lineTo(at.x + corner[0] * radius, at.y + corner[1] * radius); });
      brush.closePath();
    } else {
      brush.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    }
    brush.lineWidth = radius < 6 ? 1.5 : 3;
    brush.strokeStyle = "#ffffff";
    brush.stroke();
    brush.fillStyle = kind.colour;
    brush.fill();
    if (radius < 7) { return; }
    brush.fillStyle = kind.ink;
    brush.font = "bold " + Math.round(radius * 1.25) + "px Arial, Helvetica, sans-serif";
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    brush.fillText(decode(kind.letter), at.x, at.y + 0.5);
  }

  function svg(tag, attributes) {
    var made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.keys(attributes).forEach(function (name) { made.setAttribute(name, attributes[name]); });
    return made;
  }

  function shapeOf(kind, at, radius) {
    var group = svg("g", { transform: "translate(" + at.x + " " + at.y + ")" });
    var look = { fill: kind.colour, stroke: "#ffffff", "stroke-width": radius < 6 ? 0.75 : 1.5 };
    var corners = kind.points.map(function (c) { return c[0] * radius + "," + c[1] * radius; }).join(" ");
    group.append(corners ? svg("polygon", Object.assign({ points: corners }, look))
      : svg("circle", Object.assign({ r: radius }, look)));
    if (radius < 7) { return group; }
    var letter = svg("text", { y: radius * 0.45, "text-anchor": "middle", "font-weight": "bold", "font-size": radius * 1.25, fill: kind.ink });
    letter.textContent = decode(kind.letter);
    group.append(letter);
    return group;
  }

  function places(target, kinds, rows) {
    pane(target, "places", 450);
    target.getPane("places").style.pointerEvents = "none";
    var drawn = new Places(kinds, rows);
    drawn.options.pane = "places";
    drawn.addTo(target);
    kinds.forEach(function (kind, index) {
      connect("kind-" + index, true, function (on) { drawn.hidden[index] = !on; drawn.draw(); });
    });
    rows.forEach(function (row) {
      if (!row[3]) { return; }
      target.openers["asset:" + decode(row[3])] = function () {
        var from = document.activeElement;
        target.setView([row[1], row[0]], Math.max(target.getZoom(), 16));
        open(target, [row[1], row[0]], drawn.describe([row]), from);
      };
    });
    bindShowButtons(target);
  }

  // ---- names: first come, first placed; a name that finds no room waits for a closer look

  function labels(target, rows) {
    pane(target, "names", 460);
    var holder = target.getPane("names");
    holder.style.pointerEvents = "none";
    holder.setAttribute("aria-hidden", "true");
    var names = rows.map(function (row) {
      var made = element("span", "map-name" + (row[3] ? " ward" : ""), decode(row[2]));
      holder.append(made);
      var shape = target.sites.find(function (site) { return site.feature.properties.key === row[4]; });
      return { at: [row[1], row[0]], shape: shape, element: made };
    });
    function arrange() {
      var taken = [], size = target.getSize(), shapes = target.sites.map(function (shape) { return boxOf(target, shape); });
      names.forEach(function (name) {
        name.element.style.display = "block";
        var point = target.latLngToContainerPoint(name.at);
        var boxes = spotsAround(name.shape ? boxOf(target, name.shape) : [point.x, point.y, 0, 0], name.element);
        var free = boxes.filter(function (box) { return fits(box, size) && !hitsAny(box, taken); });
        var spot = free.find(function (box) { return !hitsAny(box, shapes); }) || free[0];
        if (!spot) { name.element.style.display = "none"; return; }
        taken.push(spot);
        L.DomUtil.setPosition(name.element, target.containerPointToLayerPoint([spot[0], spot[1]]));
      });
    }
    target.on("moveend zoomend resize viewreset", arrange);
    arrange();
  }

  // Boxes are [left, top, width, height] in pixels of the map; the best place for a name
  // comes first, and every place touches the shape that it names.
  function spotsAround(box, name) {
    var w = name.offsetWidth, h = name.offsetHeight, spots = [];
    var middle = box[0] + box[2] / 2 - w / 2, level = box[1] + box[3] / 2 - h / 2;
    [4, 12].forEach(function (gap) {
      var above = box[1] - h - gap, below = box[1] + box[3] + gap;
      var left = box[0] - w - gap, right = box[0] + box[2] + gap;
      spots.push([middle, above], [middle, below], [right, level], [left, level],
        [right, above], [left, above], [right, below], [left, below]);
    });
    return spots.map(function (spot) { return [spot[0], spot[1], w, h]; });
  }

  function boxOf(target, shape) {
    if (!shape.getBounds) {
      var at = target.latLngToContainerPoint(shape.getLatLng());
      return [at.x - 10, at.y - 10, 20, 20];
    }
    var bounds = shape.getBounds(), corner = target.latLngToContainerPoint(bounds.getNorthWest());
    var other = target.latLngToContainerPoint(bounds.getSouthEast());
    return [corner.x, corner.y, other.x - corner.x, other.y - corner.y];
  }

  function hitsAny(box, others) {
    return others.some(function (other) { return overlap(box, other); });
  }

  function fits(box, size) {
    return box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= size.x && box[1] + box[3] <= size.y;
  }

  function overlap(a, b) {
    return a[0] < b[0] + b[2] + 2 && b[0] < a[0] + a[2] + 2 && a[1] < b[1] + b[3] + 2 && b[1] < a[1] + a[3] + 2;
  }

  return { map: map, pane: pane, layer: layer, places: places, labels: labels };
})();
