-- title: Each dataset covers the study area
-- topic: coverage
-- severity: warning
-- owner: data manager
-- found: {count} datasets lack a part of the study area, e.g. {example}; figures that need the missing part are not measured or leave it out.
-- fine: Every dataset that is told by area covers the whole study area.
SELECT
    c.dataset_id || ' has ' || c.covered_count || ' of ' || c.area_count || ' areas ('
    || c.area_type || ')' AS example
FROM mart_coverage AS c
WHERE c.covered_count < c.area_count
ORDER BY c.covered_pct, c.dataset_id
