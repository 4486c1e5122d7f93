-- One row: one loaded dataset: how much of the study area it covers, and of what vintage it is.
SELECT
    d.dataset_id,
    d.vintage,
    d.as_of,
    min(a.area_type) AS area_type,
    CASE WHEN count(a.area_code) > 0 THEN count(a.area_code) END AS area_count,
    CASE WHEN count(a.area_code) > 0 THEN count(a.area_code) FILTER (WHERE a.is_covered) END
        AS covered_count,
    percent(count(a.area_code) FILTER (WHERE a.is_covered), count(a.area_code)) AS covered_pct
FROM run_dataset AS d
LEFT JOIN int_dataset_area AS a ON d.dataset_id = a.dataset_id
GROUP BY d.dataset_id, d.vintage, d.as_of
ORDER BY d.dataset_id
