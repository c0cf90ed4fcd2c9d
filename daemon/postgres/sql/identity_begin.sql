-- A customer departs without a change of ids: from now on strangers are asked for what was issued of them.
UPDATE guanxi.identity SET epoch = 1 WHERE singleton AND epoch = 0
