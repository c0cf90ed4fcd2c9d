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

CREATE FUNCTION guanxi.level_cause_code(cause smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['event', 'warmth', 'evidence'])[cause + 1];
COMMENT ON FUNCTION guanxi.level_cause_code IS 'Code of the cause of a step of the level';

CREATE FUNCTION guanxi.stage_code(stage smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['ended', 'stranger', 'established', 'evaluating', 'growing', 'mature'])[stage + 1];
COMMENT ON FUNCTION guanxi.stage_code IS 'Code of a stage of life';

CREATE FUNCTION guanxi.stage_zh(stage smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['终止', '陌生期', '建立期', '考察期', '成长期', '成熟期'])[stage + 1];
COMMENT ON FUNCTION guanxi.stage_zh IS 'Chinese name of a stage of life';

CREATE FUNCTION guanxi.phase_code(phase smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['none', 'plan', 'relation', 'maintain'])[phase + 1];
COMMENT ON FUNCTION guanxi.phase_code IS 'Code of a PRAM phase';

CREATE FUNCTION guanxi.tier_code(tier smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['ordinary', 'rising', 'star', 'fading'])[tier];
COMMENT ON FUNCTION guanxi.tier_code IS 'Code of a tier; null: none yet';

CREATE FUNCTION guanxi.customer_kind_code(kind smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['person', 'organization'])[kind];
COMMENT ON FUNCTION guanxi.customer_kind_code IS 'Code of a kind of customer; null: unknown';

CREATE FUNCTION guanxi.customer_role_code(role smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['consumer', 'intermediary', 'public'])[role];
COMMENT ON FUNCTION guanxi.customer_role_code IS 'Code of the role of a customer; null: unknown';

CREATE FUNCTION guanxi.customer_style_code(style smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['thinker', 'cooperator', 'extrovert', 'authoritarian'])[style];
COMMENT ON FUNCTION guanxi.customer_style_code IS 'Code of the style of a customer; null: unknown';

CREATE FUNCTION guanxi.fitness_code(fitness smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['unknown', 'yes', 'no'])[fitness + 1];
COMMENT ON FUNCTION guanxi.fitness_code IS 'Code of one of the three of fitness';

CREATE FUNCTION guanxi.by_code(side smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['us', 'customer'])[side + 1];
COMMENT ON FUNCTION guanxi.by_code IS 'Code of a side';

CREATE FUNCTION guanxi.objection_code(kind smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['need', 'money', 'authority', 'price', 'product', 'person'])[kind + 1];
COMMENT ON FUNCTION guanxi.objection_code IS 'Code of a kind of objection';

CREATE FUNCTION guanxi.objection_cause_code(cause smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['company', 'customer'])[cause + 1];
COMMENT ON FUNCTION guanxi.objection_cause_code IS 'Code of the cause of an objection';

CREATE FUNCTION guanxi.promise_state_code(state smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['open', 'kept', 'broken', 'lapsed'])[state];
COMMENT ON FUNCTION guanxi.promise_state_code IS 'Code of the state of a promise';

CREATE FUNCTION guanxi.reminder_kind_code(kind smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['cadence', 'response', 'aftersale', 'zone', 'stalled', 'objection', 'renewal', 'promise',
        'overdue', 'thanks'])[kind + 1];
COMMENT ON FUNCTION guanxi.reminder_kind_code IS 'Code of a kind of reminder';

