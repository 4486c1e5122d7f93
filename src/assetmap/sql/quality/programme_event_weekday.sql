-- title: Dates of events fall on the stated weekday
-- topic: documents
-- severity: warning
-- owner: keeper of the programme
-- found: {count} dates of events do not fall on the weekday that is stated, e.g. {example}.
-- fine: Every weekday that is stated fits its date.
SELECT
    e.entry_id || ': ' || e.event_date || ' is a ' || e.weekday_of_date || ', not a '
    || e.weekday_stated AS example
FROM mart_event AS e
WHERE e.weekday_differs
ORDER BY e.entry_id
