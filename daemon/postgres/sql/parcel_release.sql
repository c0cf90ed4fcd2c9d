-- Held parcels are to be sent as they are, in this order.
-- $1 parcels
UPDATE guanxi.parcel p SET held = false, parcel_id = DEFAULT
FROM unnest($1::int8[]) AS v (parcel_id)
WHERE p.parcel_id = v.parcel_id
RETURNING p.messages
