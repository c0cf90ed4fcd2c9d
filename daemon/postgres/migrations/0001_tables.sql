-- Tables of guanxi. What other programs read are the views of later migrations; tables may change.
--
-- Customer tables can be distributed by customer_id: each of their unique keys has it, and no foreign key
-- ties one table to another. Texts compare bytewise (COLLATE "C"), as the model does.
-- Fixed-width columns come first, so that no row pays for padding.

CREATE SCHEMA guanxi;
COMMENT ON SCHEMA guanxi IS 'Customer relationships as guanxid keeps them; read the views (v_*)';

CREATE TABLE guanxi.schema_version (
    version integer PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    checksum text COLLATE "C" NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text COLLATE "C" NOT NULL DEFAULT session_user,
    execution_ms integer NOT NULL
);
COMMENT ON TABLE guanxi.schema_version IS 'Migrations applied to this schema, one row each';
COMMENT ON COLUMN guanxi.schema_version.version IS 'Number of the migration';
COMMENT ON COLUMN guanxi.schema_version.name IS 'File name of the migration without .sql';
COMMENT ON COLUMN guanxi.schema_version.checksum IS 'SHA-256 of its text, in hexadecimal';
COMMENT ON COLUMN guanxi.schema_version.applied_at IS 'When it was applied';
COMMENT ON COLUMN guanxi.schema_version.applied_by IS 'The login that applied it';
COMMENT ON COLUMN guanxi.schema_version.execution_ms IS 'How long it took';

