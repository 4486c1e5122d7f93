-- title: Totals of the study area did not move
-- topic: last build
-- severity: warning
-- owner: data manager
-- found: {count} totals of the study area moved by over 10 % since the last build, or are gone, e.g. {example}; see that a new file is why.
-- fine: No total of the study area moved by over 10 % since the last build.
-- Totals under 20 move by more than that with every second place.
SELECT
    l.indicator_id || ' (' || format('{:.9g}', l.value) || ', now '
    || coalesce(format('{:.9g}', i.value), 'none') || ')' AS example
FROM run_last_total AS l
LEFT JOIN mart_indicator AS i
    ON l.indicator_id = i.indicator_id AND i.geography = 'study_area'
WHERE l.value >= 20 AND (i.value IS NULL OR abs(i.value - l.value) > 0.1 * l.value)
ORDER BY l.indicator_id
