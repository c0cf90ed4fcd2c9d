-- An id becomes an alias of another.
-- $1 id, $2 into, $3 when
INSERT INTO guanxi.alias (customer_id, into_id, at) VALUES ($1::text, $2::text, $3::timestamptz)
