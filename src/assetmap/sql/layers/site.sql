-- One row: one site whose place is known.
SELECT
    s.site_id,
    s.geom_27700
FROM int_site AS s
WHERE s.geom_27700 IS NOT NULL
ORDER BY s.site_id
