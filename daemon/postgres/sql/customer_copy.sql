-- New customers.
-- The columns in the order of the table, as customer_columns.c writes and reads them.
COPY guanxi.customer (
    version, policy, home, level_messages, wake_at, fold_at, next_due_at, as_of, first_seen_at,
    last_contact_at, last_inbound_at, last_outbound_at, rhythm, unanswered_at, unfollowed_at, delivered_at,
    followed_up_at, warmth, warmth_at, level, level_since, level_down_at, level_changes, orders, spent,
    first_order_at, last_order_at, purchase_days, referrals, next_kind, customer_id, care
) FROM STDIN (FORMAT BINARY)
