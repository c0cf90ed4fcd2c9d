-- What other programs read. Columns keep their names, meanings and order; later migrations add some.
-- Instants are timestamptz, money bigint in minor units of the base currency, codes text.

CREATE FUNCTION guanxi.level_code(level smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['basic', 'reactive', 'accountable', 'proactive'])[level];
COMMENT ON FUNCTION guanxi.level_code IS 'Code of a level';

CREATE FUNCTION guanxi.level_zh(level smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['一般', '反应', '可靠', '主动'])[level];
COMMENT ON FUNCTION guanxi.level_zh IS 'Chinese name of a level';

CREATE FUNCTION guanxi.reminder_kind_code(kind smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['cadence', 'response', 'aftersale'])[kind + 1];
COMMENT ON FUNCTION guanxi.reminder_kind_code IS 'Code of a kind of reminder';

-- A string member of an event's data, null where there is none. The cast to json checks the form only and
-- keeps the text; reading a member then fails on what a text cannot hold (U+0000, half a surrogate
-- pair), which may stand in a member nobody asked for: such data yields null.
CREATE FUNCTION guanxi.data_text(data text, member text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN data !~* '\\u(0000|d[89a-f])'
            OR regexp_replace(regexp_replace(data, '\\\\', '', 'g'),
                '\\u[dD][89abAB][[:xdigit:]]{2}\\u[dD][c-fC-F][[:xdigit:]]{2}', '', 'g')
                !~* '\\u(0000|d[89a-f])'
        THEN data::json ->> member END;
COMMENT ON FUNCTION guanxi.data_text IS 'A member of the data of an event, as text';

-- A lane silent or halted for longer than lane_hold before the latest sign of life of any lane is left
-- out. Measured from there and not from now, so that the views of a stopped daemon keep standing; where
-- no lane is left the furthest one counts.
CREATE VIEW guanxi.v_watermark AS
SELECT coalesce(min(lane.lane_time) FILTER (WHERE lane.alive), max(lane.lane_time)) AS watermark,
    count(*) FILTER (WHERE NOT lane.alive)::integer AS left_out
FROM (
    SELECT l.lane_time,
        least(l.heartbeat_at, l.halted_at) >= max(l.heartbeat_at) OVER ()
            - coalesce((SELECT p.lane_hold FROM guanxi.policy AS p), interval '1 hour') AS alive
    FROM guanxi.lane AS l
    WHERE l.lane_time IS NOT NULL AND l.topic NOT LIKE 'import:%'
) AS lane;
COMMENT ON VIEW guanxi.v_watermark IS 'How far all lanes together have come';
COMMENT ON COLUMN guanxi.v_watermark.watermark IS 'Least lane time; null before the first event';
COMMENT ON COLUMN guanxi.v_watermark.left_out IS 'Lanes that do not count, halted or without an owner';

-- The window of f and m: calendar days of the business time zone up to and including the watermark's.
-- first_day is null for lifetime. No row before a daemon has recorded its policy.
CREATE VIEW guanxi.v_rfm_window AS
SELECT CASE WHEN p.rfm_window > 0 THEN day.last_day - p.rfm_window + 1 END AS first_day, day.last_day
FROM guanxi.policy AS p
    CROSS JOIN guanxi.v_watermark AS w
    CROSS JOIN LATERAL (SELECT (w.watermark AT TIME ZONE p.time_zone)::date AS last_day) AS day;
COMMENT ON VIEW guanxi.v_rfm_window IS 'The calendar days over which f and m are taken';
COMMENT ON COLUMN guanxi.v_rfm_window.first_day IS 'First day of the window; null: lifetime';
COMMENT ON COLUMN guanxi.v_rfm_window.last_day IS 'Calendar day of the watermark, the last of the window';

-- f, m, open_reminders and at_risk are worked out only where a query selects them; the window is then
-- found once for the whole query.
CREATE VIEW guanxi.v_customer AS
SELECT c.customer_id, c.first_seen_at,
    nullif(coalesce(c.last_contact_at, c.as_of), '-infinity') AS last_contact_at,
    c.last_inbound_at, c.last_outbound_at, coalesce(c.rhythm, 0) AS rhythm,
    c.unanswered_at, c.unfollowed_at, c.followed_up_at,
    c.warmth, nullif(coalesce(c.warmth_at, c.as_of), '-infinity') AS warmth_at,
    c.level, guanxi.level_code(c.level) AS level_code, guanxi.level_zh(c.level) AS level_zh,
    nullif(coalesce(c.level_since, c.first_seen_at), '-infinity') AS level_since,
    coalesce(c.orders, 0) AS orders, coalesce(c.spent, 0) AS spent, c.first_order_at, c.last_order_at,
    coalesce(c.purchase_days, 0) AS purchase_days, coalesce(c.referrals, 0) AS referrals,
    (SELECT count(*)
        FROM guanxi.timeline AS t
        WHERE t.customer_id = c.customer_id AND t.type = 7
            AND (t.occurred_at AT TIME ZONE (SELECT p.time_zone FROM guanxi.policy AS p))::date
                BETWEEN coalesce((SELECT w.first_day FROM guanxi.v_rfm_window AS w), '-infinity')
                AND (SELECT w.last_day FROM guanxi.v_rfm_window AS w)) AS f,
    (SELECT greatest(least(coalesce(sum(CASE t.type WHEN 7 THEN t.amount ELSE -t.amount END), 0),
                9223372036854775807), -9223372036854775808)::bigint
        FROM guanxi.timeline AS t
        WHERE t.customer_id = c.customer_id AND t.type IN (7, 9)
            AND (t.occurred_at AT TIME ZONE (SELECT p.time_zone FROM guanxi.policy AS p))::date
                BETWEEN coalesce((SELECT w.first_day FROM guanxi.v_rfm_window AS w), '-infinity')
                AND (SELECT w.last_day FROM guanxi.v_rfm_window AS w)) AS m,
    (SELECT count(*)
        FROM guanxi.reminder AS r
        WHERE r.customer_id = c.customer_id AND r.status = 0) AS open_reminders,
    EXISTS (SELECT
        FROM guanxi.reminder AS r
        WHERE r.customer_id = c.customer_id AND r.status = 0 AND r.at_risk) AS at_risk,
    c.as_of, lpad(to_hex(c.policy), 16, '0') AS policy
FROM guanxi.customer AS c
WHERE c.first_seen_at IS NOT NULL;
COMMENT ON VIEW guanxi.v_customer IS 'Customers, as they stand at as_of';
COMMENT ON COLUMN guanxi.v_customer.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_customer.first_seen_at IS 'The first event';
COMMENT ON COLUMN guanxi.v_customer.last_contact_at IS 'The last contact of either side';
COMMENT ON COLUMN guanxi.v_customer.last_inbound_at IS 'The last time the customer came to us';
COMMENT ON COLUMN guanxi.v_customer.last_outbound_at IS 'The last time we went to the customer';
COMMENT ON COLUMN guanxi.v_customer.rhythm IS 'Steady outbound contacts in a row, one a calendar day';
COMMENT ON COLUMN guanxi.v_customer.unanswered_at IS 'Since when the customer waits for an answer';
COMMENT ON COLUMN guanxi.v_customer.unfollowed_at IS 'The first order nobody has followed up';
COMMENT ON COLUMN guanxi.v_customer.followed_up_at IS 'The last follow-up of an order';
COMMENT ON COLUMN guanxi.v_customer.warmth IS 'Decayed sum of points at warmth_at';
COMMENT ON COLUMN guanxi.v_customer.warmth_at IS 'The instant of warmth; it halves every half_life';
COMMENT ON COLUMN guanxi.v_customer.level IS 'Relationship level, 1 to 4';
COMMENT ON COLUMN guanxi.v_customer.level_code IS 'basic, reactive, accountable or proactive';
COMMENT ON COLUMN guanxi.v_customer.level_zh IS 'Its Chinese name';
COMMENT ON COLUMN guanxi.v_customer.level_since IS 'The last step of the level, else first_seen_at';
COMMENT ON COLUMN guanxi.v_customer.orders IS 'Orders ever';
COMMENT ON COLUMN guanxi.v_customer.spent IS 'Orders less refunds ever, minor units';
COMMENT ON COLUMN guanxi.v_customer.first_order_at IS 'The first order';
COMMENT ON COLUMN guanxi.v_customer.last_order_at IS 'The last order';
COMMENT ON COLUMN guanxi.v_customer.purchase_days IS 'Calendar days with an order';
COMMENT ON COLUMN guanxi.v_customer.referrals IS 'Referrals given';
COMMENT ON COLUMN guanxi.v_customer.f IS 'Orders in the window (v_rfm_window)';
COMMENT ON COLUMN guanxi.v_customer.m IS 'Orders less refunds in the window, minor units';
COMMENT ON COLUMN guanxi.v_customer.open_reminders IS 'Reminders that are open';
COMMENT ON COLUMN guanxi.v_customer.at_risk IS 'An open reminder has reached its fourth notice';
COMMENT ON COLUMN guanxi.v_customer.as_of IS 'The latest instant that is in these figures';
COMMENT ON COLUMN guanxi.v_customer.policy IS 'Fingerprint of the policy they were made under';

CREATE VIEW guanxi.v_level_change AS
SELECT l.customer_id, l.at, l.from_level, l.to_level,
    (ARRAY['event', 'warmth', 'evidence'])[l.cause + 1] AS cause, l.source, l.event_id
FROM guanxi.level_change AS l;
COMMENT ON VIEW guanxi.v_level_change IS 'Every step of a level, with its reason';
COMMENT ON COLUMN guanxi.v_level_change.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_level_change.at IS 'When';
COMMENT ON COLUMN guanxi.v_level_change.from_level IS 'Level before';
COMMENT ON COLUMN guanxi.v_level_change.to_level IS 'Level after';
COMMENT ON COLUMN guanxi.v_level_change.cause IS 'event, warmth or evidence';
COMMENT ON COLUMN guanxi.v_level_change.source IS 'Source of the event applied at that instant, if any';
COMMENT ON COLUMN guanxi.v_level_change.event_id IS 'Id of that event';

CREATE VIEW guanxi.v_reminder AS
SELECT r.reminder_id, r.customer_id, guanxi.reminder_kind_code(r.kind) AS kind, r.anchor::text AS anchor,
    r.due_at, r.opened_at, r.notices,
    (ARRAY['open', 'done', 'moot', 'dismissed'])[r.status + 1] AS status,
    r.closed_at, r.closed_source AS closed_by_source, r.closed_event AS closed_by_event,
    r.acknowledged_at, r.snoozed_until, r.at_risk
FROM guanxi.reminder AS r;
COMMENT ON VIEW guanxi.v_reminder IS 'Reminders that were opened';
COMMENT ON COLUMN guanxi.v_reminder.reminder_id IS 'UUIDv5 of customer, kind and anchor';
COMMENT ON COLUMN guanxi.v_reminder.customer_id IS 'The customer to be cared for';
COMMENT ON COLUMN guanxi.v_reminder.kind IS 'cadence, response or aftersale';
COMMENT ON COLUMN guanxi.v_reminder.anchor IS 'What it counts from, as in its id: microseconds since 1970';
COMMENT ON COLUMN guanxi.v_reminder.due_at IS 'When it was due';
COMMENT ON COLUMN guanxi.v_reminder.opened_at IS 'When it opened, with notice 1';
COMMENT ON COLUMN guanxi.v_reminder.notices IS 'Notices so far';
COMMENT ON COLUMN guanxi.v_reminder.status IS 'open, done, moot or dismissed';
COMMENT ON COLUMN guanxi.v_reminder.closed_at IS 'When it was closed';
COMMENT ON COLUMN guanxi.v_reminder.closed_by_source IS 'Source of the event that closed it, if one did';
COMMENT ON COLUMN guanxi.v_reminder.closed_by_event IS 'Id of that event';
COMMENT ON COLUMN guanxi.v_reminder.acknowledged_at IS 'Since when somebody has it in hand';
COMMENT ON COLUMN guanxi.v_reminder.snoozed_until IS 'Until when it was put off';
COMMENT ON COLUMN guanxi.v_reminder.at_risk IS 'Marked by its fourth notice';

CREATE VIEW guanxi.v_notice AS
SELECT n.reminder_id, n.notice, n.at,
    (ARRAY['owner', 'manager', 'owner,manager'])[n.recipients] AS recipients,
    (ARRAY['held', 'held', 'published', 'suppressed'])[n.state + 1] AS state, n.published_at
FROM guanxi.notice AS n;
COMMENT ON VIEW guanxi.v_notice IS 'Notices of reminders';
COMMENT ON COLUMN guanxi.v_notice.reminder_id IS 'The reminder';
COMMENT ON COLUMN guanxi.v_notice.notice IS 'Number of the notice, from 1';
COMMENT ON COLUMN guanxi.v_notice.at IS 'Its instant';
COMMENT ON COLUMN guanxi.v_notice.recipients IS 'owner, manager or owner,manager';
COMMENT ON COLUMN guanxi.v_notice.state IS 'held (also: on its way), published or suppressed';
COMMENT ON COLUMN guanxi.v_notice.published_at IS 'When Kafka had it';

CREATE VIEW guanxi.v_upcoming AS
SELECT c.customer_id, guanxi.reminder_kind_code(c.next_kind) AS kind, c.next_due_at AS due_at
FROM guanxi.customer AS c
WHERE c.next_due_at IS NOT NULL AND c.first_seen_at IS NOT NULL;
COMMENT ON VIEW guanxi.v_upcoming IS 'The next reminder of each customer if nothing happens';
COMMENT ON COLUMN guanxi.v_upcoming.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_upcoming.kind IS 'cadence, response or aftersale';
COMMENT ON COLUMN guanxi.v_upcoming.due_at IS 'When it is due';

CREATE VIEW guanxi.v_timeline AS
SELECT t.customer_id, t.occurred_at, t.recorded_at, t.source, t.event_id, e.name AS type,
    (ARRAY['inbound', 'outbound', 'both'])[t.side] AS direction, t.points, t.amount,
    CASE
        WHEN t.type IN (7, 8, 9) THEN guanxi.data_text(t.data, 'order_id')
        WHEN t.type IN (19, 20, 21) THEN guanxi.data_text(t.data, 'promise_id')
        WHEN t.type = 35 THEN guanxi.data_text(t.data, 'into')
        WHEN t.type = 36 THEN guanxi.data_text(t.data, 'customer')
        WHEN t.type IN (38, 39, 40) THEN guanxi.data_text(t.data, 'reminder_id')
    END AS ref,
    coalesce(t.recorded_as, t.customer_id) AS recorded_as, l.topic, l.partition, t."offset"
FROM guanxi.timeline AS t
    LEFT JOIN guanxi.event_type AS e ON e.type_id = t.type
    LEFT JOIN guanxi.lane AS l ON l.lane_id = t.lane_id;
COMMENT ON VIEW guanxi.v_timeline IS 'Every event applied';
COMMENT ON COLUMN guanxi.v_timeline.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_timeline.occurred_at IS 'Time of the event';
COMMENT ON COLUMN guanxi.v_timeline.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN guanxi.v_timeline.source IS 'Source of the event';
COMMENT ON COLUMN guanxi.v_timeline.event_id IS 'Id of the event';
COMMENT ON COLUMN guanxi.v_timeline.type IS 'Type without the prefix';
COMMENT ON COLUMN guanxi.v_timeline.direction IS 'Side of the contact: inbound, outbound, both; null: none';
COMMENT ON COLUMN guanxi.v_timeline.points IS 'What it adds to warmth at its time';
COMMENT ON COLUMN guanxi.v_timeline.amount IS 'Minor units; null: the type has none';
COMMENT ON COLUMN guanxi.v_timeline.ref IS 'The order, promise, reminder or other customer it names';
COMMENT ON COLUMN guanxi.v_timeline.recorded_as IS 'Subject under which it came';
COMMENT ON COLUMN guanxi.v_timeline.topic IS 'Topic it came from';
COMMENT ON COLUMN guanxi.v_timeline.partition IS 'Partition';
COMMENT ON COLUMN guanxi.v_timeline."offset" IS 'Offset';

CREATE VIEW guanxi.v_lane AS
SELECT l.topic, l.partition, l.next_offset, l.end_offset, l.epoch, l.lane_time, l.owner, l.state, l.reason,
    l.last_commit_at
FROM guanxi.lane AS l;
COMMENT ON VIEW guanxi.v_lane IS 'Lanes: partitions of topics, and how far each has come';
COMMENT ON COLUMN guanxi.v_lane.topic IS 'Topic, or import:<name>';
COMMENT ON COLUMN guanxi.v_lane.partition IS 'Partition';
COMMENT ON COLUMN guanxi.v_lane.next_offset IS 'The first offset not yet taken';
COMMENT ON COLUMN guanxi.v_lane.end_offset IS 'End of the partition as last seen';
COMMENT ON COLUMN guanxi.v_lane.epoch IS 'How often the lane was claimed';
COMMENT ON COLUMN guanxi.v_lane.lane_time IS 'How far it has come in the time of events';
COMMENT ON COLUMN guanxi.v_lane.owner IS 'The instance that reads it; null: none';
COMMENT ON COLUMN guanxi.v_lane.state IS 'running or halted';
COMMENT ON COLUMN guanxi.v_lane.reason IS 'Why it is halted';
COMMENT ON COLUMN guanxi.v_lane.last_commit_at IS 'Last batch committed';

CREATE VIEW guanxi.v_quarantine AS
SELECT q.quarantine_id, q.topic, q.partition, q."offset", q.reason, q.detail, q.key, q.payload, q.source,
    q.event_id, q.type, q.subject, q.state, q.at, q.resolved_at
FROM guanxi.quarantine AS q;
COMMENT ON VIEW guanxi.v_quarantine IS 'Records that could not be applied';
COMMENT ON COLUMN guanxi.v_quarantine.quarantine_id IS 'Number for guanxid quarantine show and retry';
COMMENT ON COLUMN guanxi.v_quarantine.topic IS 'Topic it stands in';
COMMENT ON COLUMN guanxi.v_quarantine.partition IS 'Partition';
COMMENT ON COLUMN guanxi.v_quarantine."offset" IS 'Offset';
COMMENT ON COLUMN guanxi.v_quarantine.reason IS 'Code of the reason';
COMMENT ON COLUMN guanxi.v_quarantine.detail IS 'What and where';
COMMENT ON COLUMN guanxi.v_quarantine.key IS 'Key of the record';
COMMENT ON COLUMN guanxi.v_quarantine.payload IS 'Its value';
COMMENT ON COLUMN guanxi.v_quarantine.source IS 'Source of the event, where it could be read';
COMMENT ON COLUMN guanxi.v_quarantine.event_id IS 'Id, where it could be read';
COMMENT ON COLUMN guanxi.v_quarantine.type IS 'Type, where it could be read';
COMMENT ON COLUMN guanxi.v_quarantine.subject IS 'Subject, where it could be read';
COMMENT ON COLUMN guanxi.v_quarantine.state IS 'held, applied or discarded';
COMMENT ON COLUMN guanxi.v_quarantine.at IS 'When it was put there';
COMMENT ON COLUMN guanxi.v_quarantine.resolved_at IS 'When it was applied or discarded';
