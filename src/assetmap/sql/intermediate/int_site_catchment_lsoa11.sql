-- One row: one site, one catchment, one LSOA of 2011 that it touches, and the LSOA's residents
-- inside by two methods: spread over postcodes, and spread over area.
WITH
reached AS (
    SELECT
        n.site_id,
        c.catchment_m,
        p.lsoa11cd,
        count(*) / min(p.lsoa_postcode_count) AS postcode_share
    FROM int_postcode_in_site_catchment AS n
    INNER JOIN int_postcode AS p ON n.postcode = p.postcode
    INNER JOIN cfg_catchment AS c ON n.distance_m <= c.catchment_m
    GROUP BY n.site_id, c.catchment_m, p.lsoa11cd
),

touched AS (
    SELECT
        coalesce(r.site_id, o.site_id) AS site_id,
        coalesce(r.catchment_m, o.catchment_m) AS catchment_m,
        coalesce(r.lsoa11cd, o.lsoa11cd) AS lsoa11cd,
        coalesce(r.postcode_share, 0) AS postcode_share,
        coalesce(o.area_share, 0) AS area_share
    FROM reached AS r
    FULL OUTER JOIN int_lsoa_overlap_site_catchment AS o
        ON
            r.site_id = o.site_id
            AND r.catchment_m = o.catchment_m
            AND r.lsoa11cd = o.lsoa11cd
)

SELECT
    t.site_id,
    t.catchment_m,
    t.lsoa11cd,
    t.postcode_share,
    t.area_share,
    c.resident_count * t.postcode_share AS by_postcode_count,
    c.resident_count * t.area_share AS by_area_count,
    c.is_modelled,
    i.imd_decile
FROM touched AS t
LEFT JOIN int_census_2021 AS c ON t.lsoa11cd = c.lsoa11cd
LEFT JOIN stg_imd_2019 AS i ON t.lsoa11cd = i.lsoa11cd
ORDER BY t.site_id, t.catchment_m, t.lsoa11cd
