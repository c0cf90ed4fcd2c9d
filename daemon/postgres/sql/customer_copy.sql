-- New customers.
-- The columns in the order of customer_columns.h: our own, then CUSTOMER_FIELDS of core/customer.h.
COPY guanxi.customer (
    customer_id, version, home, level_messages, wake_at, fold_at, policy, next_kind, next_due_at, care,
    as_of, first_seen_at, last_contact_at, last_inbound_at, last_outbound_at, rhythm, unanswered_at,
    unfollowed_at, delivered_at, followed_up_at, warmth, warmth_at, level, level_since, level_down_at,
    level_changes, orders, spent, first_order_at, last_order_at, purchase_days, referrals
) FROM STDIN (FORMAT BINARY)
