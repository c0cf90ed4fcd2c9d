-- Who was merged into whom, all or those that lead to a customer: whoever is furthest from its end first, so that each
-- merges into somebody who is not merged yet.
-- $1 customer, or null: all
WITH RECURSIVE tree (customer_id, into_id, at, depth) AS (
    SELECT a.customer_id, a.into_id, a.at, 1
    FROM guanxi.alias a
    WHERE NOT EXISTS (SELECT FROM guanxi.alias b WHERE b.customer_id = a.into_id)
        AND ($1::text IS NULL OR a.into_id = $1::text)
    UNION ALL
    SELECT a.customer_id, a.into_id, a.at, tree.depth + 1
    FROM tree
    JOIN guanxi.alias a ON a.into_id = tree.customer_id
)
SELECT customer_id, into_id, at FROM tree ORDER BY depth DESC, customer_id COLLATE "C"
