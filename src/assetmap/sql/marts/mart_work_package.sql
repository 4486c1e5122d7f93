-- One row: one work package. How many groups it is in is not known where no group says which
-- packages are in it: then there is no number, rather than 0.
WITH
lead AS (
    SELECT
        p.leads AS work_package_id,
        string_agg(
            DISTINCT coalesce(p.organisation_name, p.named_as), ';'
            ORDER BY coalesce(p.organisation_name, p.named_as)
        ) AS lead_name
    FROM mart_partner AS p
    WHERE p.leads IS NOT NULL
    GROUP BY p.leads
),

member AS (
    SELECT
        g.group_id,
        trim(unnest(string_split(g.work_packages, ';'))) AS work_package_id
    FROM stg_site_group AS g
),

taken_part AS (
    SELECT
        m.work_package_id,
        count(DISTINCT m.group_id) AS group_count
    FROM member AS m
    GROUP BY m.work_package_id
)

SELECT
    w.work_package_id,
    w.work_package_title,
    l.lead_name,
    CASE
        WHEN EXISTS (SELECT m.group_id FROM member AS m) THEN coalesce(t.group_count, 0)
    END AS group_count,
    w.document,
    w.section
FROM stg_work_package AS w
LEFT JOIN lead AS l ON w.work_package_id = l.work_package_id
LEFT JOIN taken_part AS t ON w.work_package_id = t.work_package_id
ORDER BY w.work_package_id
