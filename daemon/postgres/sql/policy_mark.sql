-- Marks the next customers of a recompute, in the order of their ids; answers with how many. With none left it is over.
-- $1 limit, $2 quiet_until, $3 brought
WITH policy AS MATERIALIZED (
    SELECT marking FROM guanxi.policy WHERE singleton AND marking IS NOT NULL FOR UPDATE
), next AS MATERIALIZED (
    SELECT c.customer_id
    FROM guanxi.customer c
    WHERE c.customer_id > (SELECT marking FROM policy)
    ORDER BY c.customer_id
    LIMIT $1::int8
), locked AS MATERIALIZED (
    SELECT c.customer_id
    FROM guanxi.customer c
    WHERE c.customer_id = ANY (ARRAY(SELECT customer_id FROM next))
    ORDER BY c.customer_id
    FOR UPDATE
), marked AS (
    UPDATE guanxi.customer c SET
        version = c.version + 1,
        fold_at = least(c.fold_at, c.as_of),
        quiet_until = greatest(c.quiet_until, $2::timestamptz),
        brought = nullif(greatest(coalesce(c.brought, 0), $3::int4), 0)
    WHERE c.customer_id = ANY (ARRAY(SELECT customer_id FROM locked))
), moved AS (
    UPDATE guanxi.policy p SET marking = (SELECT max(customer_id) FROM next)
    FROM policy
    WHERE p.singleton
)
SELECT count(*) FROM next
