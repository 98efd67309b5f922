/** A database that a newer program has migrated, under a program that does not know what it changed. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { runCommand } from '../support/command.js';
import { databases, endsWith, launch, withDatabase } from '../support/process.js';

t.setTimeout(110_000);

for (const { name, storage } of databases) {
  t.test(`${name}: no program starts on a database that a newer one has migrated, and each says so`, async (t) => {
    const variables = await storage(t);
    const ofTomorrow = Date.parse('2099-01-01T00:00:00Z');
    await withDatabase(variables, async (db) => {
      await db.execute(
        sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a newer program', ${ofTomorrow})`,
      );
    });
    const refusal = /newer program: 1 of its migrations, the latest of 2099-01-01T00:00:00.000Z/;
    await endsWith(t, launch(t, variables), refusal);
    const { code, stdout, stderr } = await runCommand('migrate', [], { variables });
    t.strictSame([code, stdout], [1, ''], 'and `npm run migrate` does not claim that it is up to date');
    t.match(stderr, refusal);
  });
}
