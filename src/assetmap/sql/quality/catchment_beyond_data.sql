-- title: Catchments lie inside the loaded outlines
-- topic: coverage
-- severity: warning
-- owner: data manager
-- found: {count} catchments reach beyond the loaded outlines, e.g. {example}; they have no figure.
-- fine: The loaded outlines cover every catchment.
SELECT c.site_id || ' ' || c.catchment_m || ' m' AS example
FROM int_site_catchment_cover AS c
WHERE c.covered_share < 0.99
ORDER BY c.site_id, c.catchment_m
