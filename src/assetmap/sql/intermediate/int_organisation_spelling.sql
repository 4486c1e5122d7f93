-- One row: one spelling of a name, and the one organisation that it means.
-- A name that several organisations bear means one of them only by a confirmed spelling.
WITH
own_name AS (
    SELECT
        o.organisation_name AS spelling,
        min(o.organisation_id) AS organisation_id
    FROM stg_organisation AS o
    GROUP BY o.organisation_name
    HAVING count(*) = 1
)

SELECT
    n.spelling,
    n.organisation_id
FROM own_name AS n
UNION ALL
SELECT
    a.alias AS spelling,
    a.organisation_id
FROM stg_organisation_alias AS a
LEFT JOIN own_name AS n ON a.alias = n.spelling
WHERE n.spelling IS NULL
ORDER BY spelling
