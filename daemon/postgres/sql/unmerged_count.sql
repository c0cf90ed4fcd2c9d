-- One more unmerge was issued of an id.
-- $1 id
INSERT INTO guanxi.departed AS d (customer_id, unmerged) VALUES ($1::text, 1)
ON CONFLICT (customer_id) DO UPDATE SET unmerged = d.unmerged + 1
