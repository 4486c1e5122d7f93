-- title: Claims agree with capacities of sites
-- topic: documents
-- severity: blocking
-- owner: keeper of claims
-- found: {count} claims give a site another figure than capacity.csv or the site layer has from the same place of the same document, e.g. {example}. Read it again; where both figures stand there, enter both.
-- fine: Claims and capacities of sites agree wherever they rest on the same place of a document.
SELECT format('{}: {:.9g} against {:.9g} {}', c.claim_id, c.value, min(s.value), c.unit) AS example
FROM stg_claim AS c
INNER JOIN mart_site_capacity AS s
    ON
        c.area_code = s.site_id
        AND c.unit = s.metric
        AND c.document = s.document
        AND c.section = s.section
WHERE c.area_type = 'site' AND c.status <> 'withdrawn'
GROUP BY c.claim_id, c.value, c.unit
HAVING NOT bool_or(s.value = c.value)
ORDER BY c.claim_id
