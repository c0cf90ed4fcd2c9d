-- Customers by id.
-- The columns in the order of the table, as customer_columns.c writes and reads them.
-- $1 ids, sorted
SELECT
    version, policy, wake_at, fold_at, next_due_at, as_of, first_seen_at, last_contact_at,
    last_inbound_at, last_outbound_at, unanswered_at, unfollowed_at, delivered_at, followed_up_at,
    warmth, warmth_at, level_since, level_down_at, orders, spent, first_order_at, last_order_at,
    referrals, rhythm, level_changes, purchase_days, level, next_kind, home, level_messages,
    customer_id, care
FROM guanxi.customer
WHERE customer_id = ANY ($1::text[])
