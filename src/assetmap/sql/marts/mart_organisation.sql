-- One row: one organisation.
SELECT
    o.organisation_id,
    o.organisation_name,
    o.sector,
    string_agg(a.alias, ';' ORDER BY a.alias) AS aliases
FROM stg_organisation AS o
LEFT JOIN stg_organisation_alias AS a ON o.organisation_id = a.organisation_id
GROUP BY o.organisation_id, o.organisation_name, o.sector
ORDER BY o.organisation_id
