-- title: Rows in are rows loaded plus rows held
-- topic: counts
-- severity: blocking
-- owner: developer of assetmap
-- found: {count} datasets do not account for every row, e.g. {example}.
-- fine: In every dataset, rows in are rows loaded plus rows held, and each held row has its reason.
WITH
held AS (
    SELECT
        h.dataset,
        count(*) AS held_count
    FROM run_held AS h
    GROUP BY h.dataset
)

SELECT
    d.dataset_id || ' (' || d.row_count || ' in, ' || d.loaded_count || ' loaded, '
    || d.held_count || ' held, ' || coalesce(h.held_count, 0) || ' in quarantine)' AS example
FROM run_dataset AS d
LEFT JOIN held AS h ON d.dataset_id = h.dataset
WHERE
    d.row_count <> d.loaded_count + d.held_count
    OR d.held_count <> coalesce(h.held_count, 0)
ORDER BY d.dataset_id
