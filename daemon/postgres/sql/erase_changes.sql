-- Merges (35) and unmerges (36) that stand with others: those recorded under one of these ids go, and whom they go from
-- is to be folded.
-- $1 ids
WITH gone AS (
    DELETE FROM guanxi.timeline t
    WHERE t.type IN (35, 36) AND coalesce(nullif(t.recorded_as, ''), t.customer_id) = ANY ($1::text[])
    RETURNING t.customer_id
)
UPDATE guanxi.customer SET version = version + 1, fold_at = coalesce(fold_at, as_of)
WHERE customer_id = ANY (SELECT g.customer_id FROM gone g)
