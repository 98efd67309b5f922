-- One number, one group: numbers are compared by what they are and no longer by how they are written, and a number and
-- the group that has it can no longer disagree. All tables that are written anew here are locked meanwhile: about two
-- minutes for a million groups.
ALTER TABLE "groups" ADD COLUMN "shares_number" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
-- Groups that were registered under one number in several writings: the oldest is known by the number from now on, the
-- others by their ids and by the number exactly as they write it. `npm run check-registry` lists them.
UPDATE "groups" SET "shares_number" = true WHERE "group_id" IN (
  SELECT "group_id" FROM (
    SELECT "group_id", row_number() OVER (PARTITION BY regexp_replace(replace(translate(lower(normalize(regexp_replace(registration_no, '[\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+', '', 'g'), NFKD)), U&'\0e50\0e51\0e52\0e53\0e54\0e55\0e56\0e57\0e58\0e59\0e45', U&'\0030\0031\0032\0033\0034\0035\0036\0037\0038\0039\0e32'), U&'\0e40\0e40', U&'\0e41'), '([\u0e48-\u0e4b])([\u0e31\u0e34-\u0e37\u0e4d])', '\2\1', 'g') ORDER BY "created_at", "group_id") AS place FROM "groups"
  ) AS numbered WHERE place > 1
);
--> statement-breakpoint
-- Numbers that an import had reserved for a group without giving them to it, so that nobody could have them. They are free
-- again; who sent them may send them again. The changes remember which they were, and for which group.
INSERT INTO "changes" ("subject_id", "actor_kind", "actor_id", "actor_name", "action", "resource", "resource_id", "area_code", "reason", "before")
SELECT n."group_id", 'service', 'prot', 'Prot', 'registration-number.released', 'registration-number', n."registration_no", g."area_code",
  'An import had reserved this number for the group without giving it to the group.',
  json_build_object('registrationNo', n."registration_no", 'groupId', n."group_id")
FROM "registration_numbers" n LEFT JOIN "groups" g ON g."group_id" = n."group_id"
WHERE g."registration_no" IS DISTINCT FROM n."registration_no";
--> statement-breakpoint
-- What identifies a number; and a search also passes over what does not show, over how a letter is composed, and over how
-- many spaces there are of which kind. Together, so that the table is written anew once.
ALTER TABLE "groups"
  -- squawk-ignore ban-drop-column
  DROP COLUMN "search_text",
  -- squawk-ignore adding-field-with-default
  ADD COLUMN "number_key" text COLLATE "C" GENERATED ALWAYS AS (case when shares_number then '=' || group_id::text else regexp_replace(replace(translate(lower(normalize(regexp_replace(registration_no, '[\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+', '', 'g'), NFKD)), U&'\0e50\0e51\0e52\0e53\0e54\0e55\0e56\0e57\0e58\0e59\0e45', U&'\0030\0031\0032\0033\0034\0035\0036\0037\0038\0039\0e32'), U&'\0e40\0e40', U&'\0e41'), '([\u0e48-\u0e4b])([\u0e31\u0e34-\u0e37\u0e4d])', '\2\1', 'g') end) STORED NOT NULL,
  -- squawk-ignore adding-field-with-default
  ADD COLUMN "search_text" text COLLATE "C" GENERATED ALWAYS AS (regexp_replace(replace(translate(replace(translate(lower(normalize(regexp_replace((name || U&'\000A' || registration_no) collate "C", '[\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+', '', 'g'), NFKD)), U&'\0e50\0e51\0e52\0e53\0e54\0e55\0e56\0e57\0e58\0e59\0e45', U&'\0030\0031\0032\0033\0034\0035\0036\0037\0038\0039\0e32'), U&'\0e40\0e40', U&'\0e41'), U&'\0e47\0e48\0e49\0e4a\0e4b\0e4c\0e4e', ''), U&'\0e4d\0e32', U&'\0e33'), '  +', ' ', 'g')) STORED NOT NULL;
--> statement-breakpoint
-- What is reserved follows from the groups, so the table is filled anew: this also gives back what a refused row of an
-- import had taken from its group.
TRUNCATE "registration_numbers";
--> statement-breakpoint
-- squawk-ignore ban-drop-column
ALTER TABLE "registration_numbers" DROP COLUMN "registration_no";
--> statement-breakpoint
-- squawk-ignore adding-required-field, adding-serial-primary-key-field
ALTER TABLE "registration_numbers" ADD COLUMN "number_key" text COLLATE "C" PRIMARY KEY NOT NULL;
--> statement-breakpoint
-- squawk-ignore adding-field-with-default
ALTER TABLE "registration_numbers" ADD COLUMN "without_zeros" text COLLATE "C" GENERATED ALWAYS AS (regexp_replace(number_key, '(^|[^0-9])0+([0-9])', '\1\2', 'g')) STORED NOT NULL;
--> statement-breakpoint
INSERT INTO "registration_numbers" ("number_key", "group_id") SELECT "number_key", "group_id" FROM "groups" ORDER BY "number_key";
--> statement-breakpoint
-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
ALTER TABLE "groups" ADD CONSTRAINT "groups_number" UNIQUE("group_id","number_key");
--> statement-breakpoint
-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
ALTER TABLE "registration_numbers" ADD CONSTRAINT "registration_numbers_group" UNIQUE("group_id","number_key");
--> statement-breakpoint
-- Checked at the end of a transaction, because each of the two rows needs the other to be there.
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE "groups" ADD CONSTRAINT "groups_number_is_reserved" FOREIGN KEY ("group_id","number_key") REFERENCES "public"."registration_numbers"("group_id","number_key") DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ALTER TABLE "registration_numbers" ADD CONSTRAINT "registration_numbers_is_of_group" FOREIGN KEY ("group_id","number_key") REFERENCES "public"."groups"("group_id","number_key") DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "groups_sharing_numbers" ON "groups" USING btree ("registration_no") WHERE shares_number;
--> statement-breakpoint
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "registration_numbers_without_zeros" ON "registration_numbers" USING btree ("without_zeros","number_key");
--> statement-breakpoint
-- The index of trigrams went with its column and is made again as in 0006.
DO $$
DECLARE
  home text;
  reads_thai boolean;
BEGIN
  SELECT quote_ident(nspname) INTO home
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm';
  IF home IS NOT NULL THEN
    EXECUTE format('SELECT cardinality(%s.show_trgm(U&''\0E2D\0E2D\0E21'')) > 0', home) INTO reads_thai;
    IF reads_thai THEN
      EXECUTE format('CREATE INDEX groups_by_search_text ON groups USING gin (search_text %s.gin_trgm_ops)', home);
    END IF;
  END IF;
END $$;
