-- One row: one site and one catchment distance.
SELECT
    c.site_id,
    c.catchment_m,
    c.geom_27700
FROM int_site_catchment AS c
ORDER BY c.site_id, c.catchment_m
