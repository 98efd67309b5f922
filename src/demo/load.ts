import { type Call, forEachOf } from './client.js';
import type { DemoData, DemoGroup, DemoSheet } from './data.js';
import { reconstructKhonKaen } from './reconstruct.js';

/**
 * Loads the reconstructed round of Khon Kaen through the API and gives its round id. What is there already stays as it
 * is, so a load that was interrupted goes on where it stopped.
 * @throws Error when the province has groups that are not of the demonstration: figures would mix
 */
export async function loadDemo(call: Call, say: (line: string) => void): Promise<string> {
  await refuseRealData(call);
  const data = reconstructKhonKaen(await fetchSubdistricts(call));
  const round = await findOrMakeRound(call, data);
  if (round.status === 'draft' || round.status === 'open') await fillRound(call, data, round.roundId, say);
  return round.roundId;
}

async function fillRound(call: Call, data: DemoData, roundId: string, say: (line: string) => void): Promise<void> {
  say(`Registering ${data.groups.length.toLocaleString('en')} groups with their figures ...`);
  const groupIds = await loadGroups(call, data.groups);
  const teamIds = await loadTeams(call, data);
  say(`Setting ${data.sheets.length} targets and opening the round ...`);
  await forEachOf(data.sheets, ({ registrationNo, teamKey }) =>
    put(call, `/v1/rounds/${roundId}/targets/${groupIds.get(registrationNo)}`, { teamId: teamIds.get(teamKey) }),
  );
  await move(call, roundId, 'draft', 'opening');
  say(`Entering and submitting ${data.sheets.length} score sheets ...`);
  await forEachOf(data.sheets, (sheet) =>
    submitSheet(call, `/v1/rounds/${roundId}/assessments/${groupIds.get(sheet.registrationNo)}`, sheet),
  );
  await move(call, roundId, 'open', 'closing');
}

async function refuseRealData(call: Call): Promise<void> {
  const { body } = await call('GET', '/v1/groups?area=40&limit=500');
  const real = body.items.find(({ registrationNo }: DemoGroup) => !registrationNo.startsWith('DEMO-'));
  if (real !== undefined) {
    throw new Error('This database has real groups of Khon Kaen. Run the demonstration on an empty one (DATA_DIR).');
  }
}

async function fetchSubdistricts(call: Call): Promise<Map<string, string[]>> {
  const districts = await codesIn(call, '40');
  const entries = await Promise.all(
    districts.map(async (district) => [district, await codesIn(call, district)] as const),
  );
  return new Map(entries);
}

async function codesIn(call: Call, parent: string): Promise<string[]> {
  const { body } = await call('GET', `/v1/areas?parent=${parent}&limit=500`);
  return body.items.map(({ areaCode }: { areaCode: string }) => areaCode);
}

async function findOrMakeRound(call: Call, { round }: DemoData): Promise<{ roundId: string; status: string }> {
  const { body } = await call('GET', `/v1/rounds?area=40&fiscalYearBe=${round.fiscalYearBe}&limit=500`);
  const found = body.items.find((candidate: { roundNo: number }) => candidate.roundNo === round.roundNo);
  return found ?? (await call('POST', '/v1/rounds', round)).body;
}

async function loadGroups(call: Call, groups: readonly DemoGroup[]): Promise<Map<string, string>> {
  const groupIds = new Map<string, string>();
  await forEachOf(groups, async ({ figures, ...content }) => {
    const { asOf, ...figuresOfDay } = figures;
    const { body } = await call('GET', `/v1/groups?registrationNo=${content.registrationNo}`);
    const groupId = body.items[0]?.groupId ?? (await call('POST', '/v1/groups', content)).body.groupId;
    if (body.items[0]?.figures === undefined || body.items[0].figures === null) {
      await put(call, `/v1/groups/${groupId}/figures/${asOf}`, figuresOfDay);
    }
    groupIds.set(content.registrationNo, groupId);
  });
  return groupIds;
}

async function loadTeams(call: Call, { teams }: DemoData): Promise<Map<string, string>> {
  const { body } = await call('GET', '/v1/teams?area=40&limit=500');
  const teamIds = new Map<string, string>();
  for (const { key, ...content } of teams) {
    const found = body.items.find(({ name }: { name: string }) => name === content.name);
    teamIds.set(key, (found ?? (await call('POST', '/v1/teams', content)).body).teamId);
  }
  return teamIds;
}

/** PUT of what is there already, unchanged, is answered 200: so putting again is harmless. */
async function put(call: Call, path: string, body: unknown): Promise<void> {
  await call('PUT', path, body);
}

async function submitSheet(call: Call, path: string, sheet: DemoSheet): Promise<void> {
  const { assessedOn, scores, summary } = sheet;
  const { status, body, etag } = await call('GET', path);
  if (status === 200 && body.status === 'submitted') return;
  const saved = status === 200 ? etag : (await call('PUT', path, { assessedOn, scores, summary })).etag;
  await call('POST', `${path}/submission`, undefined, saved);
}

async function move(call: Call, roundId: string, from: string, name: string): Promise<void> {
  const { body, etag } = await call('GET', `/v1/rounds/${roundId}`);
  if (body.status === from) await call('POST', `/v1/rounds/${roundId}/${name}`, undefined, etag);
}
