-- Ends of sign-ins: who signed in before one is asked to sign in again.
CREATE TABLE "sign_outs" (
	"sign_out_id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"area_code" text COLLATE "C",
	"reason" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "sign_outs_by_person" ON "sign_outs" USING btree ("person_id","created_at");--> statement-breakpoint
SELECT keep_past('sign_outs');
