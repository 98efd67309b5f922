ALTER TABLE "changes" ADD COLUMN "area_code_before" text COLLATE "C";
--> statement-breakpoint
-- Of the records that moved to another area: where they lay before, empty for the whole country.
UPDATE "changes" SET "area_code_before" = coalesce("before" ->> 'areaCode', '')
WHERE "before" IS NOT NULL AND "after" IS NOT NULL AND "before"::jsonb ? 'areaCode' AND "after"::jsonb ? 'areaCode'
  AND "resource" IN ('group', 'team', 'round');
