-- One row: one sector by one list of sectors, and its name in the common list.
SELECT
    s.scheme,
    s.label,
    s.common_sector,
    s.document,
    s.section
FROM stg_sector AS s
ORDER BY s.scheme, s.label
