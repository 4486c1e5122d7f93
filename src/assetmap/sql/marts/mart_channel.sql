-- One row: one channel at one date for which a claim counts its followers, or without any.
-- Of several claims for one date the first by its id stands here; all stand among the claims.
WITH
counted AS (
    SELECT
        c.*,
        row_number() OVER (PARTITION BY c.indicator_id, c.as_of ORDER BY c.claim_id) AS claim_rank
    FROM stg_claim AS c
    WHERE c.status <> 'withdrawn' AND c.role <> 'plan'
)

SELECT
    n.channel_id,
    n.channel_name,
    coalesce(c.as_of, '') AS as_of,
    c.value AS followers,
    c.claim_id,
    coalesce(c.document, n.document) AS document,
    coalesce(c.section, n.section) AS section
FROM stg_channel AS n
LEFT JOIN counted AS c ON n.indicator_id = c.indicator_id AND c.claim_rank = 1
ORDER BY n.channel_id, as_of
