-- What waits in the database as a whole, for the metrics. By home, so that indexes bound the cost by what is due
-- and not by the number of customers; every count ends at 100000.
-- $1 watermark (null: none yet), $2 the clock that timers are late by
SELECT
    (SELECT count(*) FROM (
        SELECT FROM guanxi.lane l CROSS JOIN LATERAL (
            SELECT FROM guanxi.outbox o WHERE o.home = l.lane_id LIMIT 100000) o LIMIT 100000) s)
    + (SELECT coalesce(sum(messages), 0)::int8 FROM (
        SELECT p.messages FROM guanxi.lane l CROSS JOIN LATERAL (
            SELECT p.messages FROM guanxi.parcel p WHERE p.home = l.lane_id AND p.held LIMIT 10000) p
        LIMIT 10000) s) AS outbox_held,
    (SELECT coalesce(sum(messages), 0)::int8 FROM (
        SELECT p.messages FROM guanxi.lane l CROSS JOIN LATERAL (
            SELECT p.messages FROM guanxi.parcel p WHERE p.home = l.lane_id AND NOT p.held LIMIT 10000) p
        LIMIT 10000) s) AS outbox_released,
    (SELECT count(*) FROM (
        SELECT FROM guanxi.lane l CROSS JOIN LATERAL (
            SELECT FROM guanxi.customer c
            WHERE c.home = l.lane_id AND c.wake_at < $1::timestamptz LIMIT 100000) c LIMIT 100000) s) AS timers_due,
    (SELECT count(*) FROM (
        SELECT FROM guanxi.lane l CROSS JOIN LATERAL (
            SELECT FROM guanxi.customer c
            WHERE c.home = l.lane_id AND c.fold_at <= $1::timestamptz LIMIT 100000) c LIMIT 100000) s) AS folds_due,
    (SELECT count(*) FROM (
        SELECT FROM guanxi.lane l CROSS JOIN LATERAL (
            SELECT FROM guanxi.notice n
            WHERE n.home = l.lane_id AND n.state = 0 AND n.at < $1::timestamptz LIMIT 100000) n
        LIMIT 100000) s) AS notices_due,
    (SELECT count(*) FROM (
        SELECT FROM guanxi.quarantine q WHERE q.state = 'held' LIMIT 100000) s) AS quarantine_held,
    (SELECT min(least(timer.at, notice.at))
        FROM guanxi.lane l
        LEFT JOIN LATERAL (
            SELECT c.wake_at AS at FROM guanxi.customer c
            WHERE c.home = l.lane_id AND c.wake_at < $2::timestamptz
            ORDER BY c.wake_at LIMIT 1) timer ON true
        LEFT JOIN LATERAL (
            SELECT n.at FROM guanxi.notice n
            WHERE n.home = l.lane_id AND n.state = 0 AND n.at < $2::timestamptz
            ORDER BY n.at LIMIT 1) notice ON true) AS oldest_due,
    (SELECT max(r.finished_at) FROM guanxi.rank r) AS ranked
