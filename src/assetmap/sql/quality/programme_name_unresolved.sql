-- title: Partners are known organisations
-- topic: documents
-- severity: warning
-- owner: keeper of the programme
-- found: {count} names of partners are those of no organisation, or only alike, e.g. {example}; add the organisation, or confirm the spelling in aliases.csv.
-- fine: Every name of a partner is that of one organisation, as a name or a confirmed spelling.
SELECT DISTINCT p.named_as AS example
FROM mart_partner AS p
WHERE p.organisation_id IS NULL
ORDER BY p.named_as
