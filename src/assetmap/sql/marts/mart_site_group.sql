-- One row: one group of partners that works on a site.
WITH
member AS (
    SELECT
        g.group_id,
        generate_subscripts(string_split(g.work_packages, ';'), 1) AS place,
        trim(unnest(string_split(g.work_packages, ';'))) AS work_package_id
    FROM stg_site_group AS g
),

titled AS (
    SELECT
        m.group_id,
        string_agg(w.work_package_title, ';' ORDER BY m.place) AS work_packages
    FROM member AS m
    INNER JOIN stg_work_package AS w ON m.work_package_id = w.work_package_id
    GROUP BY m.group_id
)

SELECT
    g.group_id,
    g.group_name,
    g.site_id,
    t.work_packages,
    g.purpose,
    g.document,
    g.section
FROM stg_site_group AS g
LEFT JOIN titled AS t ON g.group_id = t.group_id
ORDER BY g.site_id, g.group_id
