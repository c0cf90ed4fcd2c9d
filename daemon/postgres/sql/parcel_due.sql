-- Held parcels of which the watermark has passed something, in the order in which they came. Locked: a fold that is
-- revoking messages of one is waited for.
-- $1 homes, $2 watermark
SELECT p.parcel_id, p.until_at < $2::timestamptz AS whole, p.home, p.messages
FROM guanxi.parcel p
WHERE p.parcel_id = ANY (ARRAY(
    SELECT due.parcel_id
    FROM unnest($1::int4[]) AS v (home)
    JOIN guanxi.parcel due ON due.home = v.home AND due.held AND due.from_at < $2::timestamptz
)) AND p.held AND p.from_at < $2::timestamptz
ORDER BY p.parcel_id
FOR UPDATE
