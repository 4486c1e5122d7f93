-- title: Publishers give every figure
-- topic: counts
-- severity: note
-- owner: nobody
-- found: {count} cells hold a publisher's mark in place of a figure, e.g. {example}, and count as not measured.
-- fine: No figure is suppressed or missing in the sources.
SELECT m.column_name || ' of ' || m.dataset AS example
FROM run_source_mark AS m
ORDER BY m.dataset, m.file, m.row_number, m.column_name
