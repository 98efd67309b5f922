-- What a published round shows of groups and teams is kept beside it, because they go on to change.
CREATE TABLE "published_groups" (
	"round_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"registration_no" text COLLATE "C" NOT NULL,
	"name" text NOT NULL,
	"member_count" integer,
	"savings_baht" numeric(16, 2),
	CONSTRAINT "published_groups_round_id_group_id_pk" PRIMARY KEY("round_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "published_teams" (
	"round_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "published_teams_round_id_team_id_pk" PRIMARY KEY("round_id","team_id")
);
--> statement-breakpoint
ALTER TABLE "published_groups" ADD CONSTRAINT "published_groups_round_id_rounds_round_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("round_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "published_groups" ADD CONSTRAINT "published_groups_group_id_groups_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("group_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "published_teams" ADD CONSTRAINT "published_teams_round_id_rounds_round_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("round_id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
-- Rounds that are published already are kept as they were then: the record of changes knows what their groups and teams
-- looked like. Where it knows nothing, as of a registry that was moved here later, they are kept as they are now.
INSERT INTO "published_groups" ("round_id", "group_id", "registration_no", "name", "member_count", "savings_baht")
SELECT r.round_id, g.group_id, coalesce(c.after ->> 'registrationNo', g.registration_no), coalesce(c.after ->> 'name', g.name),
	CASE WHEN c.after IS NULL THEN g.member_count ELSE (c.after -> 'figures' ->> 'memberCount')::integer END,
	CASE WHEN c.after IS NULL THEN g.savings_baht ELSE (c.after -> 'figures' ->> 'savingsBaht')::numeric(16, 2) END
FROM "rounds" r
JOIN "targets" t ON t.round_id = r.round_id
JOIN "groups" g ON g.group_id = t.group_id
LEFT JOIN LATERAL (
	SELECT after FROM "changes" WHERE resource = 'group' AND resource_id = g.group_id::text AND happened_at <= r.published_at
	ORDER BY sequence DESC LIMIT 1
) c ON true
WHERE r.status = 'published';
--> statement-breakpoint
INSERT INTO "published_teams" ("round_id", "team_id", "name")
SELECT named.round_id, named.team_id, coalesce(c.after ->> 'name', teams.name)
FROM (SELECT round_id, team_id FROM "targets" UNION SELECT round_id, team_id FROM "assessments") named
JOIN "rounds" r ON r.round_id = named.round_id
JOIN "teams" ON teams.team_id = named.team_id
LEFT JOIN LATERAL (
	SELECT after FROM "changes" WHERE resource = 'team' AND resource_id = named.team_id::text AND happened_at <= r.published_at
	ORDER BY sequence DESC LIMIT 1
) c ON true
WHERE r.status = 'published';
