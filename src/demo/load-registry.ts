import { type Answered, type Call, forEachOf, listAll } from './client.js';
import type { DemoGroup, DemoTeam } from './data.js';

/**
 * The groups of the province that are registered already.
 * @throws Error when one is not of the demonstration
 */
export async function fetchGroups(call: Call): Promise<Answered['body'][]> {
  const groups = await listAll(call, '/v1/groups?area=40&limit=500');
  if (groups.some(({ registrationNo }) => !registrationNo.startsWith('DEMO-'))) {
    throw new Error('This database has real groups of Khon Kaen. Run the demonstration on an empty one (DATA_DIR).');
  }
  return groups;
}

/** Registers the groups that are missing and gives the id of each, by registration number. */
export async function loadGroups(
  call: Call,
  groups: readonly DemoGroup[],
  registered: readonly Answered['body'][],
): Promise<Map<string, string>> {
  const registeredByNo = new Map(registered.map((group) => [group.registrationNo, group]));
  const groupIds = new Map<string, string>();
  await forEachOf(groups, async ({ figures, ...content }) => {
    const found = registeredByNo.get(content.registrationNo);
    const groupId = found?.groupId ?? (await call('POST', '/v1/groups', content)).body.groupId;
    const { asOf, ...figuresOfDay } = figures;
    if (!found?.figures) await call('PUT', `/v1/groups/${groupId}/figures/${asOf}`, figuresOfDay);
    groupIds.set(content.registrationNo, groupId);
  });
  return groupIds;
}

/** Makes the teams that are missing and gives the id of each, by its key. */
export async function loadTeams(call: Call, teams: readonly DemoTeam[]): Promise<Map<string, string>> {
  const there = await listAll(call, '/v1/teams?area=40&limit=500');
  const teamIds = new Map<string, string>();
  for (const { key, ...content } of teams) {
    const found = there.find(({ name }) => name === content.name);
    teamIds.set(key, (found ?? (await call('POST', '/v1/teams', content)).body).teamId);
  }
  return teamIds;
}
