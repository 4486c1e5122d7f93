-- title: Statistics are not much older than the newest data
-- topic: freshness
-- severity: note
-- owner: nobody
-- found: {count} datasets of statistics or boundaries are more than 5 years older than the newest data, e.g. {example}; they are the edition that the figures are defined by.
-- fine: No dataset of statistics or boundaries is more than 5 years older than the newest data.
SELECT d.dataset_id || ' (' || d.as_of || ')' AS example
FROM run_dataset AS d
INNER JOIN mart_run AS r
    ON
        r.key = 'data_as_of'
        AND try_cast(d.as_of AS DATE) + INTERVAL 5 YEAR < try_cast(r.value AS DATE)
WHERE NOT d.is_listing
ORDER BY d.as_of, d.dataset_id
