-- title: Sites have a recorded place
-- topic: places
-- severity: warning
-- owner: keeper of sites
-- found: {count} sites have no recorded place, e.g. {example}; they are listed, counted and not mapped.
-- fine: Every site has a recorded place.
SELECT s.site_name AS example
FROM int_site AS s
WHERE s.geom_27700 IS NULL
ORDER BY s.site_id