CREATE FUNCTION guanxi.reminder_status_code(status smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (ARRAY['open', 'done', 'moot', 'dismissed'])[status + 1];
COMMENT ON FUNCTION guanxi.reminder_status_code IS 'Code of the status of a reminder';

-- One of the small enumerations that share a column of customer; a null column has none of them.
CREATE FUNCTION guanxi.customer_trait(traits integer, trait text) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (coalesce(traits, 0)
        >> CASE trait WHEN 'phase' THEN 0 WHEN 'premature' THEN 2 WHEN 'tier' THEN 3 WHEN 'target' THEN 6
            WHEN 'kind' THEN 9 WHEN 'role' THEN 11 WHEN 'style' THEN 13 WHEN 'money' THEN 16
            WHEN 'authority' THEN 18 WHEN 'need' THEN 20 WHEN 'ended_by' THEN 22 END
        & CASE WHEN trait IN ('tier', 'target', 'style') THEN 7 WHEN trait = 'premature' THEN 1 ELSE 3 END
        )::smallint;
COMMENT ON FUNCTION guanxi.customer_trait IS 'A trait of a customer by its name';

-- Eight bytes of a packed form, big-endian, are microseconds since 1970.
CREATE FUNCTION guanxi.packed_instant(packed bytea, place integer) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN '1970-01-01 00:00:00+00'::timestamptz + interval '1 microsecond'
        * ('x' || encode(substring(packed FROM place + 1 FOR 8), 'hex'))::bit(64)::bigint;
COMMENT ON FUNCTION guanxi.packed_instant IS 'An instant in the book of a customer, its place counted from 0';

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
SELECT coalesce(min(lane.lane_time) FILTER (WHERE lane.alive), max(lane.lane_time),
        (SELECT max(i.lane_time) FROM guanxi.lane AS i WHERE i.topic LIKE 'import:%')) AS watermark,
    count(*) FILTER (WHERE NOT lane.alive)::integer AS left_out
FROM (
    SELECT l.lane_time,
        least(l.heartbeat_at, l.halted_at) >= max(l.heartbeat_at) OVER ()
            - coalesce((SELECT p.lane_hold FROM guanxi.policy AS p), interval '1 hour') AS alive
    FROM guanxi.lane AS l
    WHERE l.lane_time IS NOT NULL AND l.topic NOT LIKE 'import:%'
) AS lane;
COMMENT ON VIEW guanxi.v_watermark IS 'How far all lanes together have come';
COMMENT ON COLUMN guanxi.v_watermark.watermark IS
    'Least lane time; before the first event, how far an import has brought its customers, or null';
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

-- f, m and whatever other tables tell are worked out only where a query selects them; the window is then
-- found once for the whole query.
CREATE VIEW guanxi.v_customer AS
SELECT c.customer_id, p.name, p.owner, p.manager,
    guanxi.customer_kind_code(guanxi.customer_trait(c.traits, 'kind')) AS kind,
    guanxi.customer_role_code(guanxi.customer_trait(c.traits, 'role')) AS role,
    guanxi.customer_style_code(guanxi.customer_trait(c.traits, 'style')) AS style, p.channel,
    guanxi.fitness_code(guanxi.customer_trait(c.traits, 'money')) AS fit_money,
    guanxi.fitness_code(guanxi.customer_trait(c.traits, 'authority')) AS fit_authority,
    guanxi.fitness_code(guanxi.customer_trait(c.traits, 'need')) AS fit_need,
    2 IN (guanxi.customer_trait(c.traits, 'money'), guanxi.customer_trait(c.traits, 'authority'),
            guanxi.customer_trait(c.traits, 'need'))
        OR EXISTS (SELECT
            FROM guanxi.objection AS o
            WHERE o.customer_id = c.customer_id AND o.kind = 0 AND o.cause = 1
                AND o.resolved_at IS NULL) AS unfit,
    c.first_seen_at,
    nullif(coalesce(c.last_contact_at, c.as_of), '-infinity') AS last_contact_at,
    c.last_inbound_at, c.last_outbound_at, coalesce(c.rhythm, 0) AS rhythm,
    c.unanswered_at, c.unfollowed_at, c.followed_up_at,
    c.warmth, nullif(coalesce(c.warmth_at, c.as_of), '-infinity') AS warmth_at,
    c.level, guanxi.level_code(c.level) AS level_code, guanxi.level_zh(c.level) AS level_zh,
    nullif(coalesce(c.level_since, c.first_seen_at), '-infinity') AS level_since,
    nullif(guanxi.customer_trait(c.traits, 'target'), 0) AS target_level,
    CASE sign(c.level - nullif(guanxi.customer_trait(c.traits, 'target'), 0))
        WHEN -1 THEN 'under' WHEN 0 THEN 'in' WHEN 1 THEN 'over' END AS zone,
    guanxi.tier_code(guanxi.customer_trait(c.traits, 'tier')) AS tier,
    CASE WHEN c.first_order_at IS NOT NULL THEN (SELECT v.abc::text
        FROM guanxi.rank AS r
            JOIN guanxi.value AS v ON v.as_of = r.as_of AND v.customer_id = c.customer_id
        WHERE r.epoch >= coalesce((SELECT u.epoch
            FROM guanxi.unranked AS u
            WHERE u.customer_id = c.customer_id), 0)
        ORDER BY r.as_of DESC
        LIMIT 1) END AS abc,
    c.stage, guanxi.stage_code(c.stage) AS stage_code, guanxi.stage_zh(c.stage) AS stage_zh,
    nullif(coalesce(c.stage_since, c.first_seen_at), '-infinity') AS stage_since,
    guanxi.by_code((guanxi.customer_trait(c.traits, 'ended_by') - 1)::smallint) AS ended_by,
    CASE WHEN c.stage = 0 THEN (SELECT guanxi.data_text(t.data, 'reason')
        FROM (SELECT s.source, s.event_id, s.at
                FROM guanxi.transition AS s
                WHERE s.customer_id = c.customer_id AND s.kind = 1
                ORDER BY s.n DESC
                LIMIT 1) AS s
            JOIN guanxi.timeline AS t
                ON t.customer_id = c.customer_id AND t.source = s.source AND t.event_id = s.event_id
        WHERE t.type = 31 AND t.occurred_at = s.at
        ORDER BY coalesce(nullif(t.recorded_as, ''), t.customer_id)
        LIMIT 1) END AS ended_reason,
    coalesce(c.pram_cycle, 0) AS pram_cycle,
    guanxi.phase_code(guanxi.customer_trait(c.traits, 'phase')) AS pram_phase,
    guanxi.customer_trait(c.traits, 'premature') = 1 AS premature, c.agreement_at, c.agreement_until,
    coalesce(c.orders, 0) AS orders, coalesce(c.spent, 0) AS spent, c.first_order_at, c.last_order_at,
    coalesce(c.purchase_days, 0) AS purchase_days, coalesce(c.referrals, 0) AS referrals,
    (SELECT count(t.amount)
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
    (SELECT avg((w.state = 2)::integer)::double precision
        FROM guanxi.promise AS w
        WHERE w.customer_id = c.customer_id AND w.by = 0 AND w.state IN (2, 3)) AS keep_rate_us,
    (SELECT avg((w.state = 2)::integer)::double precision
        FROM guanxi.promise AS w
        WHERE w.customer_id = c.customer_id AND w.by = 1 AND w.state IN (2, 3)) AS keep_rate_customer,
    (SELECT count(*)
        FROM guanxi.reminder AS r
        WHERE r.customer_id = c.customer_id AND r.status = 0) AS open_reminders,
    EXISTS (SELECT
        FROM guanxi.reminder AS r
        WHERE r.customer_id = c.customer_id AND r.status = 0 AND r.at_risk) AS at_risk,
    c.as_of, lpad(to_hex(c.policy), 16, '0') AS policy
FROM guanxi.customer AS c
    LEFT JOIN guanxi.profile AS p ON p.customer_id = c.customer_id
WHERE c.first_seen_at IS NOT NULL;
COMMENT ON VIEW guanxi.v_customer IS 'Customers, as they stand at as_of';
COMMENT ON COLUMN guanxi.v_customer.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_customer.name IS 'What the customer is called';
COMMENT ON COLUMN guanxi.v_customer.owner IS 'Who looks after the customer';
COMMENT ON COLUMN guanxi.v_customer.manager IS 'Whom reminders escalate to';
COMMENT ON COLUMN guanxi.v_customer.kind IS 'person or organization; null: unknown';
COMMENT ON COLUMN guanxi.v_customer.role IS 'consumer, intermediary or public; null: unknown';
COMMENT ON COLUMN guanxi.v_customer.style IS
    'thinker, cooperator, extrovert or authoritarian; null: unknown';
COMMENT ON COLUMN guanxi.v_customer.channel IS 'The channel the customer prefers';
COMMENT ON COLUMN guanxi.v_customer.fit_money IS 'Whether the customer can pay: yes, no or unknown';
COMMENT ON COLUMN guanxi.v_customer.fit_authority IS 'Whether the customer may decide: yes, no or unknown';
COMMENT ON COLUMN guanxi.v_customer.fit_need IS 'Whether the customer has the need: yes, no or unknown';
COMMENT ON COLUMN guanxi.v_customer.unfit IS
    'One of the three is no, or the customer says that there is no need: care has stopped';
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
COMMENT ON COLUMN guanxi.v_customer.target_level IS 'Level that the value of the customer asks for';
COMMENT ON COLUMN guanxi.v_customer.zone IS
    'The level against its target: under, in or over; null: no target yet';
COMMENT ON COLUMN guanxi.v_customer.tier IS 'ordinary, rising, star or fading; null: never ranked';
COMMENT ON COLUMN guanxi.v_customer.abc IS
    'A, B or C by the last rank that held the customer; null: none did, or none since a merge or unmerge';
COMMENT ON COLUMN guanxi.v_customer.stage IS 'Stage of life, 1 to 5; 0: ended';
COMMENT ON COLUMN guanxi.v_customer.stage_code IS
    'ended, stranger, established, evaluating, growing or mature';
COMMENT ON COLUMN guanxi.v_customer.stage_zh IS 'Its Chinese name';
COMMENT ON COLUMN guanxi.v_customer.stage_since IS 'When the stage was entered';
COMMENT ON COLUMN guanxi.v_customer.ended_by IS 'Who ended the relationship: us or customer';
COMMENT ON COLUMN guanxi.v_customer.ended_reason IS 'Why, if that was said';
COMMENT ON COLUMN guanxi.v_customer.pram_cycle IS 'Number of the PRAM cycle; 0: none yet';
COMMENT ON COLUMN guanxi.v_customer.pram_phase IS 'none, plan, relation or maintain';
COMMENT ON COLUMN guanxi.v_customer.premature IS 'The cycle came to its agreement without a relation';
COMMENT ON COLUMN guanxi.v_customer.agreement_at IS 'The last agreement, unless it was ended';
COMMENT ON COLUMN guanxi.v_customer.agreement_until IS 'Until when it runs, if that was said';
COMMENT ON COLUMN guanxi.v_customer.orders IS 'Orders ever';
COMMENT ON COLUMN guanxi.v_customer.spent IS 'Orders less refunds ever, minor units';
COMMENT ON COLUMN guanxi.v_customer.first_order_at IS 'The first order';
COMMENT ON COLUMN guanxi.v_customer.last_order_at IS 'The last order';
COMMENT ON COLUMN guanxi.v_customer.purchase_days IS 'Calendar days with an order';
COMMENT ON COLUMN guanxi.v_customer.referrals IS 'Referrals given';
COMMENT ON COLUMN guanxi.v_customer.f IS 'Orders in the window (v_rfm_window)';
COMMENT ON COLUMN guanxi.v_customer.m IS 'Orders less refunds in the window, minor units';
COMMENT ON COLUMN guanxi.v_customer.keep_rate_us IS
    'Of our promises that had an outcome those kept, 0 to 1; null: none had';
COMMENT ON COLUMN guanxi.v_customer.keep_rate_customer IS 'The same of the promises of the customer';
COMMENT ON COLUMN guanxi.v_customer.open_reminders IS 'Reminders that are open';
COMMENT ON COLUMN guanxi.v_customer.at_risk IS 'An open reminder has reached its fourth notice';
COMMENT ON COLUMN guanxi.v_customer.as_of IS 'The latest instant that is in these figures';
COMMENT ON COLUMN guanxi.v_customer.policy IS 'Fingerprint of the policy they were made under';

CREATE VIEW guanxi.v_level_change AS
SELECT s.customer_id, s.at, s.from_state AS from_level, s.to_state AS to_level,
    guanxi.level_cause_code(s.detail::smallint) AS cause, s.source, s.event_id
FROM guanxi.transition AS s
WHERE s.kind = 0;
COMMENT ON VIEW guanxi.v_level_change IS 'Every step of a level, with its reason';
COMMENT ON COLUMN guanxi.v_level_change.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_level_change.at IS 'When';
COMMENT ON COLUMN guanxi.v_level_change.from_level IS 'Level before';
COMMENT ON COLUMN guanxi.v_level_change.to_level IS 'Level after';
COMMENT ON COLUMN guanxi.v_level_change.cause IS 'event, warmth or evidence';
COMMENT ON COLUMN guanxi.v_level_change.source IS 'Source of the event applied at that instant, if any';
COMMENT ON COLUMN guanxi.v_level_change.event_id IS 'Id of that event';

CREATE VIEW guanxi.v_stage_change AS
SELECT s.customer_id, s.at, (s.from_state + w.step)::smallint AS from_stage,
    (CASE WHEN s.detail & 2 = 2 THEN s.from_state + w.step + 1 ELSE s.to_state END)::smallint AS to_stage,
    s.detail & 1 = 1 OR (s.detail & 2 = 2 AND s.from_state + w.step + 1 < s.to_state) AS implied,
    s.source, s.event_id
FROM guanxi.transition AS s
    CROSS JOIN LATERAL generate_series(0, CASE WHEN s.detail & 2 = 2 THEN s.to_state - s.from_state - 1 ELSE 0 END)
        AS w (step)
WHERE s.kind = 1;
COMMENT ON VIEW guanxi.v_stage_change IS 'Every step of a stage of life';
COMMENT ON COLUMN guanxi.v_stage_change.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_stage_change.at IS 'When';
COMMENT ON COLUMN guanxi.v_stage_change.from_stage IS 'Stage before, 1 to 5; 0: ended';
COMMENT ON COLUMN guanxi.v_stage_change.to_stage IS 'Stage after';
COMMENT ON COLUMN guanxi.v_stage_change.implied IS 'It was passed on the way to a further one';
COMMENT ON COLUMN guanxi.v_stage_change.source IS 'Source of the event applied at that instant, if any';
COMMENT ON COLUMN guanxi.v_stage_change.event_id IS 'Id of that event';

CREATE VIEW guanxi.v_pram_change AS
SELECT s.customer_id, s.at, s.detail >> 1 AS cycle, guanxi.phase_code(s.to_state) AS phase,
    s.detail & 1 = 1 AS premature
FROM guanxi.transition AS s
WHERE s.kind = 2;
COMMENT ON VIEW guanxi.v_pram_change IS 'Every change of the PRAM phase';
COMMENT ON COLUMN guanxi.v_pram_change.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_pram_change.at IS 'When';
COMMENT ON COLUMN guanxi.v_pram_change.cycle IS 'Number of the cycle';
COMMENT ON COLUMN guanxi.v_pram_change.phase IS 'Phase after: none, plan, relation or maintain';
COMMENT ON COLUMN guanxi.v_pram_change.premature IS 'The cycle came to its agreement without a relation';

CREATE VIEW guanxi.v_tier_change AS
SELECT s.customer_id, s.at, guanxi.tier_code(s.from_state) AS from_tier,
    guanxi.tier_code(s.to_state) AS to_tier, nullif(s.detail >> 3, 0)::smallint AS from_target,
    nullif(s.detail & 7, 0)::smallint AS to_target
FROM guanxi.transition AS s
WHERE s.kind = 3;
COMMENT ON VIEW guanxi.v_tier_change IS 'Every change of a tier or a target level';
COMMENT ON COLUMN guanxi.v_tier_change.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_tier_change.at IS 'When';
COMMENT ON COLUMN guanxi.v_tier_change.from_tier IS 'Tier before; null: never ranked';
COMMENT ON COLUMN guanxi.v_tier_change.to_tier IS 'Tier after: ordinary, rising, star or fading';
COMMENT ON COLUMN guanxi.v_tier_change.from_target IS 'Target level before; null: never ranked';
COMMENT ON COLUMN guanxi.v_tier_change.to_target IS 'Target level after';

CREATE VIEW guanxi.v_promise AS
SELECT p.customer_id, p.promise_id, guanxi.by_code(p.by) AS by, p.about, p.made_at, p.due_at,
    guanxi.promise_state_code(p.state) AS state, p.outcome_at
FROM guanxi.promise AS p;
COMMENT ON VIEW guanxi.v_promise IS 'Promises of both sides';
COMMENT ON COLUMN guanxi.v_promise.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_promise.promise_id IS 'Id of the promise, unique with its customer';
COMMENT ON COLUMN guanxi.v_promise.by IS 'Who promised: us or customer';
COMMENT ON COLUMN guanxi.v_promise.about IS 'What, if that was said';
COMMENT ON COLUMN guanxi.v_promise.made_at IS 'When; null: only its outcome is known';
COMMENT ON COLUMN guanxi.v_promise.due_at IS 'Until when; null: only its outcome is known';
COMMENT ON COLUMN guanxi.v_promise.state IS 'open, kept, broken or lapsed';
COMMENT ON COLUMN guanxi.v_promise.outcome_at IS 'When it was kept, broken or lapsed';

CREATE VIEW guanxi.v_objection AS
SELECT o.customer_id, guanxi.objection_code(o.kind) AS kind, guanxi.objection_cause_code(o.cause) AS cause,
    o.raised_at, o.resolved_at
FROM guanxi.objection AS o;
COMMENT ON VIEW guanxi.v_objection IS 'Objections that customers raised';
COMMENT ON COLUMN guanxi.v_objection.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_objection.kind IS 'need, money, authority, price, product or person';
COMMENT ON COLUMN guanxi.v_objection.cause IS 'Where it lies: company or customer';
COMMENT ON COLUMN guanxi.v_objection.raised_at IS 'When it was raised first';
COMMENT ON COLUMN guanxi.v_objection.resolved_at IS 'When it was resolved; null: it is open';

-- The book of a customer begins with the number of marks, each an item and its instant. Items that the policy
-- in force does not have have no name and are left out.
CREATE VIEW guanxi.v_checklist AS
SELECT c.customer_id, i.list, i.item, guanxi.packed_instant(c.book, 2 + 9 * n) AS marked_at
FROM guanxi.customer AS c
    CROSS JOIN LATERAL generate_series(0, get_byte(c.book, 0) - 1) AS n
    JOIN guanxi.checklist_item AS i ON i.bit = get_byte(c.book, 1 + 9 * n)
WHERE c.first_seen_at IS NOT NULL;
COMMENT ON VIEW guanxi.v_checklist IS 'Items of checklists that are marked';
COMMENT ON COLUMN guanxi.v_checklist.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_checklist.list IS 'The list';
COMMENT ON COLUMN guanxi.v_checklist.item IS 'The item';
COMMENT ON COLUMN guanxi.v_checklist.marked_at IS 'The first event that marked it';

CREATE VIEW guanxi.v_reminder AS
SELECT r.reminder_id, r.customer_id, guanxi.reminder_kind_code(r.kind) AS kind,
    coalesce(r.promise_id, r.anchor::text) AS anchor, r.due_at, r.opened_at, r.notices,
    guanxi.reminder_status_code(r.status) AS status, r.closed_at, r.closed_source AS closed_by_source,
    r.closed_event AS closed_by_event, r.acknowledged_at, r.snoozed_until, r.at_risk
FROM guanxi.reminder AS r;
COMMENT ON VIEW guanxi.v_reminder IS 'Reminders that were opened';
COMMENT ON COLUMN guanxi.v_reminder.reminder_id IS 'UUIDv5 of customer, kind and anchor';
COMMENT ON COLUMN guanxi.v_reminder.customer_id IS 'The customer to be cared for';
COMMENT ON COLUMN guanxi.v_reminder.kind IS
    'cadence, response, aftersale, zone, stalled, objection, renewal, promise, overdue or thanks';
COMMENT ON COLUMN guanxi.v_reminder.anchor IS
    'What it is about, as in its id: microseconds since 1970, or the promise_id';
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
COMMENT ON COLUMN guanxi.v_upcoming.kind IS 'Kind of the reminder, as in v_reminder';
COMMENT ON COLUMN guanxi.v_upcoming.due_at IS 'When it is due';

CREATE VIEW guanxi.v_timeline AS
SELECT t.customer_id, t.occurred_at, t.recorded_at, t.source, t.event_id, e.name AS type,
    (ARRAY['inbound', 'outbound', 'both'])[t.side] AS direction, t.points, t.amount,
    CASE
        WHEN t.type IN (7, 8, 9) THEN guanxi.data_text(t.data, 'order_id')
        WHEN t.type IN (19, 20, 21) THEN guanxi.data_text(t.data, 'promise_id')
        WHEN t.type IN (35, 36) THEN t.names
        WHEN t.type IN (38, 39, 40) THEN guanxi.data_text(t.data, 'reminder_id')
    END AS ref,
    coalesce(nullif(t.recorded_as, ''), t.customer_id) AS recorded_as, l.topic, l.partition, t."offset"
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
COMMENT ON COLUMN guanxi.v_timeline.ref IS
    'The order, promise, reminder or other customer it names; null where that customer was erased';
COMMENT ON COLUMN guanxi.v_timeline.recorded_as IS 'Subject under which it came';
COMMENT ON COLUMN guanxi.v_timeline.topic IS 'Topic it came from';
COMMENT ON COLUMN guanxi.v_timeline.partition IS 'Partition';
COMMENT ON COLUMN guanxi.v_timeline."offset" IS 'Offset';

CREATE VIEW guanxi.v_value AS
SELECT v.as_of, v.customer_id, v.recency_days, v.f::bigint AS f, v.m, v.r_score, v.f_score, v.m_score,
    (v.r_score + v.f_score + v.m_score)::smallint AS total, v.rank, r.segments[v.segment] AS segment,
    v.abc::text AS abc, v.clv, guanxi.tier_code(v.tier) AS tier, v.target_level,
    v.x, v.t_x / 7.0::double precision AS t_x, v.t_age / 7.0::double precision AS t_age, v.p_alive, v.expected_orders
FROM guanxi.rank AS r
    JOIN guanxi.value AS v ON v.as_of = r.as_of;
COMMENT ON VIEW guanxi.v_value IS 'What customers are worth, by each rank';
COMMENT ON COLUMN guanxi.v_value.as_of IS 'The calendar day at whose end the customer is valued';
COMMENT ON COLUMN guanxi.v_value.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_value.recency_days IS 'Calendar days since the last order';
COMMENT ON COLUMN guanxi.v_value.f IS 'Orders in the window (model.rfm_window)';
COMMENT ON COLUMN guanxi.v_value.m IS 'Orders less refunds in the window, minor units';
COMMENT ON COLUMN guanxi.v_value.r_score IS 'Score of recency, 1 to 5; null: no order in the window';
COMMENT ON COLUMN guanxi.v_value.f_score IS 'Score of frequency, likewise';
COMMENT ON COLUMN guanxi.v_value.m_score IS 'Score of monetary value, likewise';
COMMENT ON COLUMN guanxi.v_value.total IS 'Sum of the three scores';
COMMENT ON COLUMN guanxi.v_value.rank IS 'Place by total, then m, from 1; null: no order in the window';
COMMENT ON COLUMN guanxi.v_value.segment IS 'Segment by the three scores (model.segments); null: no order in the window';
COMMENT ON COLUMN guanxi.v_value.abc IS 'A, B or C: customers that make 80 %, the next 15 % and the rest of all money';
COMMENT ON COLUMN guanxi.v_value.clv IS 'Customer lifetime value, minor units';
COMMENT ON COLUMN guanxi.v_value.tier IS 'ordinary, rising, star or fading';
COMMENT ON COLUMN guanxi.v_value.target_level IS 'The level to be reached, 1 to 4';
COMMENT ON COLUMN guanxi.v_value.x IS 'BG/NBD: days with an order beyond the first one';
COMMENT ON COLUMN guanxi.v_value.t_x IS 'BG/NBD: weeks from the first of them to the last';
COMMENT ON COLUMN guanxi.v_value.t_age IS 'BG/NBD: weeks from the first of them to as_of';
COMMENT ON COLUMN guanxi.v_value.p_alive IS 'BG/NBD: probability that the customer will buy again; null: no parameters yet (guanxid rank --fit)';
COMMENT ON COLUMN guanxi.v_value.expected_orders IS 'BG/NBD: days with an order expected in 52 weeks; null: no parameters yet';

CREATE VIEW guanxi.v_value_latest AS
SELECT v.as_of, v.customer_id, v.recency_days, v.f, v.m, v.r_score, v.f_score, v.m_score, v.total, v.rank, v.segment,
    v.abc, v.clv, v.tier, v.target_level, v.x, v.t_x, v.t_age, v.p_alive, v.expected_orders
FROM guanxi.v_value AS v
WHERE v.as_of = (SELECT max(r.as_of) FROM guanxi.rank AS r);
COMMENT ON VIEW guanxi.v_value_latest IS 'What customers are worth, by the rank of the latest day';
COMMENT ON COLUMN guanxi.v_value_latest.as_of IS 'The calendar day at whose end the customer is valued';
COMMENT ON COLUMN guanxi.v_value_latest.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_value_latest.recency_days IS 'Calendar days since the last order';
COMMENT ON COLUMN guanxi.v_value_latest.f IS 'Orders in the window (model.rfm_window)';
COMMENT ON COLUMN guanxi.v_value_latest.m IS 'Orders less refunds in the window, minor units';
COMMENT ON COLUMN guanxi.v_value_latest.r_score IS 'Score of recency, 1 to 5; null: no order in the window';
COMMENT ON COLUMN guanxi.v_value_latest.f_score IS 'Score of frequency, likewise';
COMMENT ON COLUMN guanxi.v_value_latest.m_score IS 'Score of monetary value, likewise';
COMMENT ON COLUMN guanxi.v_value_latest.total IS 'Sum of the three scores';
COMMENT ON COLUMN guanxi.v_value_latest.rank IS 'Place by total, then m, from 1; null: no order in the window';
COMMENT ON COLUMN guanxi.v_value_latest.segment IS 'Segment by the three scores (model.segments); null: no order in the window';
COMMENT ON COLUMN guanxi.v_value_latest.abc IS 'A, B or C: customers that make 80 %, the next 15 % and the rest of all money';
COMMENT ON COLUMN guanxi.v_value_latest.clv IS 'Customer lifetime value, minor units';
COMMENT ON COLUMN guanxi.v_value_latest.tier IS 'ordinary, rising, star or fading';
COMMENT ON COLUMN guanxi.v_value_latest.target_level IS 'The level to be reached, 1 to 4';
COMMENT ON COLUMN guanxi.v_value_latest.x IS 'BG/NBD: days with an order beyond the first one';
COMMENT ON COLUMN guanxi.v_value_latest.t_x IS 'BG/NBD: weeks from the first of them to the last';
COMMENT ON COLUMN guanxi.v_value_latest.t_age IS 'BG/NBD: weeks from the first of them to as_of';
COMMENT ON COLUMN guanxi.v_value_latest.p_alive IS 'BG/NBD: probability that the customer will buy again; null: no parameters yet (guanxid rank --fit)';
COMMENT ON COLUMN guanxi.v_value_latest.expected_orders IS 'BG/NBD: days with an order expected in 52 weeks; null: no parameters yet';

-- What warmth is made of, at the instant that the other views speak of as well: the watermark, or the last thing that
-- happened to the customer where that is later. The weights of a customer add up to its warmth then. Where nothing is
-- left worth telling the weight stops short of zero: power() fails on less.
CREATE VIEW guanxi.v_contribution AS
SELECT t.customer_id, t.source, t.event_id, coalesce(nullif(t.recorded_as, ''), t.customer_id) AS recorded_as,
    t.occurred_at, e.name AS type, t.points,
    t.points * power(2::double precision, -least(extract(epoch FROM now.at - t.occurred_at)::double precision
        / extract(epoch FROM p.half_life)::double precision, 900)) AS weight, now.at
FROM guanxi.timeline AS t
    JOIN guanxi.customer AS c ON c.customer_id = t.customer_id
    CROSS JOIN guanxi.policy AS p
    CROSS JOIN LATERAL (SELECT greatest(c.as_of, (SELECT w.watermark FROM guanxi.v_watermark AS w)) AS at) AS now
    LEFT JOIN guanxi.event_type AS e ON e.type_id = t.type
WHERE t.points <> 0 AND c.first_seen_at IS NOT NULL;
COMMENT ON VIEW guanxi.v_contribution IS 'What each event adds to the warmth of its customer';
COMMENT ON COLUMN guanxi.v_contribution.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_contribution.source IS 'Source of the event';
COMMENT ON COLUMN guanxi.v_contribution.event_id IS 'Id of the event';
COMMENT ON COLUMN guanxi.v_contribution.recorded_as IS 'Subject under which it came';
COMMENT ON COLUMN guanxi.v_contribution.occurred_at IS 'Time of the event';
COMMENT ON COLUMN guanxi.v_contribution.type IS 'Type without the prefix';
COMMENT ON COLUMN guanxi.v_contribution.points IS 'What it added then';
COMMENT ON COLUMN guanxi.v_contribution.weight IS 'What is left of them: half is gone every half_life';
COMMENT ON COLUMN guanxi.v_contribution.at IS 'The instant of the weight, one for all rows of a customer';

-- What guanxid explain makes customers of again, so that who may read the views may ask why.
CREATE VIEW guanxi.v_event_type AS
SELECT e.type_id, e.name AS type
FROM guanxi.event_type AS e;
COMMENT ON VIEW guanxi.v_event_type IS 'Types of events by number';
COMMENT ON COLUMN guanxi.v_event_type.type_id IS 'Number, as in v_event';
COMMENT ON COLUMN guanxi.v_event_type.type IS 'Type without the prefix';

CREATE VIEW guanxi.v_event AS
SELECT t.customer_id, t.occurred_at, t.source, t.event_id, t.recorded_as, t.type AS type_id, t.side, t.points, t.amount,
    t.lane_id, t."offset", t.data
FROM guanxi.timeline AS t;
COMMENT ON VIEW guanxi.v_event IS 'Every event applied, as it stands: v_timeline says the same in words';
COMMENT ON COLUMN guanxi.v_event.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.v_event.occurred_at IS 'Time of the event';
COMMENT ON COLUMN guanxi.v_event.source IS 'Source of the event';
COMMENT ON COLUMN guanxi.v_event.event_id IS 'Id of the event';
COMMENT ON COLUMN guanxi.v_event.recorded_as IS 'Subject under which it came; empty: the customer itself';
COMMENT ON COLUMN guanxi.v_event.type_id IS 'Number of its type in v_event_type';
COMMENT ON COLUMN guanxi.v_event.side IS 'The contact it makes: 1 inbound, 2 outbound, 3 both; null: none';
COMMENT ON COLUMN guanxi.v_event.points IS 'What it adds to warmth at its time';
COMMENT ON COLUMN guanxi.v_event.amount IS 'Minor units of the base currency; null: the type has none';
COMMENT ON COLUMN guanxi.v_event.lane_id IS 'Number of the lane it came in; null: none';
COMMENT ON COLUMN guanxi.v_event."offset" IS 'Its offset there';
COMMENT ON COLUMN guanxi.v_event.data IS 'Its data, as they stood';

CREATE VIEW guanxi.v_alias AS
SELECT a.customer_id, a.into_id AS "into", a.at
FROM guanxi.alias AS a;
COMMENT ON VIEW guanxi.v_alias IS 'Customers that were merged into others';
COMMENT ON COLUMN guanxi.v_alias.customer_id IS 'The customer that was merged away';
COMMENT ON COLUMN guanxi.v_alias."into" IS 'The one it was merged into, which may be merged further';
COMMENT ON COLUMN guanxi.v_alias.at IS 'Time of the merge';

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
