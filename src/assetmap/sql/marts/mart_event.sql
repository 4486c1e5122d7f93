-- One row: one statement of when an event is or was.
-- A month and a day within it do not contradict each other; an unknown date contradicts none.
WITH
disputed AS (
    SELECT DISTINCT a.entry_id
    FROM stg_event AS a
    INNER JOIN stg_event AS b
        ON
            a.event_id = b.event_id
            AND NOT starts_with(a.event_date, b.event_date)
            AND NOT starts_with(b.event_date, a.event_date)
    WHERE a.event_date <> 'unknown' AND b.event_date <> 'unknown'
),

dated AS (
    SELECT
        e.entry_id,
        CASE
            WHEN length(e.event_date) = 10 THEN lower(dayname(try_cast(e.event_date AS DATE)))
        END AS weekday_of_date
    FROM stg_event AS e
)

SELECT
    e.entry_id,
    e.event_id,
    e.event_name,
    e.event_kind,
    e.event_date,
    e.weekday_stated,
    d.weekday_of_date,
    e.venue,
    e.attendance,
    x.entry_id IS NOT NULL AS is_disputed,
    e.weekday_stated <> d.weekday_of_date AS weekday_differs,
    e.document,
    e.section
FROM stg_event AS e
INNER JOIN dated AS d ON e.entry_id = d.entry_id
LEFT JOIN disputed AS x ON e.entry_id = x.entry_id
ORDER BY e.event_id, e.entry_id
