-- Customers by id.
-- The columns in the order of the table, as customer_columns.c writes and reads them.
-- $1 ids, sorted
SELECT
    version, policy, wake_at, fold_at, quiet_until, next_due_at, as_of, first_seen_at, last_contact_at,
    last_inbound_at, last_outbound_at, unanswered_at, unfollowed_at, delivered_at, followed_up_at,
    warmth, warmth_at, level_since, stage_since, level_down_at, care_since, not_before, below_since,
    agreement_at, agreement_until, orders, spent, first_order_at, last_order_at, referrals, rhythm, level_changes,
    stage_changes, pram_changes, tier_changes, pram_cycle, traits, purchase_days, level, stage, home,
    level_messages, stage_messages, pram_messages, tier_messages, next_kind, brought, customer_id, book
FROM guanxi.customer
WHERE customer_id = ANY ($1::text[])
