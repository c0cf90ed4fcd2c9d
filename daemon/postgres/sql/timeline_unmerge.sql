-- The events that came under some ids go from one customer to another; merges (35) and unmerges (36) do if they took
-- place with one of these.
-- $1 from, $2 to, $3 ids
UPDATE guanxi.timeline SET
    customer_id = $2::text,
    recorded_as = CASE recorded_as WHEN $2::text THEN '' WHEN '' THEN $1::text ELSE recorded_as END,
    winner = nullif(winner, $2::text)
WHERE customer_id = $1::text AND CASE WHEN type IN (35, 36) THEN winner ELSE recorded_as END = ANY ($3::text[])
