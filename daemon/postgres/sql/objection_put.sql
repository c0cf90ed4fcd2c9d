-- Objections as they now stand; of one that is given several times the last counts.
-- $1 customers, $2 kinds, $3 causes, $4 raised at, $5 resolved at
INSERT INTO guanxi.objection AS o (customer_id, kind, cause, raised_at, resolved_at)
SELECT DISTINCT ON (v.customer_id, v.kind, v.cause, v.raised_at)
    v.customer_id, v.kind, v.cause, v.raised_at, v.resolved_at
FROM unnest($1::text[], $2::int2[], $3::int2[], $4::timestamptz[], $5::timestamptz[])
    WITH ORDINALITY AS v (customer_id, kind, cause, raised_at, resolved_at, i)
ORDER BY v.customer_id, v.kind, v.cause, v.raised_at, v.i DESC
ON CONFLICT (customer_id, kind, cause, raised_at) DO UPDATE SET resolved_at = excluded.resolved_at
