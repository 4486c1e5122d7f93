-- title: All datasets use areas of one vintage
-- topic: vintages
-- severity: note
-- owner: nobody
-- found: {count} datasets use areas of another vintage than LSOAs of 2011, e.g. {example}; they meet through the official lookups only.
-- fine: Every dataset that is told by area uses LSOAs of 2011.
SELECT d.dataset_id || ' (' || d.vintage || ')' AS example
FROM run_dataset AS d
WHERE d.vintage <> 'LSOAs of 2011'
ORDER BY d.dataset_id
