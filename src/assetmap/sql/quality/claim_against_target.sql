-- title: Claims agree with targets
-- topic: documents
-- severity: blocking
-- owner: keeper of claims
-- found: {count} targets are another figure than claims of the same plan at the same place of the same document, e.g. {example}. Read it again and put claims.csv or targets.csv right.
-- fine: Claims and targets agree wherever they rest on the same place of a document.
SELECT format('{}: {:.9g} against {:.9g}', t.target_id, t.value, min(c.value)) AS example
FROM stg_target AS t
INNER JOIN stg_claim AS c
    ON
        t.indicator_id = c.indicator_id
        AND t.unit = c.unit
        AND t.document = c.document
        AND t.section = c.section
WHERE c.role IN ('plan', 'rule') AND c.status <> 'withdrawn'
GROUP BY t.target_id, t.value, t.unit
HAVING NOT bool_or(c.value = t.value)
ORDER BY t.target_id
