-- title: The date of every dataset is known
-- topic: freshness
-- severity: note
-- owner: nobody
-- found: {count} datasets are files that their publisher replaces under one address, e.g. {example}; their date is not known, so whether they are old cannot be told.
-- fine: The date of every dataset is known.
SELECT d.dataset_id AS example
FROM run_dataset AS d
WHERE d.as_of IS NULL
ORDER BY d.dataset_id
