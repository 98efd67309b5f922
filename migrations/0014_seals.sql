CREATE TABLE "seals" (
	"seal_no" bigint PRIMARY KEY NOT NULL,
	"form" text NOT NULL,
	"from_position" bigint NOT NULL,
	"to_position" bigint NOT NULL,
	"change_count" integer NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	"leaves" "bytea" NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL,
	"signature" text,
	"key_id" text,
	CONSTRAINT "seals_positions_in_order" CHECK ("seals"."from_position" <= "seals"."to_position")
);
