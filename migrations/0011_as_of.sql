-- Every row that is replaced or deleted is kept in `<table>_past`, with the instants from which and until which it held, so
-- that any record, list or figure can be asked for as it was. Schema `as_of` has a view for each table, of the same name: what
-- the table held at the moment of the setting `prot.as_of`. A transaction that puts this schema first in its search path reads
-- the past by the very statements that read the present. What the changes tell of the time before this migration is filled in.
CREATE SCHEMA as_of;
--> statement-breakpoint
-- Called immutable, so that the planner takes the moment for a constant and chooses by it. So no statement that reads the past may
-- be prepared and used for another moment.
CREATE FUNCTION as_of.moment() RETURNS timestamp with time zone LANGUAGE sql IMMUTABLE AS
  $$ SELECT pg_catalog.current_setting('prot.as_of')::timestamp with time zone $$;
--> statement-breakpoint
-- What is judged by the time is judged by that moment too: the search path names pg_catalog after this schema.
CREATE FUNCTION as_of.now() RETURNS timestamp with time zone LANGUAGE sql STABLE AS
  $$ SELECT pg_catalog.current_setting('prot.as_of')::timestamp with time zone $$;
--> statement-breakpoint
-- Keeps the past of a table: its column `recorded_at`, the table of its replaced rows, the trigger that fills that, and the
-- view. To be called again by a migration that adds a column to the table.
CREATE FUNCTION keep_past(kept text) RETURNS void LANGUAGE plpgsql AS $keep$
DECLARE
  own text;
  own_of_old text;
  key text;
  sets_updated_at text := '';
  missing record;
BEGIN
  EXECUTE format('ALTER TABLE public.%I ADD COLUMN IF NOT EXISTS recorded_at timestamp(3) with time zone NOT NULL DEFAULT now()', kept);
  EXECUTE format('CREATE TABLE IF NOT EXISTS public.%I AS SELECT NULL::timestamp(3) with time zone AS replaced_at, t.* FROM public.%I t WITH NO DATA',
    kept || '_past', kept);
  FOR missing IN
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, c.collname
    FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = a.attcollation AND c.collname <> 'default'
    WHERE a.attrelid = format('public.%I', kept)::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = format('public.%I', kept || '_past')::regclass
        AND p.attname = a.attname)
    ORDER BY a.attnum
  LOOP
    EXECUTE format('ALTER TABLE public.%I ADD COLUMN %I %s %s', kept || '_past', missing.attname, missing.type,
      CASE WHEN missing.collname IS NOT NULL THEN format('COLLATE %I', missing.collname) ELSE '' END);
  END LOOP;
  SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum), string_agg(format('old.%I', attname), ', ' ORDER BY attnum)
    INTO own, own_of_old
    FROM pg_attribute WHERE attrelid = format('public.%I', kept)::regclass AND attnum > 0 AND NOT attisdropped;
  SELECT string_agg(format('%I', a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) INTO key
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
    WHERE i.indrelid = format('public.%I', kept)::regclass AND i.indisprimary;
  EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I (%s, replaced_at)', kept || '_past_by_key', kept || '_past', key);
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = format('public.%I', kept)::regclass AND attname = 'updated_at') THEN
    sets_updated_at := 'IF new.updated_at = began THEN new.updated_at := at; END IF;';
  END IF;
  EXECUTE format($function$
    CREATE OR REPLACE FUNCTION public.%1$I() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
      began CONSTANT timestamp(3) with time zone := now();
      -- A transaction that waited for a row which a later one wrote meanwhile is recorded at the instant of that one.
      at CONSTANT timestamp(3) with time zone :=
        greatest(began, old.recorded_at, nullif(current_setting('prot.recorded_at', true), '')::timestamp with time zone);
    BEGIN
      -- Rows of a backup come with the instants that they have.
      IF current_setting('prot.restoring', true) = 'on' THEN
        IF tg_op = 'DELETE' THEN RETURN old; END IF;
        RETURN new;
      END IF;
      IF at > old.recorded_at THEN
        INSERT INTO public.%2$I (replaced_at, %3$s) VALUES (at, %4$s);
      END IF;
      IF at > began THEN PERFORM set_config('prot.recorded_at', at::text, true); END IF;
      IF tg_op = 'DELETE' THEN RETURN old; END IF;
      new.recorded_at := at;
      %5$s
      RETURN new;
    END $body$ $function$, kept || '_keep_past', kept || '_past', own, own_of_old, sets_updated_at);
  EXECUTE format('CREATE OR REPLACE TRIGGER keep_past BEFORE UPDATE OR DELETE ON public.%I FOR EACH ROW EXECUTE FUNCTION public.%I()',
    kept, kept || '_keep_past');
  EXECUTE format('DROP VIEW IF EXISTS as_of.%I', kept);
  EXECUTE format($view$
    CREATE VIEW as_of.%1$I AS
      SELECT %2$s FROM (
        SELECT %2$s, 'infinity'::timestamp(3) with time zone AS replaced_at FROM public.%1$I
        UNION ALL
        SELECT %2$s, replaced_at FROM public.%3$I
      ) AS versions
      WHERE recorded_at <= as_of.moment() AND replaced_at > as_of.moment()
    $view$, kept, own, kept || '_past');
