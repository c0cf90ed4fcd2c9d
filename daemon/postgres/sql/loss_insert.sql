-- Records that were lost to us.
-- $1 topic, $2 partition, $3 first offset lost, $4 first offset after, $5 reason
INSERT INTO guanxi.loss (topic, partition, from_offset, to_offset, reason)
VALUES ($1::text, $2::int4, $3::int8, $4::int8, $5::text)
