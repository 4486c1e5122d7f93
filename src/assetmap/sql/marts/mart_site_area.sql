-- One row: one site and one area, with where the site lies.
SELECT
    p.site_id,
    p.area_code,
    a.area_name,
    a.geography,
    p.relation,
    p.distance_m,
    p.overlap_share
FROM int_site_in_area AS p
INNER JOIN int_area AS a ON p.area_code = a.area_code
WHERE a.geography <> 'lad' OR p.relation IN ('inside', 'overlaps')
ORDER BY p.site_id, p.area_code
