-- Messages that are held in parcels and are not to be sent: of these customers all in that parcel. Touches as many rows
-- as it names, or one of them was released meanwhile.
-- $1 customers, $2 parcels, $3 instants of the first message of each
INSERT INTO guanxi.revoked (parcel_id, customer_id)
SELECT held.parcel_id, v.customer_id
FROM unnest($1::text[], $2::int8[], $3::timestamptz[]) AS v (customer_id, parcel_id, at)
JOIN (
    SELECT p.parcel_id, p.from_at
    FROM guanxi.parcel p
    WHERE p.parcel_id = ANY ($2::int8[]) AND p.held
    ORDER BY p.parcel_id
    FOR SHARE
) held ON held.parcel_id = v.parcel_id AND held.from_at <= v.at
