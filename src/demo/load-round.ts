import { type Answered, type Call, etagOf, forEachOf, listAll } from './client.js';
import type { DemoSheet } from './data.js';

export interface LoadedRound {
  roundId: string;
  status: 'draft' | 'open' | 'closed' | 'published';
}

/** What goes into a round; `groupIds` by registration number. */
interface Filling {
  sheets: readonly DemoSheet[];
  groupIds: ReadonlyMap<string, string>;
}

/** Takes a round from where it is to closed: its targets while it is a draft, its sheets while it is open. */
export async function fillRound(
  call: Call,
  { roundId, status }: LoadedRound,
  { sheets, groupIds }: Filling,
  addTargets: () => Promise<unknown>,
): Promise<void> {
  if (status === 'draft') {
    await addTargets();
    await move(call, roundId, 'opening');
  }
  if (status === 'draft' || status === 'open') {
    const there = await listAll(call, `/v1/rounds/${roundId}/assessments?limit=500`);
    const thereByGroup = new Map(there.map((sheet) => [sheet.groupId, sheet]));
    await forEachOf(sheets, (sheet) => {
      const groupId = groupIds.get(sheet.registrationNo) ?? '';
      return submitSheet(call, `/v1/rounds/${roundId}/assessments/${groupId}`, sheet, thereByGroup.get(groupId));
    });
    await move(call, roundId, 'closing');
  }
}

/** Publishes a round that is closed, as the province did. */
export async function publishRound(call: Call, { roundId, status }: LoadedRound): Promise<void> {
  if (status !== 'published') await move(call, roundId, 'publication');
}

/** Makes the groups of the sheets targets; setting again what is set already changes nothing. */
export async function setTargets(
  call: Call,
  roundId: string,
  { sheets, groupIds, teamIds }: Filling & { teamIds: ReadonlyMap<string, string> },
): Promise<void> {
  await forEachOf(sheets, ({ registrationNo, teamKey }) =>
    call('PUT', `/v1/rounds/${roundId}/targets/${groupIds.get(registrationNo)}`, { teamId: teamIds.get(teamKey) }),
  );
}

export async function copyTargets(call: Call, fromRoundId: string, toRoundId: string): Promise<void> {
  await call('POST', `/v1/rounds/${toRoundId}/targets/copy`, { fromRoundId });
}

async function submitSheet(
  call: Call,
  path: string,
  { assessedOn, scores, summary }: DemoSheet,
  there: Answered['body'] | undefined,
): Promise<void> {
  if (there?.status === 'submitted') return;
  const saved = there ? etagOf(there) : (await call('PUT', path, { assessedOn, scores, summary })).etag;
  await call('POST', `${path}/submission`, undefined, saved);
}

async function move(call: Call, roundId: string, name: 'opening' | 'closing' | 'publication'): Promise<void> {
  const { etag } = await call('GET', `/v1/rounds/${roundId}`);
  await call('POST', `/v1/rounds/${roundId}/${name}`, undefined, etag);
}
