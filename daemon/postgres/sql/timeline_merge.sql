-- The events of one customer become those of another, and keep the subject they came under.
-- $1 from, $2 to
UPDATE guanxi.timeline SET
    customer_id = $2::text,
    recorded_as = CASE recorded_as WHEN '' THEN $1::text WHEN $2::text THEN '' ELSE recorded_as END
WHERE customer_id = $1::text
