-- On which side of a change its record was a draft or hung on one, and whether a webhook tells of drafts, as all that are there do.
-- All changes are looked through once, and those of drafts are written anew: a minute and a half for a million of them.
ALTER TABLE "changes" ADD COLUMN "draft_before" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "draft_after" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "drafts" boolean DEFAULT true NOT NULL;--> statement-breakpoint
SELECT keep_past('webhooks');--> statement-breakpoint
-- What was replaced before told of drafts too.
UPDATE "webhooks_past" SET "drafts" = true WHERE "drafts" IS NULL;
--> statement-breakpoint
-- The change since which a round or plan is no draft any more, 0 when it is older than the log; none ever becomes one again.
CREATE TEMP TABLE opened ON COMMIT DROP AS
  SELECT resource, id, min(sequence) AS at FROM (
    SELECT "resource" AS resource, "resource_id" AS id, "sequence" AS sequence FROM "changes"
    WHERE "resource" IN ('round', 'plan') AND "after" ->> 'status' <> 'draft'
    UNION ALL
    SELECT kind, id, 0 FROM (
      SELECT 'round' AS kind, "round_id"::text AS id FROM "rounds" WHERE "status" <> 'draft'
      UNION ALL SELECT 'plan', "plan_id"::text FROM "plans" WHERE "status" <> 'draft') AS those_that_are_none
    WHERE NOT EXISTS (SELECT FROM "changes" c WHERE c."resource" = kind AND c."resource_id" = id AND c."after" ->> 'status' IS NOT NULL)
  ) AS ceased GROUP BY 1, 2;
--> statement-breakpoint
CREATE TEMP TABLE rounds_of_plans ON COMMIT DROP AS
  SELECT "resource_id" AS plan_id, min("after" ->> 'roundId') AS round_id FROM "changes"
  WHERE "resource" = 'plan' AND "before" IS NULL GROUP BY 1
  UNION SELECT "plan_id"::text, "round_id"::text FROM "plans";
--> statement-breakpoint
WITH said AS (
  -- What the changes of a sheet say of its state; what is older than all of them, the first of them says, or the sheet.
  SELECT c."subject_id", c."sequence", c."resource_id", c."before" IS NULL AS makes,
    CASE WHEN c."after" IS NOT NULL THEN c."after" ->> 'status' END AS status,
    count(c."after" ->> 'status') OVER (PARTITION BY c."resource_id" ORDER BY c."sequence") AS told,
    coalesce(first_value(c."before" ->> 'status') OVER (PARTITION BY c."resource_id" ORDER BY
      (c."before" ->> 'status') IS NULL, c."sequence"), a."status") AS at_first
  FROM "changes" c LEFT JOIN "assessments" a ON a."group_id" = c."subject_id"
    AND a."round_id"::text = split_part(c."resource_id", '/', 1)
  WHERE c."resource" = 'assessment'
), known AS (
  SELECT *, coalesce(first_value(status) OVER (PARTITION BY "resource_id", told ORDER BY "sequence"), at_first) = 'draft' AS draft
  FROM said
), sides AS (
  SELECT "subject_id", "sequence", draft AS after,
    CASE WHEN makes THEN draft ELSE coalesce(lag(draft) OVER (PARTITION BY "resource_id" ORDER BY "sequence"), at_first = 'draft') END AS before
  FROM known
  UNION ALL
  SELECT c."subject_id", c."sequence", own.after OR hangs,
    CASE WHEN c."before" IS NULL THEN own.after ELSE own.before END OR hangs
  FROM "changes" c
  LEFT JOIN rounds_of_plans p ON c."resource" IN ('plan', 'plan-action') AND p.plan_id = split_part(c."resource_id", '/', 1)
  LEFT JOIN opened o ON o.resource = c."resource" AND o.id = c."resource_id"
  LEFT JOIN opened r ON r.resource = 'round' AND r.id = CASE c."resource" WHEN 'target' THEN split_part(c."resource_id", '/', 1) ELSE p.round_id END
  LEFT JOIN opened l ON l.resource = 'plan' AND c."resource" = 'plan-action' AND l.id = p.plan_id
  CROSS JOIN LATERAL (SELECT c."resource" IN ('round', 'plan') AS has_state) AS kind
  CROSS JOIN LATERAL (SELECT has_state AND coalesce(c."sequence" < o.at, true) AS after,
    has_state AND coalesce(c."sequence" <= o.at, true) AS before) AS own
  CROSS JOIN LATERAL (SELECT (c."resource" <> 'round' AND coalesce(c."sequence" < r.at, true))
    OR (c."resource" = 'plan-action' AND coalesce(c."sequence" < l.at, true)) AS hangs) AS parents
  WHERE c."resource" IN ('round', 'plan', 'target', 'plan-action')
)
UPDATE "changes" c SET "draft_before" = coalesce(s.before, true), "draft_after" = coalesce(s.after, true)
FROM sides s WHERE s."subject_id" = c."subject_id" AND s."sequence" = c."sequence" AND (coalesce(s.before, true) OR coalesce(s.after, true));
