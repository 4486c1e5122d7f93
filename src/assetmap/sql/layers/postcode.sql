-- One row: one live postcode with a position and an LSOA.
SELECT
    p.postcode,
    p.easting_m,
    p.northing_m
FROM int_postcode AS p
ORDER BY p.postcode
