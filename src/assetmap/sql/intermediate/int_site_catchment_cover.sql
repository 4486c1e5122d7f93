-- One row: one site and one catchment, and the share of it that the loaded outlines cover.
-- Below 0.99 a figure of the catchment would leave people out, so it is not measured.
SELECT
    c.site_id,
    c.catchment_m,
    coalesce(sum(o.overlap_m2), 0) / min(c.catchment_m2) AS covered_share
FROM int_site_catchment AS c
LEFT JOIN int_lsoa_overlap_site_catchment AS o
    ON c.site_id = o.site_id AND c.catchment_m = o.catchment_m
GROUP BY c.site_id, c.catchment_m
ORDER BY c.site_id, c.catchment_m
