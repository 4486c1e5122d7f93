-- title: Events have one date
-- topic: documents
-- severity: warning
-- owner: nobody
-- found: {count} events have statements that give different dates, e.g. {example}.
-- fine: No event has two dates.
SELECT
    any_value(e.event_name) || ': '
    || string_agg(DISTINCT e.event_date, ' or ' ORDER BY e.event_date) AS example
FROM mart_event AS e
WHERE e.is_disputed
GROUP BY e.event_id
ORDER BY e.event_id
