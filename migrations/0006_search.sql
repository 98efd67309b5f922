-- What `q` looks into: name and registration number without what people leave out or write in two ways. Stored, because
-- to fold each name at each search would cost ten times the search. Adding it writes the table anew while nobody else
-- can use it: about a minute for a million groups.
-- squawk-ignore adding-field-with-default
ALTER TABLE "groups" ADD COLUMN "search_text" text COLLATE "C" GENERATED ALWAYS AS (replace(replace(translate(lower((name || U&'\000A' || registration_no) collate "C"), U&'\0e50\0e51\0e52\0e53\0e54\0e55\0e56\0e57\0e58\0e59\0e47\0e48\0e49\0e4a\0e4b\0e4c\0e4e\200b\200c\200d\feff', '0123456789'), U&'\0e4d\0e32', U&'\0e33'), U&'\0e40\0e40', U&'\0e41')) STORED NOT NULL;
--> statement-breakpoint
-- With trigrams a part of a name is found among a million in milliseconds. The extension comes with PostgreSQL, and whoever
-- may migrate may create it, but some hosts forbid it or lack its files: then a search reads the whole table, as it does
-- on the embedded database. Who adds the extension later makes the index by hand: CREATE INDEX ... as below.
-- In the ctype "C" no Thai letter is a letter and the index would find all names for any Thai word, so there is none.
DO $$
DECLARE
  home text;
  reads_thai boolean;
BEGIN
  BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
  EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE NOTICE 'No pg_trgm (%): a search reads the whole table of groups.', SQLERRM;
  END;
  SELECT quote_ident(nspname) INTO home
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm';
  IF home IS NOT NULL THEN
    EXECUTE format('SELECT cardinality(%s.show_trgm(U&''\0E2D\0E2D\0E21'')) > 0', home) INTO reads_thai;
    IF reads_thai THEN
      EXECUTE format('CREATE INDEX groups_by_search_text ON groups USING gin (search_text %s.gin_trgm_ops)', home);
    END IF;
  END IF;
END $$;
--> statement-breakpoint
-- The plans of a district over all rounds, which would else be looked for among those of the whole country.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX "plans_by_area" ON "plans" USING btree ("area_code","plan_id");