END $keep$;
--> statement-breakpoint
SELECT keep_past('groups');
--> statement-breakpoint
SELECT keep_past('figures');
--> statement-breakpoint
SELECT keep_past('teams');
--> statement-breakpoint
SELECT keep_past('rounds');
--> statement-breakpoint
SELECT keep_past('targets');
--> statement-breakpoint
SELECT keep_past('assessments');
--> statement-breakpoint
SELECT keep_past('plans');
--> statement-breakpoint
SELECT keep_past('plan_actions');
--> statement-breakpoint
SELECT keep_past('api_keys');
--> statement-breakpoint
SELECT keep_past('instruments');
--> statement-breakpoint
-- What was published of a round, and which numbers are whose, follow from the tables above.
CREATE VIEW as_of.published_groups AS
  SELECT p.* FROM public.published_groups p
  WHERE EXISTS (SELECT FROM as_of.rounds r WHERE r.round_id = p.round_id AND r.status = 'published');
--> statement-breakpoint
CREATE VIEW as_of.published_teams AS
  SELECT p.* FROM public.published_teams p
  WHERE EXISTS (SELECT FROM as_of.rounds r WHERE r.round_id = p.round_id AND r.status = 'published');
--> statement-breakpoint
CREATE VIEW as_of.registration_numbers AS
  SELECT number_key, group_id, NULL::text COLLATE "C" AS without_zeros FROM as_of.groups WHERE NOT shares_number;
