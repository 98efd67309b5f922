-- Improvement plans of a group, a district or a province, and their actions.
CREATE TABLE "plan_actions" (
	"action_id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"subject_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"area_code" text COLLATE "C" NOT NULL,
	"group_id" uuid,
	"criterion_no" smallint NOT NULL,
	"principle" text,
	"title" text NOT NULL,
	"kind" text NOT NULL,
	"responsible_name" text,
	"responsible_organization" text,
	"budget_baht" numeric(16, 2),
	"starts_on" date,
	"due_on" date,
	"status" text NOT NULL,
	"progress_percent" smallint NOT NULL,
	"outcome" text,
	"reason" text,
	"finding" text,
	"drafted" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plan_actions_subject_id_plan_id_action_id_pk" PRIMARY KEY("subject_id","plan_id","action_id"),
	CONSTRAINT "plan_actions_progress" CHECK ("plan_actions"."progress_percent" between 0 and 100)
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"plan_id" uuid NOT NULL,
	"subject_id" uuid NOT NULL,
	"tier" text NOT NULL,
	"area_code" text COLLATE "C" NOT NULL,
	"group_id" uuid,
	"round_id" uuid NOT NULL,
	"title" text NOT NULL,
	"status" text NOT NULL,
	"cancellation_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plans_subject_id_plan_id_pk" PRIMARY KEY("subject_id","plan_id")
);
--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_group_id_groups_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("group_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_round_id_rounds_round_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("round_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "plan_actions_by_plan" ON "plan_actions" USING btree ("plan_id","action_id");--> statement-breakpoint
CREATE INDEX "plan_actions_by_round" ON "plan_actions" USING btree ("round_id","area_code","group_id","criterion_no");--> statement-breakpoint
CREATE INDEX "plans_by_id" ON "plans" USING btree ("plan_id");--> statement-breakpoint
CREATE INDEX "plans_by_round" ON "plans" USING btree ("round_id","area_code","plan_id");