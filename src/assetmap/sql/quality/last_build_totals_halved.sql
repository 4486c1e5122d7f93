-- title: No total of the study area shrank to a part of itself
-- topic: last build
-- severity: blocking
-- owner: data manager
-- found: {count} totals of the study area lost more since the last build than the policy allows (quality.largest_fall), e.g. {example}. Look which file changed; where the fall is right, raise the setting for one build.
-- fine: No total of the study area lost more since the last build than the policy allows.
-- Totals under 20 can halve because one place closed.
SELECT
    l.indicator_id || ' (' || format('{:.9g}', l.value) || ', now '
    || coalesce(format('{:.9g}', i.value), 'none') || ')' AS example
FROM run_last_total AS l
LEFT JOIN mart_indicator AS i
    ON l.indicator_id = i.indicator_id AND i.geography = 'study_area'
CROSS JOIN run_last_limit AS m
WHERE l.value >= 20 AND l.value - coalesce(i.value, 0) > m.largest_fall * l.value
ORDER BY l.indicator_id
