-- PostgreSQL's clock, the watermark, and the lanes that it leaves out.
SELECT clock_timestamp(), w.watermark, w.left_out FROM guanxi.v_watermark AS w
