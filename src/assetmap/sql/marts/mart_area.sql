-- One row: one ward, the study area, or one local authority.
SELECT
    a.area_code,
    a.area_name,
    a.geography,
    a.is_complete,
    o.geom_27700
FROM int_area AS a
LEFT JOIN int_area_outline AS o ON a.area_code = o.area_code AND a.geography <> 'lad'
WHERE a.geography <> 'site'
ORDER BY a.area_code
