-- The events of one customer become those of another, and keep the subject they came under; merges (35) and unmerges
-- (36) also with whom they took place.
-- $1 from, $2 to
UPDATE guanxi.timeline SET
    customer_id = $2::text,
    recorded_as = CASE recorded_as WHEN '' THEN $1::text WHEN $2::text THEN '' ELSE recorded_as END,
    winner = CASE WHEN type IN (35, 36) THEN nullif(coalesce(winner, $1::text), $2::text) END
WHERE customer_id = $1::text
