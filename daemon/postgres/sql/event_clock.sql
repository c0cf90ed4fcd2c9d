-- How far events have been read, and the clock.
SELECT w.watermark, clock_timestamp()
FROM guanxi.v_watermark AS w
