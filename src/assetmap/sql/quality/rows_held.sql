-- severity: warning
-- found: {count} rows are held in quarantine; see quarantine.csv for file, row and reason.
-- fine: Every row that came in was loaded.
SELECT h.dataset AS example
FROM run_held AS h
ORDER BY h.dataset, h.file, h.row_number
