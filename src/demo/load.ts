import { type Call, listAll } from './client.js';
import type { DemoRound } from './data.js';
import { loadPlans } from './load-plans.js';
import { fetchGroups, loadGroups, loadTeams } from './load-registry.js';
import { copyTargets, fillRound, type LoadedRound, publishRound, setTargets } from './load-round.js';
import { inventPlans } from './plans.js';
import { reconstructKhonKaen } from './reconstruct.js';
import { inventSecondRound } from './second-round.js';

/** Says what is being loaded. */
type Say = (line: string) => void;

/** The rounds of the demonstration. */
interface LoadedRounds {
  firstId: string;
  secondId: string;
}

/**
 * Loads the reconstructed round of Khon Kaen and the invented rest of its cycle through the API. What is there already
 * stays as it is, so a load that was interrupted goes on where it stopped.
 * @param callWith makes a caller with another key: who wrote a plan does not approve it
 * @throws Error when the province has groups that are not of the demonstration: figures would mix
 */
export async function loadDemo(call: Call, callWith: (secret: string) => Call, say: Say): Promise<LoadedRounds> {
  const registered = await fetchGroups(call);
  const data = reconstructKhonKaen(await fetchSubdistricts(call));
  const plans = inventPlans(data);
  const invented = inventSecondRound(data, plans);
  const foundFirst = await findRound(call, data.round);
  const foundSecond = await findRound(call, invented.round);
  if (foundFirst && foundSecond && isFull(foundFirst) && isFull(foundSecond)) {
    return { firstId: foundFirst.roundId, secondId: foundSecond.roundId };
  }

  say(`Registering ${data.groups.length.toLocaleString('en')} groups with their figures ...`);
  const groupIds = await loadGroups(call, data.groups, registered);
  const first = foundFirst ?? (await makeRound(call, data.round));
  say(`Round 1: setting ${data.sheets.length} targets, entering and submitting ${data.sheets.length} score sheets ...`);
  await fillRound(call, first, { ...data, groupIds }, async () =>
    setTargets(call, first.roundId, { ...data, groupIds, teamIds: await loadTeams(call, data.teams) }),
  );
  await publishRound(call, first);
  // The second round is made when the plans are complete: once it is there, nobody's work on them is touched again.
  if (foundSecond === undefined) {
    say(`Invented: drafting ${plans.length} plans, approving them and working on them ...`);
    await loadPlans({ call, approver: callWith(await makeApproverKey(call)) }, plans, {
      roundId: first.roundId,
      groupIds,
    });
  }
  const second = foundSecond ?? (await makeRound(call, invented.round));
  say(`Invented: round 2, copying the targets and submitting ${invented.sheets.length} score sheets ...`);
  await fillRound(call, second, { ...invented, groupIds }, () => copyTargets(call, first.roundId, second.roundId));
  return { firstId: first.roundId, secondId: second.roundId };
}

/** A key of somebody else than who writes the plans, for as long as the loading takes. */
async function makeApproverKey(call: Call): Promise<string> {
  const { body } = await call('POST', '/v1/api-keys', {
    name: 'ผู้อนุมัติแผน (ข้อมูลสมมติ)',
    permissions: ['read', 'plans:approve'],
    areaCode: '40',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  return body.secret;
}

async function fetchSubdistricts(call: Call): Promise<Map<string, string[]>> {
  const districts = await codesIn(call, '40');
  const entries = await Promise.all(
    districts.map(async (district) => [district, await codesIn(call, district)] as const),
  );
  return new Map(entries);
}

async function codesIn(call: Call, parent: string): Promise<string[]> {
  const areas = await listAll(call, `/v1/areas?parent=${parent}&limit=500`);
  return areas.map(({ areaCode }) => areaCode);
}

async function findRound(call: Call, { fiscalYearBe, roundNo }: DemoRound): Promise<LoadedRound | undefined> {
  const rounds = await listAll(call, `/v1/rounds?area=40&fiscalYearBe=${fiscalYearBe}&limit=500`);
  return rounds.find((round) => round.roundNo === roundNo);
}

async function makeRound(call: Call, round: DemoRound): Promise<LoadedRound> {
  return (await call('POST', '/v1/rounds', round)).body;
}

function isFull({ status }: LoadedRound): boolean {
  return status === 'closed' || status === 'published';
}
