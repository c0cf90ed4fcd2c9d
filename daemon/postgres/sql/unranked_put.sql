-- Customers of a merge or unmerge: values of ranks that read their purchases before it hold no longer.
-- $1 ids, $2 the epoch that the change makes
INSERT INTO guanxi.unranked AS u (customer_id, epoch)
SELECT v.customer_id, $2::int8
FROM unnest($1::text[]) AS v (customer_id)
ON CONFLICT (customer_id) DO UPDATE SET epoch = excluded.epoch
