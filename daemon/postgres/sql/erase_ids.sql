-- Tombstones of ids.
-- $1 ids
INSERT INTO guanxi.erased AS e (digest)
SELECT guanxi.tombstone(v.id) FROM unnest($1::text[]) AS v (id)
ON CONFLICT (digest) DO UPDATE SET times = e.times + 1, stands = true
