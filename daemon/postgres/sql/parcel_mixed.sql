-- Those of locked parcels out of which something is to be taken: messages that were revoked, or of marked customers,
-- which are looked for only where a home has some.
-- $1 parcels
SELECT p.parcel_id
FROM unnest($1::int8[]) AS v (parcel_id)
JOIN guanxi.parcel p ON p.parcel_id = v.parcel_id
WHERE EXISTS (SELECT FROM guanxi.customer m WHERE m.home = p.home AND m.fold_at IS NOT NULL)
    OR EXISTS (SELECT FROM guanxi.revoked r WHERE r.parcel_id = p.parcel_id)
