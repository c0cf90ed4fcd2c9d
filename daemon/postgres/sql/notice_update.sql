-- The state of notices, where the state that was read still stands. What a message is made of goes once it is
-- released.
-- $1 customers, $2 reminders, $3 notices, $4 states, $5 states that must still stand
UPDATE guanxi.notice n SET
    state = v.state,
    about = CASE WHEN v.state <> 1 THEN n.about END
FROM unnest($1::text[], $2::uuid[], $3::int2[], $4::int2[], $5::int2[])
    AS v (customer_id, reminder_id, notice, state, was)
WHERE n.customer_id = v.customer_id AND n.reminder_id = v.reminder_id AND n.notice = v.notice
    AND n.state = v.was
