-- One row: one LSOA of 2011 in the study area or within the largest catchment of a site.
WITH
shown AS (
    SELECT b.lsoa11cd FROM int_lsoa11_in_area AS b
    WHERE b.geography = 'study_area'
    UNION
    SELECT o.lsoa11cd FROM int_lsoa_overlap_site_catchment AS o
)

SELECT
    g.lsoa11cd,
    g.lsoa11nm,
    l.wd17cd,
    coalesce(l.wd17nm, 'not in the lookup') AS wd17nm,
    s.lsoa11cd IS NOT NULL AS is_in_study_area,
    i.imd_decile,
    i.imd_score,
    i.imd_rank,
    c.resident_count,
    g.geom_27700
FROM stg_lsoa_2011 AS g
INNER JOIN shown AS w ON g.lsoa11cd = w.lsoa11cd
LEFT JOIN stg_lookup_lsoa11_ward17 AS l ON g.lsoa11cd = l.lsoa11cd
LEFT JOIN int_lsoa11_in_area AS s ON g.lsoa11cd = s.lsoa11cd AND s.geography = 'study_area'
LEFT JOIN stg_imd_2019 AS i ON g.lsoa11cd = i.lsoa11cd
LEFT JOIN int_census_2021 AS c ON g.lsoa11cd = c.lsoa11cd
ORDER BY g.lsoa11cd
