-- severity: note
-- found: {count} cells hold a publisher's mark in place of a figure and count as not measured.
-- fine: No figure is suppressed or missing in the sources.
SELECT m.dataset AS example
FROM run_source_mark AS m
ORDER BY m.dataset, m.file, m.row_number, m.column_name
