// Tables that sort and filter, and what is folded on paper. Without it every page reads whole.
(function () {
  "use strict";

  var collator = new Intl.Collator("en-GB", { numeric: true });

  function announce(table) {
    var line = document.createElement("p");
    line.className = "vh";
    line.setAttribute("role", "status");
    table.closest(".scroll").after(line);
    return function (text) { line.textContent = text; };
  }

  function keyOf(row, column) {
    var cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : cell.dataset.sort;
  }

  function numberIn(text) {
    var found = /^-?[\d,]*\.?\d+/.exec(text);
    return found ? Number(found[0].replace(/,/g, "")) : null;
  }

  // Text in a column of numbers ("[c]", "not available") stays last in both directions.
  function compareNumbers(a, b, direction) {
    var x = numberIn(a), y = numberIn(b);
    if (x === null || y === null) { return (x === null) - (y === null); }
    return direction * (x - y);
  }

  function sortBy(table, heading, column, say) {
    var direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    var isNumber = heading.classList.contains("n");
    var body = table.tBodies[0];
    var rows = Array.from(body.rows);
    rows.sort(function (a, b) {
      var x = keyOf(a, column), y = keyOf(b, column);
      return isNumber ? compareNumbers(x, y, direction) : direction * collator.compare(x, y);
    });
    table.querySelectorAll("th[aria-sort]").forEach(function (th) { th.removeAttribute("aria-sort"); });
    heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    body.append.apply(body, rows);
    say("Sorted by " + heading.textContent.trim() + (direction > 0 ? ", ascending" : ", descending"));
  }

  function makeSortable(table, say) {
    Array.from(table.tHead.rows[0].cells).forEach(function (heading, column) {
      if (heading.dataset.plain !== undefined) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append.apply(button, Array.from(heading.childNodes));
      heading.append(button);
      button.addEventListener("click", function () { sortBy(table, heading, column, say); });
    });
  }

  function makeFilter(table, say) {
    var box = document.createElement("div"), label = document.createElement("label");
    var input = document.createElement("input");
    box.className = "filter";
    input.type = "search";
    input.autocomplete = "off";
    input.id = "filter-" + table.id;
    label.htmlFor = input.id;
    label.textContent = table.dataset.filter;
    box.append(label, input);
    table.closest(".scroll").before(box);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase(), count = 0;
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        count += row.hidden ? 0 : 1;
      });
      say(count + (count === 1 ? " row shown" : " rows shown"));
    });
  }

  document.querySelectorAll("table[data-sortable]").forEach(function (table) {
    var say = announce(table);
    makeSortable(table, say);
    if (table.dataset.filter) { makeFilter(table, say); }
  });

  // Paper cannot be opened: what is folded prints unfolded.
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (details) { details.open = true; });
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (details) { details.open = false; });
    folded = [];
  });
})();
