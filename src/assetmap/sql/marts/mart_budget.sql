-- One row: one document that states the programme's budget, in either currency.
-- Where claims of one document differ in a currency, it has no figure in it.
WITH
stated AS (
    SELECT
        c.document,
        CASE
            WHEN
                min(c.value) FILTER (WHERE c.unit = 'gbp')
                = max(c.value) FILTER (WHERE c.unit = 'gbp')
                THEN min(c.value) FILTER (WHERE c.unit = 'gbp')
        END AS gbp,
        CASE
            WHEN
                min(c.value) FILTER (WHERE c.unit = 'eur')
                = max(c.value) FILTER (WHERE c.unit = 'eur')
                THEN min(c.value) FILTER (WHERE c.unit = 'eur')
        END AS eur,
        string_agg(c.claim_id, ';' ORDER BY c.claim_id) AS claims
    FROM stg_claim AS c
    WHERE c.indicator_id = 'programme_budget' AND c.status <> 'withdrawn'
    GROUP BY c.document
)

SELECT
    s.document,
    s.gbp,
    s.eur,
    s.eur / nullif(s.gbp, 0) AS implied_rate,
    s.claims
FROM stated AS s
ORDER BY s.document
