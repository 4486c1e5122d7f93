-- title: The last build could be compared with
-- topic: last build
-- severity: note
-- owner: nobody
-- found: {count} reason not to compare with the last build: {example}.
-- fine: There is no last build, or it could be compared with.
SELECT n.reason AS example
FROM run_last_note AS n
ORDER BY n.reason
