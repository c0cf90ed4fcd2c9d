-- Customers as they now stand, where the version that was read still stands: touches as many rows as it
-- names, or somebody else wrote meanwhile. The home stays. Rows are locked in the order given, sorted by id.
-- $1 rows of the table, whole
UPDATE guanxi.customer c SET
    version = c.version + 1, policy = v.policy, wake_at = v.wake_at, fold_at = v.fold_at,
    quiet_until = v.quiet_until, next_due_at = v.next_due_at, as_of = v.as_of, first_seen_at = v.first_seen_at,
    last_contact_at = v.last_contact_at, last_inbound_at = v.last_inbound_at,
    last_outbound_at = v.last_outbound_at, unanswered_at = v.unanswered_at,
    unfollowed_at = v.unfollowed_at, delivered_at = v.delivered_at,
    followed_up_at = v.followed_up_at, warmth = v.warmth, warmth_at = v.warmth_at,
    level_since = v.level_since, stage_since = v.stage_since, level_down_at = v.level_down_at,
    care_since = v.care_since, not_before = v.not_before, below_since = v.below_since,
    agreement_at = v.agreement_at,
    agreement_until = v.agreement_until, orders = v.orders, spent = v.spent,
    first_order_at = v.first_order_at, last_order_at = v.last_order_at, referrals = v.referrals,
    rhythm = v.rhythm, level_changes = v.level_changes, stage_changes = v.stage_changes,
    pram_changes = v.pram_changes, tier_changes = v.tier_changes, pram_cycle = v.pram_cycle,
    traits = v.traits, purchase_days = v.purchase_days, level = v.level, stage = v.stage,
    level_messages = v.level_messages, stage_messages = v.stage_messages,
    pram_messages = v.pram_messages, tier_messages = v.tier_messages, next_kind = v.next_kind,
    brought = v.brought, book = v.book
FROM unnest($1::guanxi.customer[]) AS v
WHERE c.customer_id = v.customer_id AND c.version = v.version
