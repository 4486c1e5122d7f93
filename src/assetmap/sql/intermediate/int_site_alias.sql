-- One row: one site that has other names, by the site layer or by the list of aliases.
WITH
named AS (
    SELECT
        s.site_id,
        trim(unnest(string_split(s.aliases, ';'))) AS alias
    FROM int_site AS s
    UNION
    SELECT
        a.site_id,
        a.alias
    FROM stg_site_alias AS a
)

SELECT
    n.site_id,
    string_agg(n.alias, ';' ORDER BY n.alias) AS aliases
FROM named AS n
WHERE n.alias <> ''
GROUP BY n.site_id
ORDER BY n.site_id
