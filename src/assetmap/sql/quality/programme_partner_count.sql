-- title: Partners are counted as they are listed
-- topic: documents
-- severity: warning
-- owner: nobody
-- found: {count} groups of partners are counted otherwise than they are listed, e.g. {example}.
-- fine: Every number of partners that a document states is that of the names it lists.
SELECT
    p.category || ': ' || p.stated_count::BIGINT || ' stated, ' || p.listed_count || ' listed'
        AS example
FROM mart_partner_count AS p
WHERE NOT p.is_same
ORDER BY p.category
