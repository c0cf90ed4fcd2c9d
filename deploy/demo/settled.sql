-- Waits until the watermark has come to :until and everything it lets through has happened: customers
-- folded and advanced, messages in Kafka. Fails when that takes longer than :seconds. The one place that
-- looks behind the views: readers have no use for what is under way.
SELECT set_config('demo.until', :'until', false), set_config('demo.seconds', :'seconds', false) \g /dev/null
DO $$
BEGIN
    FOR i IN 1 .. 40 * current_setting('demo.seconds')::integer LOOP
        IF (SELECT w.watermark >= current_setting('demo.until')::timestamptz
                AND NOT EXISTS (SELECT FROM guanxi.customer
                    WHERE fold_at <= w.watermark OR wake_at < w.watermark)
                AND NOT EXISTS (SELECT FROM guanxi.v_notice WHERE state = 'held' AND at < w.watermark)
                AND NOT EXISTS (SELECT FROM guanxi.outbox WHERE at < w.watermark)
                AND NOT EXISTS (SELECT FROM guanxi.parcel WHERE NOT held OR from_at < w.watermark)
            FROM guanxi.v_watermark AS w) THEN
            RETURN;
        END IF;
        PERFORM pg_sleep(0.025);
    END LOOP;
    RAISE EXCEPTION 'the watermark has not come to % within % s', current_setting('demo.until'),
        current_setting('demo.seconds');
END
$$;
