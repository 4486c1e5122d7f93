-- title: Register entries are of the latest edition
-- topic: freshness
-- severity: note
-- owner: nobody
-- found: {count} entries of brownfield land registers are not in the latest edition, e.g. {example}; they add no site.
-- fine: Every entry of the brownfield land registers is of the latest edition.
SELECT r.local_authority || ' ' || r.register_ref AS example
FROM int_register_site AS r
WHERE NOT r.is_current
ORDER BY r.site_id, r.edition_rank
