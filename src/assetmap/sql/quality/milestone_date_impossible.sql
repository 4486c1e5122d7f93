-- title: Dates of milestones can be
-- topic: documents
-- severity: warning
-- owner: keeper of sites
-- found: {count} entries of milestones.csv have dates that cannot be, e.g. {example}; append an entry that mends it.
-- fine: Every date of a milestone is in the calendar, and none ends before it begins.
SELECT m.entry_id || ' (' || m.earliest || ' to ' || m.latest || ')' AS example
FROM mart_site_milestone AS m
WHERE
    (m.earliest <> 'unknown' AND first_day_of(m.earliest) IS NULL)
    OR (m.latest <> 'unknown' AND last_day_of(m.latest) IS NULL)
    OR last_day_of(m.recorded_on) IS NULL
    OR last_day_of(m.latest) < first_day_of(m.earliest)
ORDER BY m.entry_id
