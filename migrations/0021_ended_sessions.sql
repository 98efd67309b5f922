-- Sign-ins that identity providers ended by back-channel logout, and which of their logout tokens were taken.
CREATE TABLE "ended_sessions" (
	"ended_id" uuid PRIMARY KEY NOT NULL,
	"ended_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "logout_tokens" (
	"token_id" uuid PRIMARY KEY NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "ended_sessions_by_age" ON "ended_sessions" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX "logout_tokens_by_age" ON "logout_tokens" USING btree ("taken_at");