-- Two roles for the desk on PostgreSQL. Run as a superuser in the desk's database:
--   psql -d opsdesk -f packaging/postgresql-roles.sql
-- before the first `opsdesk db upgrade`, and again after every one. Twice is once.
-- Passwords are not in here: psql's \password sets them.

BEGIN;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'opsdesk_owner') THEN
    CREATE ROLE opsdesk_owner LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'opsdesk_app') THEN
    CREATE ROLE opsdesk_app LOGIN;
  END IF;
END $$;

-- The owner: for migrations only. What another user made before becomes its own.
DO $$
DECLARE
  one record;
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO opsdesk_owner', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO opsdesk_app', current_database());
  FOR one IN SELECT relname FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
  LOOP  -- sequences and indexes follow their tables
    EXECUTE format('ALTER TABLE public.%I OWNER TO opsdesk_owner', one.relname);
  END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
               SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE format('ALTER ROUTINE %s OWNER TO opsdesk_owner', one.name);
  END LOOP;
END $$;
ALTER SCHEMA public OWNER TO opsdesk_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The application: rows everywhere, tables nowhere.
GRANT USAGE ON SCHEMA public TO opsdesk_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, opsdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO opsdesk_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO opsdesk_app;
ALTER DEFAULT PRIVILEGES FOR ROLE opsdesk_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO opsdesk_app;
ALTER DEFAULT PRIVILEGES FOR ROLE opsdesk_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO opsdesk_app;

-- What is only ever added to, and what the application has no say in.
DO $$
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY ARRAY[
    'audit_entry', 'ticket_event', 'item_revision', 'baseline', 'notice_try'
  ] LOOP
    IF to_regclass('public.' || one) IS NOT NULL THEN
      EXECUTE format('REVOKE UPDATE, DELETE ON public.%I FROM opsdesk_app', one);
    END IF;
  END LOOP;
  IF to_regclass('public.audit_head') IS NOT NULL THEN
    REVOKE INSERT, DELETE ON public.audit_head FROM opsdesk_app;
  END IF;
  IF to_regclass('public.alembic_version') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM opsdesk_app;
  END IF;
END $$;

COMMIT;
