-- One row: one loaded dataset: how much of the study area it covers, and of what vintage it is.
WITH
counted AS (
    SELECT
        a.dataset_id,
        min(a.area_type) AS area_type,
        count(*) AS area_count,
        count(*) FILTER (WHERE a.is_covered) AS covered_count
    FROM int_dataset_area AS a
    GROUP BY a.dataset_id
)

SELECT
    d.dataset_id,
    d.vintage,
    d.as_of,
    c.area_type,
    c.area_count,
    c.covered_count,
    percent(c.covered_count, c.area_count) AS covered_pct
FROM run_dataset AS d
LEFT JOIN counted AS c ON d.dataset_id = c.dataset_id
ORDER BY d.dataset_id
