-- Locks, in the order in which everybody does, all customers whom an erasure changes: those of the ids, and those with
-- whom merges (35) and unmerges (36) stand that were recorded under one of them.
-- $1 ids
SELECT
FROM guanxi.customer
WHERE customer_id = ANY (
    SELECT t.customer_id
    FROM guanxi.timeline t
    WHERE t.type IN (35, 36) AND coalesce(nullif(t.recorded_as, ''), t.customer_id) = ANY ($1::text[])
    UNION ALL
    SELECT unnest($1::text[])
)
ORDER BY customer_id
FOR UPDATE
