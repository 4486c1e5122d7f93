-- One row: one claim of how many follow a channel, or one channel whose followers nobody counts.
-- Claims for one date that differ stand side by side.
WITH
counted AS (
    SELECT c.*
    FROM stg_claim AS c
    WHERE c.status <> 'withdrawn' AND c.role <> 'plan'
)

SELECT
    n.channel_id,
    n.channel_name,
    coalesce(c.as_of, '') AS as_of,
    c.value AS followers,
    coalesce(c.claim_id, '') AS claim_id,
    coalesce(c.document, n.document) AS document,
    coalesce(c.section, n.section) AS section
FROM stg_channel AS n
LEFT JOIN counted AS c ON n.indicator_id = c.indicator_id
ORDER BY n.channel_id, as_of, claim_id
