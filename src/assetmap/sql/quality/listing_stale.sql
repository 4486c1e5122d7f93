-- title: Lists are not much older than the newest data
-- topic: freshness
-- severity: warning
-- owner: data manager
-- found: {count} lists of places, sites or documents are more than 5 years older than the newest data, e.g. {example}; what has happened since is not in them.
-- fine: No list of places, sites or documents is more than 5 years older than the newest data.
-- Five years: after that a site may have been built and let, and most registers have had several
-- editions. Measured against the newest data, for no clock may stand in what is published.
SELECT d.dataset_id || ' (' || d.as_of || ')' AS example
FROM run_dataset AS d
INNER JOIN mart_run AS r
    ON
        r.key = 'data_as_of'
        AND try_cast(d.as_of AS DATE) + INTERVAL 5 YEAR < try_cast(r.value AS DATE)
WHERE d.is_listing
ORDER BY d.as_of, d.dataset_id
