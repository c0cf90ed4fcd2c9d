-- How far the customers have come.
SELECT watermark FROM guanxi.v_watermark
