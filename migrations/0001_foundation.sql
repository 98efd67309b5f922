-- The registry, the rounds with their targets and score sheets, access, and the one table of changes.
-- Keys of what belongs to a group begin with group_id, so that these tables can later be distributed by it.
CREATE TABLE "api_keys" (
	"api_key_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"secret_lookup" text NOT NULL,
	"secret_hash" text NOT NULL,
	"permissions" text[] NOT NULL,
	"area_code" text COLLATE "C",
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_secret_hash_sha256" CHECK ("api_keys"."secret_hash" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
CREATE TABLE "service_secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"secret" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "areas" (
	"area_code" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name_th" text COLLATE "thai" NOT NULL,
	"name_en" text NOT NULL,
	"parent_code" text COLLATE "C",
	"valid_from" date,
	"valid_to" date,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "areas_code_digits" CHECK ("areas"."area_code" ~ '^([0-9]{2}){1,4}$'),
	CONSTRAINT "areas_parent_contains" CHECK ("areas"."parent_code" is not distinct from nullif(left("areas"."area_code", -2), ''))
);
--> statement-breakpoint
CREATE TABLE "assessments" (
	"group_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"area_code" text COLLATE "C" NOT NULL,
	"team_id" uuid,
	"assessed_on" date NOT NULL,
	"status" text NOT NULL,
	"levels" text COLLATE "C" NOT NULL,
	"reasons" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"summary" text,
	"submitted_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "assessments_group_id_round_id_pk" PRIMARY KEY("group_id","round_id"),
	CONSTRAINT "assessments_levels_digits" CHECK ("assessments"."levels" ~ '^[0-3]+$')
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "changes_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"subject_id" uuid NOT NULL,
	"transaction_id" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"happened_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"resource" text NOT NULL,
	"resource_id" text NOT NULL,
	"area_code" text COLLATE "C",
	"reason" text,
	"before" json,
	"after" json,
	CONSTRAINT "changes_subject_id_sequence_pk" PRIMARY KEY("subject_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "figures" (
	"group_id" uuid NOT NULL,
	"as_of" date NOT NULL,
	"member_count" integer NOT NULL,
	"savings_baht" numeric(16, 2) NOT NULL,
	"development_level" smallint,
	"source" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "figures_group_id_as_of_pk" PRIMARY KEY("group_id","as_of"),
	CONSTRAINT "figures_member_count" CHECK ("figures"."member_count" >= 0),
	CONSTRAINT "figures_savings_baht" CHECK ("figures"."savings_baht" >= 0),
	CONSTRAINT "figures_development_level" CHECK ("figures"."development_level" between 1 and 3)
);
--> statement-breakpoint
CREATE TABLE "groups" (
	"group_id" uuid PRIMARY KEY NOT NULL,
	"registration_no" text COLLATE "C" NOT NULL,
	"name" text COLLATE "thai" NOT NULL,
	"area_code" text COLLATE "C" NOT NULL,
	"village_name" text,
	"founded_on" date,
	"status" text NOT NULL,
	"figures_as_of" date,
	"member_count" integer,
	"savings_baht" numeric(16, 2),
	"development_level" smallint,
	"figures_source" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registration_numbers" (
	"registration_no" text COLLATE "C" PRIMARY KEY NOT NULL,
	"group_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "instruments" (
	"code" text NOT NULL,
	"instrument_version" integer NOT NULL,
	"instrument_id" uuid NOT NULL,
	"content" json NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "instruments_code_instrument_version_pk" PRIMARY KEY("code","instrument_version"),
	CONSTRAINT "instruments_instrument_id" UNIQUE("instrument_id")
);
--> statement-breakpoint
CREATE TABLE "rounds" (
	"round_id" uuid PRIMARY KEY NOT NULL,
	"fiscal_year_be" smallint NOT NULL,
	"round_no" smallint NOT NULL,
	"area_code" text COLLATE "C",
	"title" text NOT NULL,
	"instrument_code" text NOT NULL,
	"instrument_version" integer NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"target_selection" text NOT NULL,
	"target_population" integer,
	"status" text NOT NULL,
	"opened_at" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"published_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rounds_area_year_no" UNIQUE NULLS NOT DISTINCT("area_code","fiscal_year_be","round_no"),
	CONSTRAINT "rounds_days_in_order" CHECK ("rounds"."starts_on" <= "rounds"."ends_on")
);
--> statement-breakpoint
CREATE TABLE "targets" (
	"group_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"area_code" text COLLATE "C" NOT NULL,
	"team_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "targets_group_id_round_id_pk" PRIMARY KEY("group_id","round_id")
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"team_id" uuid PRIMARY KEY NOT NULL,
	"name" text COLLATE "thai" NOT NULL,
	"tier" text NOT NULL,
	"area_code" text COLLATE "C" NOT NULL,
	"members" json NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "assessments" ADD CONSTRAINT "assessments_team_id_teams_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("team_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assessments" ADD CONSTRAINT "assessments_target" FOREIGN KEY ("group_id","round_id") REFERENCES "public"."targets"("group_id","round_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "figures" ADD CONSTRAINT "figures_group_id_groups_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("group_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_area_code_areas_area_code_fk" FOREIGN KEY ("area_code") REFERENCES "public"."areas"("area_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_area_code_areas_area_code_fk" FOREIGN KEY ("area_code") REFERENCES "public"."areas"("area_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_instrument" FOREIGN KEY ("instrument_code","instrument_version") REFERENCES "public"."instruments"("code","instrument_version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "targets" ADD CONSTRAINT "targets_group_id_groups_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("group_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "targets" ADD CONSTRAINT "targets_round_id_rounds_round_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("round_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "targets" ADD CONSTRAINT "targets_team_id_teams_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("team_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_area_code_areas_area_code_fk" FOREIGN KEY ("area_code") REFERENCES "public"."areas"("area_code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_by_secret" ON "api_keys" USING btree ("secret_lookup");--> statement-breakpoint
CREATE INDEX "areas_by_parent" ON "areas" USING btree ("parent_code","area_code");--> statement-breakpoint
CREATE INDEX "assessments_by_round" ON "assessments" USING btree ("round_id","area_code","group_id","status","levels");--> statement-breakpoint
CREATE INDEX "assessments_by_team" ON "assessments" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "changes_by_sequence" ON "changes" USING btree ("sequence");--> statement-breakpoint
CREATE INDEX "changes_by_record" ON "changes" USING btree ("resource","resource_id","sequence");--> statement-breakpoint
CREATE INDEX "groups_by_area" ON "groups" USING btree ("area_code","group_id");--> statement-breakpoint
CREATE INDEX "groups_by_registration_no" ON "groups" USING btree ("registration_no","group_id");--> statement-breakpoint
CREATE INDEX "groups_by_name" ON "groups" USING btree ("name","group_id");--> statement-breakpoint
CREATE INDEX "targets_by_round" ON "targets" USING btree ("round_id","area_code","group_id");--> statement-breakpoint
CREATE INDEX "targets_by_team" ON "targets" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "teams_by_area" ON "teams" USING btree ("area_code","team_id");--> statement-breakpoint
-- A round is read while it is being written, and an index-only scan needs vacuumed pages: without this the statistics of
-- an open round took three times as long.
ALTER TABLE "assessments" SET (autovacuum_vacuum_insert_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0.02);
