-- title: The survey holds answers of residents
-- topic: people
-- severity: warning
-- owner: survey lead
-- found: {count} survey is loaded whose answers are {example}, to show how the system works; its figures are not results.
-- fine: No survey of made-up people is loaded.
SELECT 'made up' AS example
FROM run_survey AS s
WHERE s.state = 'synthetic'
ORDER BY s.state
