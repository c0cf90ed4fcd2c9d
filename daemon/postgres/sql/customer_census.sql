-- How many customers there are, how many are marked, and whether a daemon tends them.
-- $1 microseconds after which an owner that gave no sign of life is none
SELECT (SELECT count(*) FROM guanxi.customer),
    (SELECT count(*) FROM guanxi.customer WHERE fold_at IS NOT NULL),
    EXISTS (
        SELECT FROM guanxi.lane
        WHERE owner IS NOT NULL AND left(topic, 7) <> 'import:'
            AND heartbeat_at > clock_timestamp() - $1::int8 * interval '1 microsecond')
