-- Who may do what. guanxi_owner owns the schema, guanxi_writer is for the daemon's login, guanxi_reader
-- for everybody who reads the views. Grant them to logins: GRANT guanxi_reader TO somebody.
--
-- The procedure is called again by each migration that adds tables or views, and by hand after the roles
-- were created by somebody who may. Roles belong to the whole server, so that a second database finds
-- them there.

CREATE PROCEDURE guanxi.grant_roles()
    LANGUAGE plpgsql
AS $$
DECLARE
    role text;
    missing text[] := '{}';
    object record;
BEGIN
    FOREACH role IN ARRAY ARRAY['guanxi_owner', 'guanxi_writer', 'guanxi_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL; -- another database was faster
                WHEN insufficient_privilege THEN
                    missing := missing || role;
            END;
        END IF;
    END LOOP;

    IF missing <> '{}' THEN
        RAISE WARNING '% may not create roles: % missing, nothing granted to them', current_user,
            array_to_string(missing, ', ')
            USING HINT = format('As a superuser run CREATE ROLE %s; then, as %s, CALL guanxi.grant_roles()',
                array_to_string(missing, ' NOLOGIN; CREATE ROLE ') || ' NOLOGIN', current_user);
    END IF;

    IF NOT 'guanxi_writer' = ANY (missing) THEN
        GRANT USAGE ON SCHEMA guanxi TO guanxi_writer;
        FOR object IN SELECT c.oid::regclass AS name FROM pg_catalog.pg_class AS c
            WHERE c.relnamespace = 'guanxi'::regnamespace AND c.relkind IN ('r', 'p')
                AND c.relname NOT IN ('schema_version', 'secret')
        LOOP
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO guanxi_writer', object.name);
        END LOOP;
        GRANT SELECT ON guanxi.schema_version, guanxi.secret TO guanxi_writer;
        GRANT EXECUTE ON FUNCTION guanxi.hmac, guanxi.tombstone, guanxi.veil TO guanxi_writer;
    END IF;

    -- The daemon's login answers what people ask too, and that is read from the views.
    FOR object IN SELECT c.oid::regclass AS name FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'guanxi'::regnamespace AND c.relkind = 'v'
            AND NOT 'guanxi_writer' = ANY (missing)
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO guanxi_writer', object.name);
    END LOOP;

    IF NOT 'guanxi_reader' = ANY (missing) THEN
        GRANT USAGE ON SCHEMA guanxi TO guanxi_reader;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA guanxi TO guanxi_reader; -- those of the views
        REVOKE EXECUTE ON FUNCTION guanxi.tombstone, guanxi.veil FROM guanxi_reader;
        FOR object IN SELECT c.oid::regclass AS name FROM pg_catalog.pg_class AS c
            WHERE c.relnamespace = 'guanxi'::regnamespace AND c.relkind = 'v'
        LOOP
            EXECUTE format('GRANT SELECT ON %s TO guanxi_reader', object.name);
        END LOOP;
    END IF;

    -- Ownership moves where this login may give it away: then any member of guanxi_owner can migrate.
    -- Otherwise the login that migrates stays the owner, which serves as well.
    IF 'guanxi_owner' = ANY (missing) OR NOT pg_has_role(current_user, 'guanxi_owner', 'MEMBER')
        OR NOT (current_setting('is_superuser')::boolean
            OR has_database_privilege('guanxi_owner', current_database(), 'CREATE'))
    THEN
        RETURN;
    END IF;
    ALTER SCHEMA guanxi OWNER TO guanxi_owner;
    FOR object IN SELECT c.oid::regclass AS name, c.relkind FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'guanxi'::regnamespace AND c.relkind IN ('r', 'p', 'v')
            AND pg_get_userbyid(c.relowner) <> 'guanxi_owner'
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO guanxi_owner',
            CASE object.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, object.name);
    END LOOP;
    FOR object IN SELECT p.oid::regprocedure AS name FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'guanxi'::regnamespace AND pg_get_userbyid(p.proowner) <> 'guanxi_owner'
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO guanxi_owner', object.name);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE guanxi.grant_roles IS
    'Creates the roles if it may and gives them what they may do; safe to call again';
REVOKE EXECUTE ON PROCEDURE guanxi.grant_roles FROM PUBLIC;

CALL guanxi.grant_roles();
