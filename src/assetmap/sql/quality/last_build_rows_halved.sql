-- title: No dataset shrank to a part of itself
-- topic: last build
-- severity: blocking
-- owner: data manager
-- found: {count} datasets lost more of their rows since the last build than the policy allows (quality.largest_fall), e.g. {example}. Put the whole file back; where the fall is right, raise the setting for one build.
-- fine: No dataset lost more of its rows since the last build than the policy allows.
-- A starter extract in the place of a full file is small by nature, and said by another check.
SELECT
    l.dataset_id || ' (' || l.loaded_count || ', now ' || coalesce(d.loaded_count, 0) || ')'
        AS example
FROM run_last_dataset AS l
LEFT JOIN run_dataset AS d ON l.dataset_id = d.dataset_id
CROSS JOIN run_last_limit AS m
WHERE
    l.loaded_count - coalesce(d.loaded_count, 0) > m.largest_fall * l.loaded_count
    AND NOT (coalesce(d.is_starter, FALSE) AND NOT l.is_starter)
ORDER BY coalesce(d.loaded_count, 0) / l.loaded_count, l.dataset_id
