-- Ids stand for others than when the purchases were read: values of those that are customers no more, or became new
-- ones since, go.
-- $1 days since 1970, $2 epoch under which they were read
DELETE FROM guanxi.value v
WHERE v.as_of = date '1970-01-01' + $1::int4 AND NOT EXISTS (SELECT
    FROM guanxi.customer c
    WHERE c.customer_id = v.customer_id AND c.version < ($2::int8 + 1) << 32)
