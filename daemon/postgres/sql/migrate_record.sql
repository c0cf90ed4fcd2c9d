-- Records a migration. $1 integer version, $2 text name, $3 text its text, $4 integer milliseconds taken
INSERT INTO guanxi.schema_version (version, name, checksum, execution_ms)
VALUES ($1::integer, $2::text, encode(sha256(convert_to($3::text, 'UTF8')), 'hex'), $4::integer)
