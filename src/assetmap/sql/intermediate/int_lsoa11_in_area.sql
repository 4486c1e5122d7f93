-- One row: one LSOA of 2011 and one area that it belongs to by best fit.
-- A local authority stands here only where all of its LSOAs are known.
SELECT
    l.lsoa11cd,
    a.area_code,
    a.geography
FROM stg_lookup_lsoa11_ward17 AS l
INNER JOIN int_area AS a
    ON
        a.is_complete
        AND (
            (a.geography = 'ward' AND l.wd17cd = a.area_code)
            OR (a.geography = 'lad' AND l.lad17cd = a.area_code)
            OR (a.geography = 'study_area' AND l.wd17cd IN (SELECT w.wd17cd FROM cfg_ward AS w))
        )
ORDER BY a.geography, a.area_code, l.lsoa11cd
