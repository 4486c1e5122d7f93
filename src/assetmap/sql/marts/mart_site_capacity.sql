-- One row: one statement of how much a site is to hold, of the list of capacities or of the site.
-- A statement is disputed where another of the same site and metric cannot be true with it:
-- `about` reaches a tenth either way, `over` and `at_least` have no upper end, and what is over a
-- figure is not that figure.
WITH
stated AS (
    SELECT
        c.site_id,
        c.metric,
        c.value,
        c.bound,
        c.as_of,
        c.document,
        c.section,
        c.note
    FROM stg_site_capacity AS c
    UNION ALL
    SELECT
        s.site_id,
        'homes' AS metric,
        s.homes_min_count AS value,
        CASE WHEN s.homes_min_count = s.homes_max_count THEN 'exact' ELSE 'at_least' END AS bound,
        f.as_of,
        f.document,
        f.section,
        NULL AS note
    FROM int_site AS s
    INNER JOIN int_site_source AS f ON s.site_id = f.site_id
    WHERE s.homes_min_count IS NOT NULL
    UNION ALL
    SELECT
        s.site_id,
        'homes' AS metric,
        s.homes_max_count AS value,
        'at_most' AS bound,
        f.as_of,
        f.document,
        f.section,
        NULL AS note
    FROM int_site AS s
    INNER JOIN int_site_source AS f ON s.site_id = f.site_id
    WHERE s.homes_max_count IS NOT NULL AND s.homes_min_count IS DISTINCT FROM s.homes_max_count
    UNION ALL
    SELECT
        s.site_id,
        'ha' AS metric,
        s.stated_ha AS value,
        'exact' AS bound,
        f.as_of,
        f.document,
        f.section,
        NULL AS note
    FROM int_site AS s
    INNER JOIN int_site_source AS f ON s.site_id = f.site_id
    WHERE s.stated_ha IS NOT NULL
),

reaching AS (
    SELECT
        s.*,
        CASE s.bound WHEN 'about' THEN 0.9 * s.value WHEN 'at_most' THEN 0 ELSE s.value END AS low,
        CASE
            WHEN s.bound IN ('over', 'at_least') THEN 'Infinity'::DOUBLE
            WHEN s.bound = 'about' THEN 1.1 * s.value
            ELSE s.value
        END AS high,
        row_number() OVER (
            PARTITION BY s.site_id, s.metric
            ORDER BY s.as_of ASC, s.document ASC, s.section ASC NULLS LAST, s.value ASC
        ) AS statement_number
    FROM stated AS s
),

disputed AS (
    SELECT DISTINCT
        r.site_id,
        r.metric,
        r.statement_number
    FROM reaching AS r
    INNER JOIN reaching AS o ON r.site_id = o.site_id AND r.metric = o.metric
    WHERE
        o.high < r.low
        OR r.high < o.low
        OR (r.bound = 'over' AND o.high <= r.value)
        OR (o.bound = 'over' AND r.high <= o.value)
)

SELECT
    r.site_id,
    r.metric,
    r.statement_number::VARCHAR AS statement_id,
    r.value,
    r.bound,
    r.as_of,
    r.document,
    r.section,
    r.note,
    d.site_id IS NOT NULL AS is_disputed
FROM reaching AS r
LEFT JOIN disputed AS d
    ON
        r.site_id = d.site_id
        AND r.metric = d.metric
        AND r.statement_number = d.statement_number
ORDER BY r.site_id, r.metric, r.statement_number
