-- One more unmerge was issued of an id.
-- $1 id, $2 home it is issued from; as it was for one that is known
INSERT INTO guanxi.departed AS d (customer_id, unmerged, home) VALUES ($1::text, 1, $2::int4)
ON CONFLICT (customer_id) DO UPDATE SET unmerged = d.unmerged + 1
