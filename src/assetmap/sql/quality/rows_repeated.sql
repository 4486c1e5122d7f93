-- title: No row came twice
-- topic: counts
-- severity: warning
-- owner: data manager
-- found: {count} rows repeat the key of an earlier row of their file, e.g. one of {example}; the earlier row counts.
-- fine: No row repeats the key of an earlier row of its file.
SELECT h.dataset AS example
FROM run_held AS h
WHERE h.reason = 'duplicate_key'
ORDER BY h.dataset, h.file, h.row_number
