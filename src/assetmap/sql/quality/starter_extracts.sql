-- title: Datasets are full files
-- topic: coverage
-- severity: note
-- owner: data manager
-- found: {count} datasets are the starter extract, e.g. {example}; drop in the full file for benchmarks.
-- fine: All datasets are full files.
SELECT d.dataset_id AS example
FROM run_dataset AS d
WHERE d.is_starter
ORDER BY d.dataset_id
