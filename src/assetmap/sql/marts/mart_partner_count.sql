-- One row: one group of partners, as a document counts it and as it is listed.
-- Where claims differ, no number is stated: which of them holds is not decided here.
WITH
category AS (
    SELECT
        unnest([
            'local_authority', 'infrastructure_provider', 'land_owner', 'private_sector',
            'third_sector', 'education'
        ]) AS category
),

stated AS (
    SELECT
        c.indicator_id,
        CASE WHEN min(c.value) = max(c.value) THEN min(c.value) END AS stated_count,
        string_agg(c.claim_id, ';' ORDER BY c.claim_id) AS stated_claim
    FROM stg_claim AS c
    WHERE c.status <> 'withdrawn' AND c.role <> 'plan'
    GROUP BY c.indicator_id
),

listed AS (
    SELECT
        p.category,
        count(*) AS listed_count
    FROM stg_partner AS p
    GROUP BY p.category
)

SELECT
    g.category,
    s.stated_count,
    s.stated_claim,
    coalesce(l.listed_count, 0) AS listed_count,
    s.stated_count = coalesce(l.listed_count, 0) AS is_same
FROM category AS g
LEFT JOIN stated AS s ON s.indicator_id = 'partners_' || g.category
LEFT JOIN listed AS l ON g.category = l.category
WHERE s.stated_claim IS NOT NULL OR l.listed_count IS NOT NULL
ORDER BY g.category
