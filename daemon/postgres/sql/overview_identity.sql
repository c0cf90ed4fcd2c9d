-- Whom an id means: the end of its chain of merges.
-- $1 id
WITH RECURSIVE chain (id) AS (
    SELECT $1::text COLLATE "C"
    UNION
    SELECT a."into"
    FROM chain AS c
        JOIN guanxi.v_alias AS a ON a.customer_id = c.id
)
SELECT c.id
FROM chain AS c
WHERE NOT EXISTS (SELECT FROM guanxi.v_alias AS a WHERE a.customer_id = c.id)
