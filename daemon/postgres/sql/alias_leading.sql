-- All ids that lead to one.
-- $1 id
WITH RECURSIVE led (id) AS (
    SELECT a.customer_id
    FROM guanxi.alias a
    WHERE a.into_id = $1::text
    UNION
    SELECT a.customer_id
    FROM led l
    JOIN guanxi.alias a ON a.into_id = l.id
)
SELECT id FROM led ORDER BY id
