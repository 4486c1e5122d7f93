-- title: Every row was loaded
-- topic: counts
-- severity: warning
-- owner: data manager
-- found: {count} rows are held in quarantine, e.g. of {example}; see quarantine.csv for file, row and reason.
-- fine: Every row that came in was loaded.
SELECT h.dataset || ' (' || h.reason || ')' AS example
FROM run_held AS h
ORDER BY h.dataset, h.file, h.row_number
