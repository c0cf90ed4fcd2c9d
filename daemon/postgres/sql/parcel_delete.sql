-- Parcels of which Kafka has all messages.
-- $1 homes, $2 parcels
DELETE FROM guanxi.parcel p
USING unnest($1::int4[], $2::int8[]) AS v (home, parcel_id)
WHERE p.home = v.home AND p.parcel_id = v.parcel_id
