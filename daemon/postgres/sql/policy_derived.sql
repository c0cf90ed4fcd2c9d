-- Schedules are derived anew up to an id, or all.
-- $1 fingerprint, $2 from where, $3 up to where (null: all)
UPDATE guanxi.policy SET deriving = $3::text WHERE singleton AND fingerprint = $1::int8 AND deriving = $2::text
