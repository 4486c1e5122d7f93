-- One row: one area of LSOAs, and whether the outlines of all of them are loaded.
-- A place in an LSOA without an outline belongs to no area, so where one is missing a count
-- of the area's places would leave places out and is not measured.
SELECT
    a.area_code,
    count(*) = count(g.lsoa11cd) AS is_whole
FROM int_lsoa11_in_area AS a
LEFT JOIN stg_lsoa_2011 AS g ON a.lsoa11cd = g.lsoa11cd
GROUP BY a.area_code
ORDER BY a.area_code
