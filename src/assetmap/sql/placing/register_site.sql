-- One row: one site of a brownfield land register with a position.
SELECT
    r.register_id,
    r.easting_m,
    r.northing_m
FROM stg_brownfield_site AS r
WHERE r.easting_m IS NOT NULL
ORDER BY r.register_id
