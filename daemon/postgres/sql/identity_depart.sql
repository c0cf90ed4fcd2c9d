-- A customer departs without a change of ids: from now on strangers are asked for what was issued of them, and who
-- comes again under the id begins at another version.
UPDATE guanxi.identity SET epoch = epoch + 1 WHERE singleton