--> statement-breakpoint
-- Lists and figures of a moment are found as those of today are. A row that is too new is passed over within the index.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "groups_by_registration_no";
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "groups_by_name";
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "groups_by_area";
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "assessments_by_round";
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX "targets_by_round";
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX groups_by_registration_no ON groups (registration_no, group_id, recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX groups_by_name ON groups (name, group_id, recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX groups_by_area ON groups (area_code, group_id, recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX assessments_by_round ON assessments (round_id, area_code, group_id, status, levels) INCLUDE (recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX targets_by_round ON targets (round_id, area_code, group_id) INCLUDE (recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX groups_past_by_registration_no ON groups_past (registration_no, group_id, replaced_at, recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX groups_past_by_name ON groups_past (name, group_id, replaced_at, recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX groups_past_by_area ON groups_past (area_code, group_id, replaced_at, recorded_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX assessments_past_by_round ON assessments_past (round_id, replaced_at) INCLUDE (recorded_at, area_code, group_id, status, levels);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX targets_past_by_round ON targets_past (round_id, replaced_at) INCLUDE (recorded_at, area_code, group_id);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX plans_past_by_id ON plans_past (plan_id, replaced_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX plans_past_by_round ON plans_past (round_id, replaced_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX plan_actions_past_by_plan ON plan_actions_past (plan_id, replaced_at);
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX plan_actions_past_by_round ON plan_actions_past (round_id, replaced_at);
--> statement-breakpoint
-- The changes of one kind of record, laid one over the other: each state that was followed by another is a row of the past.
CREATE FUNCTION pg_temp.fill_past(kind text, kept text) RETURNS void LANGUAGE plpgsql AS $fill$
DECLARE
  given text;
  own text;
  change record;
  current_id text;
  state jsonb;
  since timestamp(3) with time zone;
  at timestamp(3) with time zone;
BEGIN
  SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) FILTER (WHERE attgenerated = ''),
      string_agg(format('%I', attname), ', ' ORDER BY attnum)
    INTO given, own
    FROM pg_attribute WHERE attrelid = format('public.%I', kept)::regclass AND attnum > 0 AND NOT attisdropped;
  EXECUTE format('CREATE TEMP TABLE state_of_record (LIKE public.%I INCLUDING GENERATED)', kept);
  -- What is secret is not among the changes, and what is younger than a change is empty in it.
  FOR change IN SELECT attname FROM pg_attribute WHERE attrelid = 'pg_temp.state_of_record'::regclass AND attnotnull AND attnum > 0
  LOOP
    EXECUTE format('ALTER TABLE pg_temp.state_of_record ALTER COLUMN %I DROP NOT NULL', change.attname);
  END LOOP;
  FOR change IN
    SELECT resource_id, happened_at, version, before::jsonb AS before, after::jsonb AS after
    FROM changes WHERE resource = kind ORDER BY resource_id, sequence
  LOOP
    IF change.resource_id IS DISTINCT FROM current_id THEN
      current_id := change.resource_id;
      state := NULL;
      since := '-infinity';
    END IF;
    at := greatest(change.happened_at::timestamp(3) with time zone, since);
    IF state IS NOT NULL AND at > since THEN
      EXECUTE format($insert$
        WITH named AS (
          SELECT jsonb_object_agg(lower(regexp_replace(key, '([A-Z])', '_\1', 'g')), value) AS state FROM jsonb_each($1)
        )
        INSERT INTO pg_temp.state_of_record (%1$s)
        SELECT %1$s FROM named, jsonb_populate_record(NULL::public.%2$I,
          named.state || jsonb_build_object('recorded_at', $2) || %3$L::jsonb)
        $insert$, given, kept, CASE kept WHEN 'groups' THEN '{"shares_number": false}' ELSE '{}' END) USING state, since;
      EXECUTE format('INSERT INTO public.%I (replaced_at, %s) SELECT $1, %s FROM pg_temp.state_of_record', kept || '_past', own, own)
        USING at;
      TRUNCATE pg_temp.state_of_record;
    END IF;
    since := at;
    IF change.after IS NULL THEN state := NULL;
    ELSIF change.before IS NULL OR state IS NULL THEN state := change.after;
    ELSE
      state := state || change.after || jsonb_build_object('version', change.version)
        || CASE WHEN state ? 'updatedAt' THEN jsonb_build_object('updatedAt', change.happened_at) ELSE '{}' END
        || CASE WHEN change.after ? 'reasons'
          THEN jsonb_build_object('reasons', jsonb_strip_nulls(coalesce(state -> 'reasons', '{}') || (change.after -> 'reasons')))
          ELSE '{}' END;
    END IF;
  END LOOP;
  DROP TABLE pg_temp.state_of_record;
END $fill$;
--> statement-breakpoint
-- Since when the rows of today hold: since their last change, and those that came with a migration since ever.
SELECT set_config('prot.restoring', 'on', true);
--> statement-breakpoint
SELECT pg_temp.fill_past('group', 'groups');
--> statement-breakpoint
UPDATE "groups" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'group' AND c."resource_id" = t.group_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('figures', 'figures');
--> statement-breakpoint
UPDATE "figures" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'figures' AND c."resource_id" = t.group_id::text || '/' || t.as_of::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('team', 'teams');
--> statement-breakpoint
UPDATE "teams" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'team' AND c."resource_id" = t.team_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('round', 'rounds');
--> statement-breakpoint
UPDATE "rounds" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'round' AND c."resource_id" = t.round_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('target', 'targets');
--> statement-breakpoint
UPDATE "targets" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'target' AND c."resource_id" = t.round_id::text || '/' || t.group_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('assessment', 'assessments');
--> statement-breakpoint
UPDATE "assessments" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'assessment' AND c."resource_id" = t.round_id::text || '/' || t.group_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('plan', 'plans');
--> statement-breakpoint
UPDATE "plans" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'plan' AND c."resource_id" = t.plan_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('plan-action', 'plan_actions');
--> statement-breakpoint
UPDATE "plan_actions" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'plan-action' AND c."resource_id" = t.plan_id::text || '/' || t.action_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('api-key', 'api_keys');
--> statement-breakpoint
UPDATE "api_keys" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'api-key' AND c."resource_id" = t.api_key_id::text), '-infinity');
--> statement-breakpoint
SELECT pg_temp.fill_past('instrument', 'instruments');
--> statement-breakpoint
UPDATE "instruments" t SET "recorded_at" = coalesce((SELECT max(c."happened_at") FROM "changes" c WHERE c."resource" = 'instrument' AND c."resource_id" = t.code || '@' || t.instrument_version::text), '-infinity');
--> statement-breakpoint
SELECT set_config('prot.restoring', '', true);
--> statement-breakpoint
DROP FUNCTION pg_temp.fill_past(text, text);
