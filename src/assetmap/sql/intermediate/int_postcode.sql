-- One row: one live postcode with a position and a known LSOA of 2011, and the residents
-- that stand for it: those of its LSOA, shared equally among the LSOA's postcodes.
WITH
live AS (
    SELECT
        p.postcode,
        l.lsoa11cd,
        p.easting_m,
        p.northing_m,
        count(*) OVER (PARTITION BY l.lsoa11cd) AS lsoa_postcode_count
    FROM stg_code_point_open AS p
    INNER JOIN stg_postcode_lsoa AS l ON p.postcode = l.postcode
    WHERE p.easting_m IS NOT NULL AND l.lsoa11cd IS NOT NULL
)

SELECT
    v.postcode,
    v.lsoa11cd,
    v.easting_m,
    v.northing_m,
    v.lsoa_postcode_count
FROM live AS v
ORDER BY v.postcode
