-- One row: one live postcode with a position and a known LSOA of 2011, and how many such
-- its LSOA has. Postcodes of large users, mostly offices, are left out, but for an LSOA that
-- has no other.
SELECT
    p.postcode,
    l.lsoa11cd,
    p.easting_m,
    p.northing_m,
    coalesce(
        nullif(count(*) FILTER (WHERE l.user_type = '0') OVER same, 0),
        count(*) OVER same
    ) AS lsoa_postcode_count
FROM stg_code_point_open AS p
INNER JOIN stg_postcode_lsoa AS l ON p.postcode = l.postcode
WHERE p.easting_m IS NOT NULL AND l.lsoa11cd IS NOT NULL
WINDOW same AS (PARTITION BY l.lsoa11cd)
QUALIFY l.user_type = '0' OR count(*) FILTER (WHERE l.user_type = '0') OVER same = 0
ORDER BY p.postcode
