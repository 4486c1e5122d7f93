-- One row: one LSOA of 2011 and one area whose outline it is part of: ward, study area, and
-- those parts of the authorities to compare with that are loaded.
SELECT
    b.area_code,
    b.lsoa11cd
FROM int_lsoa11_in_area AS b
WHERE b.geography <> 'lad'
UNION
SELECT
    l.lad17cd AS area_code,
    l.lsoa11cd
FROM stg_lookup_lsoa11_ward17 AS l
INNER JOIN cfg_benchmark AS c ON l.lad17cd = c.lad17cd
ORDER BY area_code, lsoa11cd
