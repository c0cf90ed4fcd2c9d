-- One more merge was issued of an id.
-- $1 id
INSERT INTO guanxi.departed AS d (customer_id, merged) VALUES ($1::text, 1)
ON CONFLICT (customer_id) DO UPDATE SET merged = d.merged + 1
