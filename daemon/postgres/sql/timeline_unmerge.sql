-- The events that came under some ids go from one customer to another; the merge that made the one an alias of
-- the other (type 35) stays.
-- $1 from, $2 to, $3 ids
UPDATE guanxi.timeline SET
    customer_id = $2::text,
    recorded_as = CASE recorded_as WHEN $2::text THEN '' ELSE recorded_as END
WHERE customer_id = $1::text AND recorded_as = ANY ($3::text[]) AND NOT (recorded_as = $2::text AND type = 35)
