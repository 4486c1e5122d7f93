-- title: Datasets did not lose rows
-- topic: last build
-- severity: warning
-- owner: data manager
-- found: {count} datasets loaded over 10 % fewer rows than in the last build, e.g. {example}; look whether the new file is whole.
-- fine: No dataset loaded over 10 % fewer rows than in the last build.
SELECT
    l.dataset_id || ' (' || l.loaded_count || ', now ' || coalesce(d.loaded_count, 0) || ')'
        AS example
FROM run_last_dataset AS l
LEFT JOIN run_dataset AS d ON l.dataset_id = d.dataset_id
WHERE coalesce(d.loaded_count, 0) < 0.9 * l.loaded_count
ORDER BY coalesce(d.loaded_count, 0) / l.loaded_count, l.dataset_id
