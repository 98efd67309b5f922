-- Permissions by the duties of the field, and what a key is beside them: whose it is, for which team, and how its secret is
-- changed. Keys keep what they could do; each is noted as changed by the service.
CREATE TABLE "access_revisions" (
	"name" text PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_key_uses" (
	"api_key_id" uuid PRIMARY KEY NOT NULL,
	"last_used_on" date NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "prefix" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "previous_lookup" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "previous_hash" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "team_id" uuid;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "person_id" uuid;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "acts_on_behalf" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "previous_secret_expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "made_by" json;--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "api_keys_by_previous_secret" ON "api_keys" USING btree ("previous_lookup") WHERE "api_keys"."previous_lookup" is not null;--> statement-breakpoint
SELECT keep_past('api_keys');
--> statement-breakpoint
-- What was replaced before had none either.
UPDATE "api_keys_past" SET "acts_on_behalf" = false WHERE "acts_on_behalf" IS NULL;
--> statement-breakpoint
CREATE FUNCTION pg_temp.by_duties(held text[]) RETURNS text[] LANGUAGE sql AS $$
  WITH duties (place, permission, follows_from) AS (VALUES
    (1, 'read', 'read'), (2, 'read:drafts', 'read'), (3, 'groups:write', 'groups:write'), (4, 'teams:write', 'rounds:write'),
    (5, 'rounds:write', 'rounds:write'), (6, 'rounds:publish', 'rounds:write'), (7, 'targets:write', 'rounds:write'),
    (8, 'assessments:write', 'assessments:write'), (9, 'assessments:review', 'assessments:write'),
    (10, 'plans:write', 'plans:write'), (11, 'plans:approve', 'plans:write'), (12, 'instruments:write', 'rounds:write'),
    (13, 'keys:write', 'admin'), (14, 'audit:read', 'admin'), (14, 'audit:read', 'audit:read'), (15, 'metrics:read', 'read'),
    (16, 'records:restore', 'admin'))
  -- Until now `admin` was keys, webhooks, restoring and what was done with keys, and no other permission. Now it is all of them.
  SELECT CASE WHEN held @> '{read,groups:write,rounds:write,assessments:write,plans:write,admin}'
    THEN (SELECT array_agg(permission ORDER BY place) FROM (SELECT DISTINCT place, permission FROM duties) AS every) || ARRAY['admin']
    ELSE (SELECT array_agg(permission ORDER BY place) FROM (SELECT DISTINCT place, permission FROM duties
      WHERE follows_from = ANY (held)) AS following) END
$$;
--> statement-breakpoint
WITH was AS MATERIALIZED (SELECT * FROM "api_keys"), changed AS (
  UPDATE "api_keys" k SET "permissions" = pg_temp.by_duties(k."permissions"), "version" = k."version" + 1,
    "made_by" = (SELECT json_build_object('kind', c."actor_kind", 'id', c."actor_id", 'name', c."actor_name") FROM "changes" c
      WHERE c."resource" = 'api-key' AND c."resource_id" = k."api_key_id"::text AND c."action" = 'api-key.created'
      ORDER BY c."sequence" LIMIT 1)
  RETURNING k.*
)
INSERT INTO "changes" ("happened_at", "subject_id", "actor_kind", "actor_id", "actor_name", "action", "resource", "resource_id",
  "area_code", "reason", "version", "before", "after")
SELECT c."recorded_at", c."api_key_id", 'service', 'prot', 'Prot', 'api-key.permissions-parted', 'api-key', c."api_key_id"::text,
  c."area_code", 'The permissions were parted by duties; the key may do what it could before.', c."version",
  json_build_object('permissions', w."permissions", 'madeBy', NULL),
  json_build_object('permissions', c."permissions", 'madeBy', c."made_by")
FROM changed c JOIN was w USING ("api_key_id");
