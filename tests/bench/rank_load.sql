-- :customers with :rows rows each over the 750 days that end two days ago: of ten rows two are orders, one in twenty a
-- refund, one in twenty a cost, the rest contacts; customers by chance, as events come. The key is made afterwards. The
-- first lanes to be claimed are 1 to 4.
ALTER TABLE guanxi.timeline DROP CONSTRAINT timeline_pkey;
INSERT INTO guanxi.timeline (occurred_at, points, "offset", amount, lane_id, type, side, customer_id, source, event_id,
    data)
SELECT now() - interval '752 days' + i / (:customers * :rows)::float8 * interval '750 days',
    CASE WHEN i % 10 < 2 THEN 8 WHEN i % 10 = 2 THEN 0 ELSE 1 END, i,
    CASE WHEN i % 10 < 3 THEN 1000 + (hashint8(i + 77) & 65535) END, 1,
    CASE WHEN i % 10 < 2 THEN 7 WHEN i % 20 = 2 THEN 9 WHEN i % 10 = 2 THEN 10 ELSE 5 END,
    CASE WHEN i % 10 > 2 THEN 2 END,
    'c-' || lpad(((hashint8extended(i, 1) & 9223372036854775807) % :customers)::text, 7, '0'), '//shop.example',
    'h-' || i, '{"order_id":"o-1","amount":"123.45","currency":"CNY"}'
FROM generate_series(1::int8, :customers * :rows) AS i;
ALTER TABLE guanxi.timeline ADD PRIMARY KEY (customer_id, source, event_id, recorded_as);
INSERT INTO guanxi.customer (version, policy, wake_at, as_of, first_seen_at, last_outbound_at, warmth, stage_since,
    orders, spent, first_order_at, last_order_at, purchase_days, level, stage, home, customer_id)
SELECT 1, 0, now() + interval '100 days', now() - interval '2 days', min(occurred_at), now() - interval '2 days', 3,
    NULL, count(*) FILTER (WHERE type = 7), sum(amount) FILTER (WHERE type = 7),
    min(occurred_at) FILTER (WHERE type = 7), max(occurred_at) FILTER (WHERE type = 7),
    count(*) FILTER (WHERE type = 7), 1, 5, 1 + (hashtext(customer_id) & 3), customer_id
FROM guanxi.timeline
GROUP BY customer_id
ORDER BY customer_id;
VACUUM ANALYZE;
