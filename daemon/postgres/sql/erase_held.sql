-- What parcels hold of these ids becomes void. Somebody who divides one meanwhile is waited for: what that leaves is
-- found by what comes after this. Comes before the rows go by which it is found.
-- $1 ids
UPDATE guanxi.parcel p
SET (customers, sources, event_ids) = (
    SELECT
        array_agg(CASE WHEN NOT m.gone THEN m.customer_id END ORDER BY m.i),
        array_agg(CASE WHEN NOT m.gone THEN m.source END ORDER BY m.i),
        array_agg(CASE WHEN NOT m.gone THEN m.event_id END ORDER BY m.i)
    FROM (
        SELECT u.*, coalesce(u.customer_id = ANY ($1::text[]), true) AS gone
        FROM unnest(p.customers, p.sources, p.event_ids)
            WITH ORDINALITY AS u (customer_id, source, event_id, i)
    ) m
)
WHERE p.held AND p.parcel_id = ANY (ARRAY(
    SELECT t.parcel FROM guanxi.transition t WHERE t.customer_id = ANY ($1::text[]) AND t.parcel IS NOT NULL
    UNION
    SELECT r.parcel_id FROM guanxi.revoked r WHERE r.customer_id = ANY ($1::text[])
))
