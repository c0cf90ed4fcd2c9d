-- Sets a new session up, once after connecting. Every statement of ours goes by a key: what is switched
-- off are plans that read whole tables, or all that a key finds where its order and a limit would do, which
-- the planner would choose while tables are still empty and keep while they fill. One plan serves all
-- parameters.
-- $1 statement_timeout, $2 lock_timeout, $3 idle_in_transaction_session_timeout, each with its unit
SELECT set_config('search_path', '', false),
    set_config('TimeZone', 'UTC', false),
    set_config('statement_timeout', $1::text, false),
    set_config('lock_timeout', $2::text, false),
    set_config('idle_in_transaction_session_timeout', $3::text, false),
    set_config('synchronous_commit', 'off', false),
    set_config('jit', 'off', false),
    set_config('plan_cache_mode', 'force_generic_plan', false),
    set_config('enable_seqscan', 'off', false),
    set_config('enable_hashjoin', 'off', false),
    set_config('enable_mergejoin', 'off', false),
    set_config('enable_bitmapscan', 'off', false),
    set_config('enable_sort', 'off', false)
