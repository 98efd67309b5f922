ALTER TABLE "assessments" ADD COLUMN "confirmation" json;
--> statement-breakpoint
SELECT keep_past('assessments');
