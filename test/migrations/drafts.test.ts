/** Migration 0019: what it says of the drafts of a log is what is noted of them by whoever writes. */
import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { startTestApp } from '../support/app.js';
import { makeDraftWorld } from '../support/draft-world.js';
import { made, makeRound, moveRound, sheetFrom, sheetPath } from '../support/world.js';

const any = { 'if-match': '*' };

t.test('the drafts of a log that was kept without them are found as they were', async (t) => {
  const { admin, client, database } = await startTestApp(t);
  const reviewer = await client();
  const { openId, submittedId, begunId, returnedId, draft, ofDraftRound, draftRoundId } = await makeDraftWorld({
    admin,
    reviewer,
  });
  // Submitted again, deleted as a draft, and made anew; and one that a file makes and submits at once.
  await made(admin.post(`${sheetPath(openId, returnedId)}/submission`, undefined, any));
  t.equal((await admin.delete(sheetPath(openId, begunId), any)).status, 204);
  await made(admin.put(sheetPath(openId, begunId), sheetFrom('12')));
  await made(reviewer.post(`${sheetPath(openId, submittedId)}/return`, { reason: 'ก' }, any));
  // A plan and a round that end as drafts, and those that cease to be any.
  await made(admin.post(`/v1/plans/${draft.planId}/cancellation`, { reason: 'ก' }, any));
  const { planId } = await made(
    admin.post('/v1/plans', { roundId: openId, tier: 'district', areaCode: '4010', title: 'ก' }),
  );
  await made(admin.post(`/v1/plans/${planId}/actions`, { criterionNo: 1, title: 'ก', reason: 'ก' }));
  t.equal((await admin.delete(`/v1/plans/${planId}`, any)).status, 204);
  const { roundId } = await makeRound(admin, { roundNo: 7 }, 'draft');
  t.equal((await admin.delete(`/v1/rounds/${roundId}`, any)).status, 204);
  await moveRound(admin, draftRoundId, 'opening');
  await made(admin.post(`/v1/plans/${ofDraftRound.planId}/actions`, { criterionNo: 2, title: 'ก', reason: 'ก' }));

  const { db } = database;
  const drafts = () =>
    rowsOf<{ action: string }>(
      db,
      sql`select sequence::int, action, draft_before as before, draft_after as after from changes
        where draft_before or draft_after order by sequence`,
    );
  const noted = await drafts();
  const migration = await readFile(new URL('../../../migrations/0019_drafts.sql', import.meta.url), 'utf8');
  await db.execute(sql`alter table changes drop column draft_before cascade, drop column draft_after cascade`);
  await db.execute(sql`alter table webhooks drop column drafts cascade`);
  await db.execute(sql`alter table webhooks_past drop column drafts cascade`);
  await db.execute(sql.raw(`begin; ${migration.replaceAll('--> statement-breakpoint', '')}; commit`));
  t.strictSame(await drafts(), noted);
  const actions = new Set(noted.map(({ action }) => action));
  for (const kind of ['round', 'target', 'assessment', 'plan', 'plan-action'])
    t.ok(
      [...actions].some((action) => action.startsWith(`${kind}.`)),
      kind,
    );
  t.ok(noted.length > 30, `${noted.length} changes of drafts`);
});
