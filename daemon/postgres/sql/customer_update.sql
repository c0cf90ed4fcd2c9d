-- Customers as they now stand, where the version that was read still stands: touches as many rows as it
-- names, or somebody else wrote meanwhile. The home stays. Rows are locked in the order given, sorted by id.
-- The columns in the order of customer_columns.h: our own, then CUSTOMER_FIELDS of core/customer.h.
-- $1 ids, $2 versions read, $3 .. one array a column
UPDATE guanxi.customer c SET
    version = c.version + 1, level_messages = v.level_messages, wake_at = v.wake_at, fold_at = v.fold_at,
    policy = v.policy, next_kind = v.next_kind, next_due_at = v.next_due_at, care = v.care, as_of = v.as_of,
    first_seen_at = v.first_seen_at, last_contact_at = v.last_contact_at,
    last_inbound_at = v.last_inbound_at, last_outbound_at = v.last_outbound_at, rhythm = v.rhythm,
    unanswered_at = v.unanswered_at, unfollowed_at = v.unfollowed_at, delivered_at = v.delivered_at,
    followed_up_at = v.followed_up_at, warmth = v.warmth, warmth_at = v.warmth_at, level = v.level,
    level_since = v.level_since, level_down_at = v.level_down_at, level_changes = v.level_changes,
    orders = v.orders, spent = v.spent, first_order_at = v.first_order_at, last_order_at = v.last_order_at,
    purchase_days = v.purchase_days, referrals = v.referrals
FROM unnest(
    $1::text[], $2::int8[], $3::int4[], $4::timestamptz[], $5::timestamptz[], $6::int8[], $7::int2[],
    $8::timestamptz[], $9::bytea[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[],
    $13::timestamptz[], $14::timestamptz[], $15::int4[], $16::timestamptz[], $17::timestamptz[],
    $18::timestamptz[], $19::timestamptz[], $20::float8[], $21::timestamptz[], $22::int2[],
    $23::timestamptz[], $24::timestamptz[], $25::int4[], $26::int8[], $27::int8[], $28::timestamptz[],
    $29::timestamptz[], $30::int4[], $31::int8[]
) AS v (
    customer_id, version, level_messages, wake_at, fold_at, policy, next_kind, next_due_at, care, as_of,
    first_seen_at, last_contact_at, last_inbound_at, last_outbound_at, rhythm, unanswered_at, unfollowed_at,
    delivered_at, followed_up_at, warmth, warmth_at, level, level_since, level_down_at, level_changes,
    orders, spent, first_order_at, last_order_at, purchase_days, referrals
)
WHERE c.customer_id = v.customer_id AND c.version = v.version
