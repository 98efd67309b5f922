ALTER TABLE "assessments" ADD COLUMN "last_return" json;
--> statement-breakpoint
ALTER TABLE "rounds" ADD COLUMN "last_reopening" json;
--> statement-breakpoint
-- A view of the past that others are made of can take more columns, but it cannot be dropped.
DO $$ BEGIN
  EXECUTE replace(replace(pg_get_functiondef('public.keep_past(text)'::regprocedure),
    $old$EXECUTE format('DROP VIEW IF EXISTS as_of.%I', kept);$old$, ''), 'CREATE VIEW', 'CREATE OR REPLACE VIEW');
END $$;
--> statement-breakpoint
SELECT keep_past('assessments');
--> statement-breakpoint
SELECT keep_past('rounds');
--> statement-breakpoint
-- The returns and reopenings that the changes tell of, as they stand on sheet and round until the next one or the deletion.
CREATE TEMP TABLE given_reasons ON COMMIT DROP AS
SELECT c.sequence, c.resource, c.resource_id, c.happened_at AS since, given.reason AS given,
  lag(given.reason) OVER record AS given_before, lead(c.happened_at) OVER record AS until
FROM "changes" c
CROSS JOIN LATERAL (
  SELECT CASE WHEN c.after IS NOT NULL AND c.reason IS NOT NULL THEN row_to_json(act) END AS reason
  FROM (SELECT c.reason, to_char(c.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, who AS by
    FROM (SELECT c.actor_kind AS kind, c.actor_id AS id, c.actor_name AS name) AS who) AS act
) AS given
WHERE (c.resource = 'assessment' AND (c.action = 'assessment.returned' OR c.after IS NULL))
  OR (c.resource = 'round' AND (c.action = 'round.reopening' OR c.after IS NULL))
WINDOW record AS (PARTITION BY c.resource, c.resource_id ORDER BY c.sequence);
--> statement-breakpoint
-- So that the changes, laid one over the other, still are the tables: also what is kept of a sheet that was deleted.
UPDATE "changes" c SET
  "before" = (c."before"::jsonb || jsonb_build_object(field.name, g.given_before))::json,
  "after" = CASE WHEN c."after" IS NOT NULL THEN (c."after"::jsonb || jsonb_build_object(field.name, g.given))::json END
FROM given_reasons g, LATERAL (SELECT CASE g.resource WHEN 'round' THEN 'lastReopening' ELSE 'lastReturn' END AS name) AS field
WHERE c."sequence" = g.sequence AND (g.given IS NOT NULL OR g.given_before IS NOT NULL);
--> statement-breakpoint
SELECT set_config('prot.restoring', 'on', true);
--> statement-breakpoint
UPDATE "assessments" a SET "last_return" = g.given FROM given_reasons g
WHERE g.resource = 'assessment' AND g.resource_id = a.round_id || '/' || a.group_id AND g.until IS NULL;
--> statement-breakpoint
UPDATE "assessments_past" a SET "last_return" = g.given FROM given_reasons g
WHERE g.resource = 'assessment' AND g.resource_id = a.round_id || '/' || a.group_id
  AND a.recorded_at >= g.since AND (g.until IS NULL OR a.recorded_at < g.until);
--> statement-breakpoint
UPDATE "rounds" r SET "last_reopening" = g.given FROM given_reasons g
WHERE g.resource = 'round' AND g.resource_id = r.round_id::text AND g.until IS NULL;
--> statement-breakpoint
UPDATE "rounds_past" r SET "last_reopening" = g.given FROM given_reasons g
WHERE g.resource = 'round' AND g.resource_id = r.round_id::text
  AND r.recorded_at >= g.since AND (g.until IS NULL OR r.recorded_at < g.until);
--> statement-breakpoint
SELECT set_config('prot.restoring', '', true);