-- One row is rewritten by every batch of its lane: half-empty pages and an eager vacuum keep it small.
CREATE TABLE guanxi.lane (
    lane_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    epoch bigint NOT NULL DEFAULT 0,
    anchor_offset bigint NOT NULL DEFAULT -1,
    anchor bigint NOT NULL DEFAULT 0,
    end_offset bigint,
    lane_time timestamptz,
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    halted_at timestamptz,
    last_commit_at timestamptz,
    topic text COLLATE "C" NOT NULL,
    cluster_id text COLLATE "C" NOT NULL DEFAULT '',
    state text COLLATE "C" NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'halted')),
    owner text COLLATE "C",
    reason text COLLATE "C",
    UNIQUE (topic, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE guanxi.lane IS
    'Lanes: one row for each partition of a topic; its cursor is the truth about what was applied';
COMMENT ON COLUMN guanxi.lane.lane_id IS 'Number of the lane, also the home of customers first seen in it';
COMMENT ON COLUMN guanxi.lane.topic IS 'Topic, or import:<name> for rows that came from a file';
COMMENT ON COLUMN guanxi.lane.partition IS 'Partition of the topic';
COMMENT ON COLUMN guanxi.lane.next_offset IS 'The first offset not yet taken';
COMMENT ON COLUMN guanxi.lane.epoch IS 'Counts claims; a write under an older epoch is refused';
COMMENT ON COLUMN guanxi.lane.owner IS 'The instance that claimed the lane; null: nobody';
COMMENT ON COLUMN guanxi.lane.lane_time IS
    'How far the lane has come in the time of events; null: no record yet';
COMMENT ON COLUMN guanxi.lane.cluster_id IS 'Id of the Kafka cluster; empty: unknown';
COMMENT ON COLUMN guanxi.lane.anchor_offset IS 'Offset of the last record taken; -1: none yet';
COMMENT ON COLUMN guanxi.lane.anchor IS 'Digest of that record, by which a recreated topic is noticed';
COMMENT ON COLUMN guanxi.lane.end_offset IS 'End of the partition as last seen; null: never';
COMMENT ON COLUMN guanxi.lane.state IS 'running or halted';
COMMENT ON COLUMN guanxi.lane.reason IS 'Why it is halted';
COMMENT ON COLUMN guanxi.lane.heartbeat_at IS 'Last sign of life of its owner';
COMMENT ON COLUMN guanxi.lane.halted_at IS 'Since when it is halted; null: it runs';
COMMENT ON COLUMN guanxi.lane.last_commit_at IS 'Last batch committed';

CREATE TABLE guanxi.loss (
    loss_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition integer NOT NULL,
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    topic text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL
);
COMMENT ON TABLE guanxi.loss IS 'Records that Kafka lost before they were read, exactly';
COMMENT ON COLUMN guanxi.loss.loss_id IS 'Number of the loss';
COMMENT ON COLUMN guanxi.loss.topic IS 'Topic';
COMMENT ON COLUMN guanxi.loss.partition IS 'Partition';
COMMENT ON COLUMN guanxi.loss.from_offset IS 'First offset lost';
COMMENT ON COLUMN guanxi.loss.to_offset IS 'First offset after the loss';
COMMENT ON COLUMN guanxi.loss.reason IS 'What happened';
COMMENT ON COLUMN guanxi.loss.recorded_at IS 'When it was noticed';

CREATE TABLE guanxi.event_type (
    type_id smallint PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE
);
COMMENT ON TABLE guanxi.event_type IS 'Types of events by number; configured ones from 1000';
COMMENT ON COLUMN guanxi.event_type.type_id IS 'Number, as stored on the timeline';
COMMENT ON COLUMN guanxi.event_type.name IS 'Type without the prefix';

INSERT INTO guanxi.event_type (type_id, name) VALUES
    (1, 'call.completed'), (2, 'call.missed'), (3, 'visit.completed'), (4, 'meeting.completed'),
    (5, 'message.sent'), (6, 'message.received'), (7, 'order.placed'), (8, 'order.delivered'),
    (9, 'order.refunded'), (10, 'cost.incurred'), (11, 'feedback.received'), (12, 'complaint.resolved'),
    (13, 'referral.given'), (14, 'objection.raised'), (15, 'objection.resolved'), (16, 'plan.made'),
    (17, 'agreement.made'), (18, 'agreement.ended'), (19, 'promise.made'), (20, 'promise.kept'),
    (21, 'promise.broken'), (22, 'survey.completed'), (23, 'proposal.submitted'), (24, 'demo.given'),
    (25, 'exchange.held'), (26, 'requirements.analysed'), (27, 'design.submitted'),
    (28, 'evaluation.passed'), (29, 'negotiation.held'), (30, 'contract.signed'),
    (31, 'relationship.ended'), (32, 'relationship.reopened'), (33, 'checklist.marked'),
    (34, 'customer.updated'), (35, 'customer.merged'), (36, 'customer.unmerged'),
    (37, 'customer.erased'), (38, 'reminder.acknowledged'), (39, 'reminder.dismissed'),
    (40, 'reminder.snoozed'), (41, 'guanxi.valued'), (42, 'guanxi.tick');

-- Written once and read by customer; a merge gives rows to another one. Identity is (subject as recorded,
-- source, id). Where the subject is the customer it is not written again. A merge or unmerge stays with whom it took
-- place with, which may be somebody else than its subject means by now: it is found by its subject too, and by the id
-- that it names, which may be erased.
CREATE TABLE guanxi.timeline (
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    points double precision NOT NULL DEFAULT 0,
    "offset" bigint,
    amount bigint,
    lane_id integer,
    type smallint NOT NULL,
    side smallint CHECK (side BETWEEN 1 AND 3),
    customer_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    data text COLLATE "C" NOT NULL,
    recorded_as text COLLATE "C" NOT NULL DEFAULT '',
    names text COLLATE "C",
    winner text COLLATE "C",
    PRIMARY KEY (customer_id, source, event_id, recorded_as)
) WITH (fillfactor = 100);
CREATE INDEX timeline_change ON guanxi.timeline
    (coalesce(nullif(recorded_as, ''), customer_id), source, event_id) WHERE type IN (35, 36);
CREATE INDEX timeline_names ON guanxi.timeline (names) WHERE names IS NOT NULL;
COMMENT ON TABLE guanxi.timeline IS 'Every event applied, all that is needed to make a customer again';
COMMENT ON COLUMN guanxi.timeline.customer_id IS 'The customer whose event it is';
COMMENT ON COLUMN guanxi.timeline.source IS 'Source of the event';
COMMENT ON COLUMN guanxi.timeline.event_id IS 'Id of the event, unique with its source and subject';
COMMENT ON COLUMN guanxi.timeline.occurred_at IS 'Time of the event';
COMMENT ON COLUMN guanxi.timeline.recorded_at IS 'Transaction that recorded it';
COMMENT ON COLUMN guanxi.timeline.type IS 'Type, a number of event_type';
COMMENT ON COLUMN guanxi.timeline.side IS 'The contact it makes: 1 inbound, 2 outbound, 3 both; null: none';
COMMENT ON COLUMN guanxi.timeline.points IS 'What it adds to warmth at its time';
COMMENT ON COLUMN guanxi.timeline.amount IS 'Minor units of the base currency; null: the type has none';
COMMENT ON COLUMN guanxi.timeline.recorded_as IS 'The subject it came under; empty: the customer itself';
COMMENT ON COLUMN guanxi.timeline.names IS
    'Of a merge or unmerge: the other id, as it was told; null: it was erased, and data is a digest. Of others null';
COMMENT ON COLUMN guanxi.timeline.winner IS
    'Of a merge or unmerge: the customer with whom it took place, where that is an alias now; else null';
COMMENT ON COLUMN guanxi.timeline.lane_id IS 'The lane it came in; null: made by guanxid itself';
COMMENT ON COLUMN guanxi.timeline."offset" IS 'Its offset in that lane';
COMMENT ON COLUMN guanxi.timeline.data IS 'Data of the event, the bytes of the JSON object as they stood';
DO $$
BEGIN
    ALTER TABLE guanxi.timeline ALTER COLUMN data SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL; -- a server built without lz4 keeps its default
END
$$;

-- One row a customer, rewritten by most batches. wake_at is lowered at once but raised only after it
-- fired, so most updates change no indexed column and stay within their page (HOT). Short rows are what makes
-- writing them cheap: a count that is null is zero, last_contact_at and warmth_at are as_of where they are
-- null, level_since and stage_since are first_seen_at, and as many messages were issued as there were changes;
-- -infinity there is none. The views give the plain values.
CREATE TABLE guanxi.customer (
    version bigint NOT NULL,
    policy bigint NOT NULL,
    wake_at timestamptz,
    fold_at timestamptz,
    quiet_until timestamptz,
    next_due_at timestamptz,
    as_of timestamptz,
    first_seen_at timestamptz,
    last_contact_at timestamptz,
    last_inbound_at timestamptz,
    last_outbound_at timestamptz,
    unanswered_at timestamptz,
    unfollowed_at timestamptz,
    delivered_at timestamptz,
    followed_up_at timestamptz,
    warmth double precision NOT NULL,
    warmth_at timestamptz,
    level_since timestamptz,
    stage_since timestamptz,
    level_down_at timestamptz,
    care_since timestamptz,
    not_before timestamptz,
    below_since timestamptz,
    agreement_at timestamptz,
    agreement_until timestamptz,
    orders bigint,
    spent bigint,
    first_order_at timestamptz,
    last_order_at timestamptz,
    referrals bigint,
    rhythm integer,
    level_changes integer,
    stage_changes integer,
    pram_changes integer,
    tier_changes integer,
    pram_cycle integer,
    traits integer,
    purchase_days integer,
    level smallint NOT NULL,
    stage smallint NOT NULL,
    home integer NOT NULL,
    level_messages integer,
    stage_messages integer,
    pram_messages integer,
    tier_messages integer,
    next_kind smallint,
    brought smallint,
    customer_id text COLLATE "C" NOT NULL,
    book bytea,
    PRIMARY KEY (customer_id)
) WITH (fillfactor = 70);
CREATE INDEX customer_wake ON guanxi.customer (home, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX customer_fold ON guanxi.customer (home, fold_at) WHERE fold_at IS NOT NULL;
COMMENT ON TABLE guanxi.customer IS 'Customers as they stand at as_of: the fold of their timeline';
COMMENT ON COLUMN guanxi.customer.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.customer.version IS 'Counts writes; each write names the version it read';
COMMENT ON COLUMN guanxi.customer.policy IS 'Fingerprint of the policy that made this state';
COMMENT ON COLUMN guanxi.customer.home IS 'Lane in which it was first seen; divides the sweep';
COMMENT ON COLUMN guanxi.customer.level_messages IS
    'Steps of the level issued for publication so far; null: all';
COMMENT ON COLUMN guanxi.customer.stage_messages IS
    'Steps of the stage issued for publication so far; null: all';
COMMENT ON COLUMN guanxi.customer.pram_messages IS
    'Changes of the PRAM phase issued for publication so far; null: all';
COMMENT ON COLUMN guanxi.customer.tier_messages IS
    'Changes of tier or target issued for publication so far; null: all';
COMMENT ON COLUMN guanxi.customer.wake_at IS 'At or before the next instant at which it changes by itself';
COMMENT ON COLUMN guanxi.customer.fold_at IS 'Marked: to be folded once the watermark is here';
COMMENT ON COLUMN guanxi.customer.quiet_until IS
    'The next fold suppresses notices before this, which a merge brought; null: none';
COMMENT ON COLUMN guanxi.customer.brought IS
    'How the next fold tells of what an import brought: 1 not at all, 2 as late announcements; null: there is nothing';
COMMENT ON COLUMN guanxi.customer.next_kind IS 'Kind of the next reminder if nothing happens';
COMMENT ON COLUMN guanxi.customer.next_due_at IS 'When that one is due';
COMMENT ON COLUMN guanxi.customer.book IS
    'Marks, reminders last opened, what is open of promises and objections, and texts, packed; null: nothing';
COMMENT ON COLUMN guanxi.customer.as_of IS 'the latest instant that was fired or applied';
COMMENT ON COLUMN guanxi.customer.first_seen_at IS 'the first event applied and not ignored';
COMMENT ON COLUMN guanxi.customer.last_contact_at IS 'the last contact of either side';
COMMENT ON COLUMN guanxi.customer.last_inbound_at IS 'the last time the customer came to us';
COMMENT ON COLUMN guanxi.customer.last_outbound_at IS 'the last time we went to the customer';
COMMENT ON COLUMN guanxi.customer.rhythm IS 'steady outbound contacts in a row, one a calendar day';
COMMENT ON COLUMN guanxi.customer.unanswered_at IS 'since when the customer waits for an answer';
COMMENT ON COLUMN guanxi.customer.unfollowed_at IS 'the first order nobody has followed up';
COMMENT ON COLUMN guanxi.customer.delivered_at IS 'the last delivery while unfollowed';
COMMENT ON COLUMN guanxi.customer.followed_up_at IS 'the last follow-up of an order';
COMMENT ON COLUMN guanxi.customer.warmth IS 'decayed sum of points at warmth_at';
COMMENT ON COLUMN guanxi.customer.warmth_at IS
    'the instant at which warmth is valid; moves on events with points';
COMMENT ON COLUMN guanxi.customer.level IS 'relationship level, 1 basic to 4 proactive';
COMMENT ON COLUMN guanxi.customer.level_since IS 'the last step of the level, else first_seen_at';
COMMENT ON COLUMN guanxi.customer.level_down_at IS 'the last step down';
COMMENT ON COLUMN guanxi.customer.level_changes IS 'steps of the level so far';
COMMENT ON COLUMN guanxi.customer.stage IS 'stage of life, 1 stranger to 5 mature, 0 ended';
COMMENT ON COLUMN guanxi.customer.stage_since IS 'when the stage was entered';
COMMENT ON COLUMN guanxi.customer.stage_changes IS 'steps of the stage so far';
COMMENT ON COLUMN guanxi.customer.pram_cycle IS 'number of the PRAM cycle, from 1';
COMMENT ON COLUMN guanxi.customer.pram_changes IS 'changes of the PRAM phase so far';
COMMENT ON COLUMN guanxi.customer.agreement_at IS 'the last agreement, unless it was ended';
COMMENT ON COLUMN guanxi.customer.agreement_until IS 'until when it runs, if that was said';
COMMENT ON COLUMN guanxi.customer.tier_changes IS 'changes of tier or target so far';
COMMENT ON COLUMN guanxi.customer.below_since IS
    'since when the level is under its target without a break';
COMMENT ON COLUMN guanxi.customer.care_since IS
    'the last time the customer was reopened or became fit again';
COMMENT ON COLUMN guanxi.customer.not_before IS
    'a change of intervals or calendars met it: nothing opens before; until the next fold';
COMMENT ON COLUMN guanxi.customer.traits IS 'small enumerations, see CUSTOMER_TRAITS';
COMMENT ON COLUMN guanxi.customer.orders IS 'orders placed';
COMMENT ON COLUMN guanxi.customer.spent IS 'orders less refunds, minor units of the base currency';
COMMENT ON COLUMN guanxi.customer.first_order_at IS 'the first order';
COMMENT ON COLUMN guanxi.customer.last_order_at IS 'the last order';
COMMENT ON COLUMN guanxi.customer.purchase_days IS 'distinct calendar days with an order';
COMMENT ON COLUMN guanxi.customer.referrals IS 'referrals given';

-- Every batch holds this table in ROW SHARE mode and finds the epoch under which it asked what its ids stand for;
-- what changes that holds it in EXCLUSIVE mode and raises the epoch. So no batch brings an id to life that is
-- merged or erased meanwhile. Locks of the table and not of its row: they cost no write, and they queue, where a
-- row would be passed from one sharer to the next while who wants it alone waits.
CREATE TABLE guanxi.identity (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    epoch bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE guanxi.identity IS 'Counts changes of what ids stand for; one row';
COMMENT ON COLUMN guanxi.identity.singleton IS 'Always true: there is one row';
COMMENT ON COLUMN guanxi.identity.epoch IS
    'Merges, unmerges, erasures and readmissions so far; 0: every id is as yet its own customer';
INSERT INTO guanxi.identity DEFAULT VALUES;

CREATE TABLE guanxi.alias (
    at timestamptz NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    into_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id)
);
CREATE INDEX alias_into ON guanxi.alias (into_id);
COMMENT ON TABLE guanxi.alias IS 'Customers that were merged into others; who an id means is at the end of the chain';
COMMENT ON COLUMN guanxi.alias.customer_id IS 'The id that is an alias';
COMMENT ON COLUMN guanxi.alias.into_id IS 'What it was merged into, which may be merged further';
COMMENT ON COLUMN guanxi.alias.at IS 'Time of the merge';

-- Messages are numbered by customer, and a number never comes twice, though the customer comes back. What the last
-- of them said is kept with the counts: whoever comes back is told of from there. The defaults are as of whom nothing
-- is known.
CREATE TABLE guanxi.departed (
    level_messages integer NOT NULL DEFAULT 0,
    stage_messages integer NOT NULL DEFAULT 0,
    pram_messages integer NOT NULL DEFAULT 0,
    tier_messages integer NOT NULL DEFAULT 0,
    merged integer NOT NULL DEFAULT 0,
    unmerged integer NOT NULL DEFAULT 0,
    cycle integer NOT NULL DEFAULT 0,
    home integer NOT NULL,
    level smallint NOT NULL DEFAULT 1,
    stage smallint NOT NULL DEFAULT 1,
    phase smallint NOT NULL DEFAULT 0,
    tier smallint NOT NULL DEFAULT 0,
    target smallint NOT NULL DEFAULT 0,
    customer_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id)
);
COMMENT ON TABLE guanxi.departed IS 'Messages issued for ids that are no customers now, and of merges and unmerges';
COMMENT ON COLUMN guanxi.departed.customer_id IS 'The id';
COMMENT ON COLUMN guanxi.departed.level_messages IS
    'Steps of the level issued while it was a customer; a customer of that id has its own count';
COMMENT ON COLUMN guanxi.departed.stage_messages IS 'Steps of the stage, likewise';
COMMENT ON COLUMN guanxi.departed.pram_messages IS 'Changes of the PRAM phase, likewise';
COMMENT ON COLUMN guanxi.departed.tier_messages IS 'Changes of tier or target, likewise';
COMMENT ON COLUMN guanxi.departed.merged IS 'Merges issued under this id';
COMMENT ON COLUMN guanxi.departed.unmerged IS 'Unmerges issued under this id';
COMMENT ON COLUMN guanxi.departed.home IS
    'Lane that messages of this id are sent with, as long as it lives: only so do they keep their order';
COMMENT ON COLUMN guanxi.departed.level IS 'Level as last told while it was a customer';
COMMENT ON COLUMN guanxi.departed.stage IS 'Stage, likewise';
COMMENT ON COLUMN guanxi.departed.phase IS 'PRAM phase, likewise';
COMMENT ON COLUMN guanxi.departed.cycle IS 'PRAM cycle * 2 + premature, likewise; -1: not known';
COMMENT ON COLUMN guanxi.departed.tier IS 'Tier, likewise';
COMMENT ON COLUMN guanxi.departed.target IS 'Target level, likewise';

-- HMAC-SHA-256 (RFC 2104) of what PostgreSQL has itself: the padded key is kept instead of the key.
CREATE FUNCTION guanxi.hmac_pad(key bytea, mask integer) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT decode(string_agg(lpad(to_hex(
            CASE WHEN i < length(k.key) THEN get_byte(k.key, i) ELSE 0 END # mask), 2, '0'), '' ORDER BY i), 'hex')
        FROM (SELECT CASE WHEN length(key) > 64 THEN sha256(key) ELSE key END AS key) AS k
            CROSS JOIN generate_series(0, 63) AS i);
COMMENT ON FUNCTION guanxi.hmac_pad IS 'A key of HMAC-SHA-256 as a block, each byte changed by the mask';

CREATE FUNCTION guanxi.hmac(inner_pad bytea, outer_pad bytea, message bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256(outer_pad || sha256(inner_pad || message));
COMMENT ON FUNCTION guanxi.hmac IS 'HMAC-SHA-256 of a message under a key padded twice';

CREATE TABLE guanxi.secret (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
COMMENT ON TABLE guanxi.secret IS 'The key of tombstones, made once and never shown; one row';
COMMENT ON COLUMN guanxi.secret.singleton IS 'Always true: there is one row';
COMMENT ON COLUMN guanxi.secret.inner_pad IS 'The key, padded, by 0x36';
COMMENT ON COLUMN guanxi.secret.outer_pad IS 'The key, padded, by 0x5c';
-- Each uuid has 122 bits of the server's strong random.
INSERT INTO guanxi.secret (inner_pad, outer_pad)
SELECT guanxi.hmac_pad(k.key, 54), guanxi.hmac_pad(k.key, 92)
FROM (SELECT sha256(string_agg(uuid_send(gen_random_uuid()), '')) AS key FROM generate_series(1, 4)) AS k;

CREATE FUNCTION guanxi.tombstone(id text) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT guanxi.hmac(s.inner_pad, s.outer_pad, convert_to(id, 'UTF8')) FROM guanxi.secret AS s);
COMMENT ON FUNCTION guanxi.tombstone IS 'What remains of an erased id';
REVOKE EXECUTE ON FUNCTION guanxi.tombstone FROM PUBLIC;

-- The digest is of all of the data: who knows it can tell whether it is the same.
CREATE FUNCTION guanxi.veil(type smallint, data text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN format('{"%s":"%s"}', CASE type WHEN 35 THEN 'into' ELSE 'customer' END,
        encode(guanxi.tombstone(data), 'hex'));
COMMENT ON FUNCTION guanxi.veil IS 'What remains of the data of a merge (35) or unmerge that names an erased id';
REVOKE EXECUTE ON FUNCTION guanxi.veil FROM PUBLIC;

-- Of ids that were erased, so that they stay so. What was issued of them is counted on when an id was readmitted in
-- between: no message has the name of another one.
CREATE TABLE guanxi.erased (
    digest bytea PRIMARY KEY,
    times integer NOT NULL DEFAULT 1,
    level_messages integer NOT NULL DEFAULT 0,
    stage_messages integer NOT NULL DEFAULT 0,
    pram_messages integer NOT NULL DEFAULT 0,
    tier_messages integer NOT NULL DEFAULT 0,
    merged integer NOT NULL DEFAULT 0,
    unmerged integer NOT NULL DEFAULT 0,
    home integer NOT NULL,
    stands boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE guanxi.erased IS 'Tombstones';
COMMENT ON COLUMN guanxi.erased.digest IS 'tombstone() of the id';
COMMENT ON COLUMN guanxi.erased.times IS 'How often it was erased';
COMMENT ON COLUMN guanxi.erased.level_messages IS 'Steps of the level issued before, as in departed';
COMMENT ON COLUMN guanxi.erased.stage_messages IS 'Steps of the stage, likewise';
COMMENT ON COLUMN guanxi.erased.pram_messages IS 'Changes of the PRAM phase, likewise';
COMMENT ON COLUMN guanxi.erased.tier_messages IS 'Changes of tier or target, likewise';
COMMENT ON COLUMN guanxi.erased.merged IS 'Merges issued under this id before';
COMMENT ON COLUMN guanxi.erased.unmerged IS 'Unmerges issued under this id before';
COMMENT ON COLUMN guanxi.erased.home IS 'Lane that messages of this id are sent with, as in departed';
COMMENT ON COLUMN guanxi.erased.stands IS 'False: the id was readmitted';

-- What it has to say to others stands in a parcel, too: that is how a fold finds out whether it was said.
CREATE TABLE guanxi.transition (
    at timestamptz NOT NULL,
    parcel bigint,
    n integer NOT NULL,
    detail integer NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 3),
    from_state smallint NOT NULL,
    to_state smallint NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    source text COLLATE "C",
    event_id text COLLATE "C",
    PRIMARY KEY (customer_id, kind, n)
);
COMMENT ON TABLE guanxi.transition IS 'Every step of a level or a stage, every change of PRAM phase or tier';
COMMENT ON COLUMN guanxi.transition.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.transition.kind IS '0 level, 1 stage, 2 PRAM phase, 3 tier or target level';
COMMENT ON COLUMN guanxi.transition.n IS 'Number of its kind in the history of the customer, from 1';
COMMENT ON COLUMN guanxi.transition.at IS 'When';
COMMENT ON COLUMN guanxi.transition.parcel IS
    'The parcel that was to tell of it; it has done so when it is held no more, or from later on only. null: a fold '
    'made this row';
COMMENT ON COLUMN guanxi.transition.from_state IS 'Level, stage, phase or tier before';
COMMENT ON COLUMN guanxi.transition.to_state IS 'Level, stage, phase or tier after';
COMMENT ON COLUMN guanxi.transition.detail IS
    'Level: 0 event, 1 warmth, 2 evidence; stage: 1 implied, 2 a walk all of whose steps but the last are; '
    'PRAM: cycle * 2 + premature; tier: target before * 8 + target after';
COMMENT ON COLUMN guanxi.transition.source IS 'Source of the event applied at that instant, if any';
COMMENT ON COLUMN guanxi.transition.event_id IS 'Id of that event';

-- Those that are open stand in the book of the customer as well; the rows are for readers and for events that
-- name one of them.
CREATE TABLE guanxi.promise (
    made_at timestamptz,
    due_at timestamptz,
    outcome_at timestamptz,
    by smallint NOT NULL CHECK (by BETWEEN 0 AND 1),
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
    customer_id text COLLATE "C" NOT NULL,
    promise_id text COLLATE "C" NOT NULL,
    about text COLLATE "C",
    PRIMARY KEY (customer_id, promise_id)
) WITH (fillfactor = 90);
COMMENT ON TABLE guanxi.promise IS 'Promises of both sides';
COMMENT ON COLUMN guanxi.promise.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.promise.promise_id IS 'Id of the promise, unique with its customer';
COMMENT ON COLUMN guanxi.promise.by IS 'Who promised, as first told: 0 us, 1 the customer';
COMMENT ON COLUMN guanxi.promise.state IS '1 open, 2 kept, 3 broken, 4 lapsed';
COMMENT ON COLUMN guanxi.promise.made_at IS 'When it was made; null: only its outcome is known';
COMMENT ON COLUMN guanxi.promise.due_at IS 'When it is due; null: only its outcome is known';
COMMENT ON COLUMN guanxi.promise.outcome_at IS 'When it was kept, broken or lapsed; null while open';
COMMENT ON COLUMN guanxi.promise.about IS 'What was promised, if that was said';

CREATE TABLE guanxi.objection (
    raised_at timestamptz NOT NULL,
    resolved_at timestamptz,
    kind smallint NOT NULL,
    cause smallint NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, kind, cause, raised_at)
) WITH (fillfactor = 90);
COMMENT ON TABLE guanxi.objection IS 'Objections that customers raised';
COMMENT ON COLUMN guanxi.objection.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.objection.kind IS '0 need, 1 money, 2 authority, 3 price, 4 product, 5 person';
COMMENT ON COLUMN guanxi.objection.cause IS 'Where it lies: 0 with the company, 1 with the customer';
COMMENT ON COLUMN guanxi.objection.raised_at IS 'When it was raised first';
COMMENT ON COLUMN guanxi.objection.resolved_at IS 'When it was resolved; null: it is open';

CREATE TABLE guanxi.profile (
    customer_id text COLLATE "C" NOT NULL,
    name text COLLATE "C",
    owner text COLLATE "C",
    manager text COLLATE "C",
    channel text COLLATE "C",
    PRIMARY KEY (customer_id)
) WITH (fillfactor = 90);
COMMENT ON TABLE guanxi.profile IS 'Texts about customers of whom there are any';
COMMENT ON COLUMN guanxi.profile.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.profile.name IS 'What the customer is called';
COMMENT ON COLUMN guanxi.profile.owner IS 'Who looks after the customer';
COMMENT ON COLUMN guanxi.profile.manager IS 'Whom reminders escalate to';
COMMENT ON COLUMN guanxi.profile.channel IS 'The channel the customer prefers';

CREATE TABLE guanxi.reminder (
    reminder_id uuid NOT NULL,
    anchor bigint NOT NULL,
    due_at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    acknowledged_at timestamptz,
    snoozed_until timestamptz,
    home integer NOT NULL,
    kind smallint NOT NULL,
    notices smallint NOT NULL,
    status smallint NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 3),
    announce smallint NOT NULL DEFAULT 0 CHECK (announce BETWEEN 0 AND 2),
    at_risk boolean NOT NULL DEFAULT false,
    published boolean NOT NULL DEFAULT false,
    customer_id text COLLATE "C" NOT NULL,
    promise_id text COLLATE "C",
    closed_source text COLLATE "C",
    closed_event text COLLATE "C",
    PRIMARY KEY (customer_id, reminder_id)
) WITH (fillfactor = 80);
CREATE INDEX reminder_announce ON guanxi.reminder (home) WHERE announce = 1 AND status = 0;
COMMENT ON TABLE guanxi.reminder IS 'Reminders that were opened';
COMMENT ON COLUMN guanxi.reminder.customer_id IS 'The customer to be cared for';
COMMENT ON COLUMN guanxi.reminder.reminder_id IS 'UUIDv5 of customer, kind and anchor';
COMMENT ON COLUMN guanxi.reminder.kind IS
    '0 cadence, 1 response, 2 aftersale, 3 zone, 4 stalled, 5 objection, 6 renewal, '
    '7 promise, 8 overdue, 9 thanks';
COMMENT ON COLUMN guanxi.reminder.anchor IS 'What it counts from, microseconds since 1970';
COMMENT ON COLUMN guanxi.reminder.promise_id IS 'The promise it is about; null: it is about its anchor';
COMMENT ON COLUMN guanxi.reminder.due_at IS 'When it was due, fixed at opening';
COMMENT ON COLUMN guanxi.reminder.opened_at IS 'When it opened, with notice 1';
COMMENT ON COLUMN guanxi.reminder.notices IS 'Notices so far';
COMMENT ON COLUMN guanxi.reminder.status IS '0 open, 1 done, 2 moot, 3 dismissed';
COMMENT ON COLUMN guanxi.reminder.closed_at IS 'When it was closed';
COMMENT ON COLUMN guanxi.reminder.closed_source IS 'Source of the event that closed it, if one did';
COMMENT ON COLUMN guanxi.reminder.closed_event IS 'Id of that event';
COMMENT ON COLUMN guanxi.reminder.acknowledged_at IS 'Since when somebody has it in hand';
COMMENT ON COLUMN guanxi.reminder.snoozed_until IS 'Until when it was put off';
COMMENT ON COLUMN guanxi.reminder.at_risk IS 'Marked by its fourth notice';
COMMENT ON COLUMN guanxi.reminder.published IS 'A notice of it was released for publication';
COMMENT ON COLUMN guanxi.reminder.announce IS '0 nothing to announce, 1 to be announced late, 2 announced';
COMMENT ON COLUMN guanxi.reminder.home IS 'Home of the customer';

CREATE TABLE guanxi.notice (
    reminder_id uuid NOT NULL,
    at timestamptz NOT NULL,
    published_at timestamptz,
    last_order_at timestamptz,
    next_at timestamptz,
    home integer NOT NULL,
    notice smallint NOT NULL,
    recipients smallint NOT NULL,
    state smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
    customer_id text COLLATE "C" NOT NULL,
    about text COLLATE "C",
    PRIMARY KEY (customer_id, reminder_id, notice)
) WITH (fillfactor = 80);
CREATE INDEX notice_held ON guanxi.notice (home, at) WHERE state = 0;
COMMENT ON TABLE guanxi.notice IS 'Notices of reminders';
COMMENT ON COLUMN guanxi.notice.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.notice.reminder_id IS 'The reminder';
COMMENT ON COLUMN guanxi.notice.notice IS 'Number of the notice, from 1';
COMMENT ON COLUMN guanxi.notice.at IS 'Its instant; published once the watermark has passed it';
COMMENT ON COLUMN guanxi.notice.recipients IS 'A set: 1 owner, 2 manager';
COMMENT ON COLUMN guanxi.notice.state IS '0 held, 1 released, 2 published, 3 suppressed';
COMMENT ON COLUMN guanxi.notice.published_at IS 'When Kafka had it';
COMMENT ON COLUMN guanxi.notice.home IS 'Home of the customer';
COMMENT ON COLUMN guanxi.notice.about IS
    'What the message says of the customer at that instant, members of JSON; null: the message is made';
COMMENT ON COLUMN guanxi.notice.last_order_at IS 'Last order before that instant';
COMMENT ON COLUMN guanxi.notice.next_at IS 'The next notice if nothing happens; null: none comes';

-- Messages held one by one: closings, and those changes that are not as they came any more, made by a fold or to be
-- judged by one. A row is never updated.
CREATE TABLE guanxi.outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    reminder_id uuid,
    home integer NOT NULL,
    n integer NOT NULL DEFAULT 0,
    detail integer NOT NULL DEFAULT 0,
    kind smallint NOT NULL,
    transition smallint NOT NULL DEFAULT 0,
    from_state smallint NOT NULL DEFAULT 0,
    to_state smallint NOT NULL DEFAULT 0,
    customer_id text COLLATE "C" NOT NULL,
    source text COLLATE "C",
    event_id text COLLATE "C",
    payload text COLLATE "C",
    PRIMARY KEY (customer_id, seq)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0);
CREATE INDEX outbox_at ON guanxi.outbox (home, at, seq);
COMMENT ON TABLE guanxi.outbox IS 'Messages held until the watermark has passed them; then they are in a parcel';
COMMENT ON COLUMN guanxi.outbox.customer_id IS 'The customer, key of the message';
COMMENT ON COLUMN guanxi.outbox.seq IS 'Orders the messages of a customer';
COMMENT ON COLUMN guanxi.outbox.home IS 'Home of the customer';
COMMENT ON COLUMN guanxi.outbox.at IS 'Its instant; held until the watermark has passed it';
COMMENT ON COLUMN guanxi.outbox.kind IS '0 change, 2 closing';
COMMENT ON COLUMN guanxi.outbox.reminder_id IS 'The reminder of a closing';
COMMENT ON COLUMN guanxi.outbox.n IS 'Number of the change among the messages of its kind';
COMMENT ON COLUMN guanxi.outbox.transition IS 'Kind of the change, as in transition';
COMMENT ON COLUMN guanxi.outbox.from_state IS 'Level, stage, phase or tier before the change';
COMMENT ON COLUMN guanxi.outbox.to_state IS 'Level, stage, phase or tier after it';
COMMENT ON COLUMN guanxi.outbox.detail IS 'Its detail, as in transition';
COMMENT ON COLUMN guanxi.outbox.source IS 'Source of the event that brought it about; null: none';
COMMENT ON COLUMN guanxi.outbox.event_id IS 'Id of that event';
COMMENT ON COLUMN guanxi.outbox.payload IS 'The message, final bytes; null: made of the other columns';

-- Messages, many in a row: written once, read whole, deleted when all are delivered. They are gone too soon to be
-- worth compressing. What a batch changes of the customers of a home is a parcel from the beginning: it is held until
-- the watermark has passed its messages, and then becomes one to be sent, with another number, as it is or divided.
CREATE TABLE guanxi.parcel (
    parcel_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_at timestamptz,
    until_at timestamptz,
    home integer NOT NULL,
    messages integer NOT NULL,
    held boolean NOT NULL DEFAULT false,
    kinds smallint[],
    customers text[] COLLATE "C" NOT NULL,
    instants timestamptz[] NOT NULL,
    numbers integer[] NOT NULL,
    transitions smallint[],
    from_states smallint[],
    to_states smallint[],
    details integer[],
    sources text[] COLLATE "C",
    event_ids text[] COLLATE "C",
    reminder_ids uuid[],
    payloads text[] COLLATE "C"
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000,
    toast.autovacuum_vacuum_cost_delay = 0);
ALTER TABLE guanxi.parcel
    ALTER customers SET STORAGE EXTERNAL,
    ALTER instants SET STORAGE EXTERNAL,
    ALTER numbers SET STORAGE EXTERNAL,
    ALTER transitions SET STORAGE EXTERNAL,
    ALTER from_states SET STORAGE EXTERNAL,
    ALTER to_states SET STORAGE EXTERNAL,
    ALTER details SET STORAGE EXTERNAL,
    ALTER sources SET STORAGE EXTERNAL,
    ALTER event_ids SET STORAGE EXTERNAL,
    ALTER payloads SET STORAGE EXTERNAL;
CREATE INDEX parcel_released ON guanxi.parcel (home, parcel_id) WHERE NOT held;
CREATE INDEX parcel_held ON guanxi.parcel (home, from_at) WHERE held;
COMMENT ON TABLE guanxi.parcel IS 'Messages on their way to Kafka, in their order; deleted when delivered';
COMMENT ON COLUMN guanxi.parcel.parcel_id IS 'Orders the parcels of a home: those held as they came, the others as they go';
COMMENT ON COLUMN guanxi.parcel.home IS 'Home of the customers';
COMMENT ON COLUMN guanxi.parcel.held IS 'The watermark has not passed it yet';
COMMENT ON COLUMN guanxi.parcel.from_at IS 'Held: the earliest instant in it';
COMMENT ON COLUMN guanxi.parcel.until_at IS 'Held: the latest instant in it';
COMMENT ON COLUMN guanxi.parcel.messages IS 'How many; the arrays have an element for each, or are null';
COMMENT ON COLUMN guanxi.parcel.kinds IS
    '0 change, 1 notice, 2 closing, 3 merge, unmerge or erasure; null: changes all';
COMMENT ON COLUMN guanxi.parcel.customers IS
    'The customers, keys of the messages; null: erased, there is nothing to send any more';
COMMENT ON COLUMN guanxi.parcel.instants IS 'Their instants';
COMMENT ON COLUMN guanxi.parcel.numbers IS 'Number of the change or of the notice';
COMMENT ON COLUMN guanxi.parcel.transitions IS 'Kind of the change, as in transition';
COMMENT ON COLUMN guanxi.parcel.from_states IS 'Level, stage, phase or tier before the change';
COMMENT ON COLUMN guanxi.parcel.to_states IS 'Level, stage, phase or tier after it';
COMMENT ON COLUMN guanxi.parcel.details IS 'Its detail, as in transition';
COMMENT ON COLUMN guanxi.parcel.sources IS 'Source of the event that brought it about; null: none';
COMMENT ON COLUMN guanxi.parcel.event_ids IS 'Id of that event';
COMMENT ON COLUMN guanxi.parcel.reminder_ids IS 'The reminder of a notice or closing';
COMMENT ON COLUMN guanxi.parcel.payloads IS 'The message, final bytes; null: made of the other columns';

CREATE TABLE guanxi.revoked (
    parcel_id bigint NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, parcel_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX revoked_parcel ON guanxi.revoked (parcel_id, customer_id);
COMMENT ON TABLE guanxi.revoked IS 'Customers whose messages are not to go out with a held parcel: a fold has made others';
COMMENT ON COLUMN guanxi.revoked.parcel_id IS 'The parcel';
COMMENT ON COLUMN guanxi.revoked.customer_id IS 'The customer';

-- Offsets may repeat: a topic can be made again.
CREATE TABLE guanxi.quarantine (
    quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "offset" bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    partition integer NOT NULL,
    topic text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    detail text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'applied', 'discarded')),
    source text COLLATE "C",
    event_id text COLLATE "C",
    type text COLLATE "C",
    subject text COLLATE "C",
    key bytea,
    headers bytea,
    payload bytea
);
CREATE INDEX quarantine_held ON guanxi.quarantine (quarantine_id) WHERE state = 'held';
COMMENT ON TABLE guanxi.quarantine IS 'Records that could not be applied, as they stood';
COMMENT ON COLUMN guanxi.quarantine.quarantine_id IS 'Number of the record here';
COMMENT ON COLUMN guanxi.quarantine.topic IS 'Topic it stands in';
COMMENT ON COLUMN guanxi.quarantine.partition IS 'Partition';
COMMENT ON COLUMN guanxi.quarantine."offset" IS 'Offset';
COMMENT ON COLUMN guanxi.quarantine.reason IS 'Code of the reason';
COMMENT ON COLUMN guanxi.quarantine.detail IS 'What and where';
COMMENT ON COLUMN guanxi.quarantine.key IS 'Key of the record';
COMMENT ON COLUMN guanxi.quarantine.payload IS 'Its value';
COMMENT ON COLUMN guanxi.quarantine.headers IS 'Its headers, packed';
COMMENT ON COLUMN guanxi.quarantine.source IS 'Source of the event, where it could be read';
COMMENT ON COLUMN guanxi.quarantine.event_id IS 'Id, where it could be read';
COMMENT ON COLUMN guanxi.quarantine.type IS 'Type, where it could be read';
COMMENT ON COLUMN guanxi.quarantine.subject IS 'Subject, where it could be read';
COMMENT ON COLUMN guanxi.quarantine.state IS 'held, applied or discarded';
COMMENT ON COLUMN guanxi.quarantine.at IS 'When it was put here';
COMMENT ON COLUMN guanxi.quarantine.resolved_at IS 'When it was applied or discarded';

CREATE TABLE guanxi.policy (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    base_minor_digits smallint NOT NULL,
    rfm_window integer NOT NULL,
    fingerprint bigint NOT NULL,
    mixed_fingerprint bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    lane_hold interval NOT NULL DEFAULT '1 hour',
    time_zone text COLLATE "C" NOT NULL,
    base_currency text COLLATE "C" NOT NULL,
    since timestamptz,
    marking text COLLATE "C",
    deriving text COLLATE "C",
    packed bytea NOT NULL DEFAULT '',
    half_life interval NOT NULL DEFAULT '90 days'
);
COMMENT ON TABLE guanxi.policy IS 'The policy in force, under which all customers stand who are not marked; one row';
COMMENT ON COLUMN guanxi.policy.singleton IS 'Always true: there is one row';
COMMENT ON COLUMN guanxi.policy.fingerprint IS 'Fingerprint of all its settings';
COMMENT ON COLUMN guanxi.policy.since IS
    'The watermark when it took effect: nothing that it schedules anew opens before; null: it was the first';
COMMENT ON COLUMN guanxi.policy.marking IS
    'A recompute has still to mark the customers behind this id; null: it has marked all';
COMMENT ON COLUMN guanxi.policy.deriving IS
    'Customers behind this id may still be scheduled by the policy before; null: none are';
COMMENT ON COLUMN guanxi.policy.packed IS 'All its settings, packed';
COMMENT ON COLUMN guanxi.policy.mixed_fingerprint IS 'Fingerprint of those that may not be mixed';
COMMENT ON COLUMN guanxi.policy.time_zone IS 'Business time zone: calendar days are its';
COMMENT ON COLUMN guanxi.policy.rfm_window IS 'Calendar days of f and m; 0: lifetime';
COMMENT ON COLUMN guanxi.policy.lane_hold IS 'A lane silent for longer does not hold the watermark back';
COMMENT ON COLUMN guanxi.policy.half_life IS 'Time in which points lose half their weight';
COMMENT ON COLUMN guanxi.policy.base_currency IS 'Currency of all amounts';
COMMENT ON COLUMN guanxi.policy.base_minor_digits IS 'Its minor digits';
COMMENT ON COLUMN guanxi.policy.updated_at IS 'When a daemon last recorded it';

CREATE TABLE guanxi.checklist_item (
    bit smallint PRIMARY KEY CHECK (bit BETWEEN 0 AND 63),
    list text COLLATE "C" NOT NULL,
    item text COLLATE "C" NOT NULL
);
COMMENT ON TABLE guanxi.checklist_item IS 'Items of checklists of the policy in force';
COMMENT ON COLUMN guanxi.checklist_item.bit IS 'Number of the item in books of customers';
COMMENT ON COLUMN guanxi.checklist_item.list IS 'The list';
COMMENT ON COLUMN guanxi.checklist_item.item IS 'The item';

CREATE TABLE guanxi.rank (
    epoch bigint NOT NULL,
    valued_at timestamptz NOT NULL,
    finished_at timestamptz,
    r double precision,
    alpha double precision,
    a double precision,
    b double precision,
    as_of date PRIMARY KEY,
    customers integer NOT NULL,
    changed integer NOT NULL,
    daily boolean NOT NULL,
    segments text[] COLLATE "C" NOT NULL
);
COMMENT ON TABLE guanxi.rank IS 'Ranks of all customers, one for each calendar day that was ranked';
COMMENT ON COLUMN guanxi.rank.as_of IS 'The calendar day at whose end customers are valued';
COMMENT ON COLUMN guanxi.rank.daily IS 'Made by itself once the day was over; it is then made no second time';
COMMENT ON COLUMN guanxi.rank.epoch IS 'What ids stood for (identity) when purchases were read';
COMMENT ON COLUMN guanxi.rank.customers IS 'Customers that were valued';
COMMENT ON COLUMN guanxi.rank.changed IS 'Those of them whose tier or target it changed';
COMMENT ON COLUMN guanxi.rank.valued_at IS 'When its values were written';
COMMENT ON COLUMN guanxi.rank.finished_at IS
    'When the timelines of all who changed had their event; null: some are still to come';
COMMENT ON COLUMN guanxi.rank.r IS 'Parameter r of BG/NBD that it went by; null: there was none yet';
COMMENT ON COLUMN guanxi.rank.alpha IS 'Parameter alpha, in weeks';
COMMENT ON COLUMN guanxi.rank.a IS 'Parameter a';
COMMENT ON COLUMN guanxi.rank.b IS 'Parameter b';
COMMENT ON COLUMN guanxi.rank.segments IS 'Names of segments by number, from 1';

-- Written and deleted a day at a time, in the order of ids.
CREATE TABLE guanxi.value (
    m bigint NOT NULL,
    clv bigint NOT NULL,
    p_alive double precision,
    expected_orders double precision,
    as_of date NOT NULL,
    f integer NOT NULL,
    rank integer,
    recency_days integer NOT NULL,
    x integer NOT NULL,
    t_x integer NOT NULL,
    t_age integer NOT NULL,
    r_score smallint,
    f_score smallint,
    m_score smallint,
    segment smallint,
    abc "char" NOT NULL,
    tier smallint NOT NULL,
    target_level smallint NOT NULL,
    changed boolean NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (as_of, customer_id)
) WITH (fillfactor = 100);
COMMENT ON TABLE guanxi.value IS 'What customers were worth by each rank';
COMMENT ON COLUMN guanxi.value.as_of IS 'The day of the rank';
COMMENT ON COLUMN guanxi.value.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.value.recency_days IS 'Calendar days since the last order';
COMMENT ON COLUMN guanxi.value.f IS 'Orders in the window';
COMMENT ON COLUMN guanxi.value.m IS 'Orders less refunds in the window, minor units';
COMMENT ON COLUMN guanxi.value.r_score IS 'Score of recency, 1 to 5; null: no order in the window';
COMMENT ON COLUMN guanxi.value.f_score IS 'Score of frequency, likewise';
COMMENT ON COLUMN guanxi.value.m_score IS 'Score of monetary value, likewise';
COMMENT ON COLUMN guanxi.value.rank IS 'Place by all scores together, from 1; null: no order in the window';
COMMENT ON COLUMN guanxi.value.segment IS 'Number of the segment, as in rank; null: no order in the window';
COMMENT ON COLUMN guanxi.value.abc IS 'A, B or C';
COMMENT ON COLUMN guanxi.value.clv IS 'Customer lifetime value, minor units';
COMMENT ON COLUMN guanxi.value.tier IS '1 ordinary, 2 rising, 3 star, 4 fading';
COMMENT ON COLUMN guanxi.value.target_level IS 'The level to be reached, 1 to 4';
COMMENT ON COLUMN guanxi.value.changed IS 'The rank found another tier or target than the customer had';
COMMENT ON COLUMN guanxi.value.x IS 'Days with an order beyond the first one';
COMMENT ON COLUMN guanxi.value.t_x IS 'Days from the first of them to the last';
COMMENT ON COLUMN guanxi.value.t_age IS 'Days from the first of them to the day of the rank';
COMMENT ON COLUMN guanxi.value.p_alive IS 'Probability that the customer will buy again; null: no parameters yet';
COMMENT ON COLUMN guanxi.value.expected_orders IS 'Purchases expected in 52 weeks; null: no parameters yet';

-- A table of its own rather than rows of value made void: a rank that is being written cannot be seen yet.
CREATE TABLE guanxi.unranked (
    epoch bigint NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id)
);
COMMENT ON TABLE guanxi.unranked IS 'Customers whose values of ranks before a merge or unmerge hold no longer';
COMMENT ON COLUMN guanxi.unranked.customer_id IS 'The customer';
COMMENT ON COLUMN guanxi.unranked.epoch IS 'What ids stood for since then (identity): ranks from this on hold';

CREATE TABLE guanxi.fit (
    r double precision NOT NULL,
    alpha double precision NOT NULL,
    a double precision NOT NULL,
    b double precision NOT NULL,
    log_likelihood double precision NOT NULL,
    fitted_at timestamptz NOT NULL DEFAULT now(),
    as_of date PRIMARY KEY,
    customers integer NOT NULL
);
COMMENT ON TABLE guanxi.fit IS 'Parameters of BG/NBD by maximum likelihood; the latest count';
COMMENT ON COLUMN guanxi.fit.as_of IS 'The day of the rank to whose customers they were fitted';
COMMENT ON COLUMN guanxi.fit.r IS 'Shape of the rates of purchases';
COMMENT ON COLUMN guanxi.fit.alpha IS 'Scale of the rates of purchases, in weeks';
COMMENT ON COLUMN guanxi.fit.a IS 'First shape of the chances of leaving';
COMMENT ON COLUMN guanxi.fit.b IS 'Second shape of the chances of leaving';
COMMENT ON COLUMN guanxi.fit.log_likelihood IS 'Logarithm of the likelihood they reach';
COMMENT ON COLUMN guanxi.fit.customers IS 'Customers they were fitted to';
COMMENT ON COLUMN guanxi.fit.fitted_at IS 'When they were fitted';
