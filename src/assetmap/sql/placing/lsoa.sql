-- One row: one LSOA of 2011 with its outline.
SELECT
    g.lsoa11cd,
    g.geom_27700
FROM stg_lsoa_2011 AS g
ORDER BY g.lsoa11cd
