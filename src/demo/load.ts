import { type Call, listAll } from './client.js';
import { loadPlans } from './load-plans.js';
import { fetchGroups, loadGroups, loadTeams } from './load-registry.js';
import { fillRound, findRound, makeRound } from './load-round.js';
import { inventPlans } from './plans.js';
import { reconstructKhonKaen } from './reconstruct.js';
import { inventSecondRound } from './second-round.js';

/** The rounds of the demonstration, by their ids. */
export interface LoadedRounds {
  first: string;
  second: string;
}

/**
 * Loads the reconstructed round of Khon Kaen and the invented rest of its cycle through the API. What is there already
 * stays as it is, so a load that was interrupted goes on where it stopped: each part is begun when the one before it is
 * complete.
 * @throws Error when the province has groups that are not of the demonstration: figures would mix
 */
export async function loadDemo(call: Call, say: (line: string) => void): Promise<LoadedRounds> {
  const registered = await fetchGroups(call);
  const data = reconstructKhonKaen(await fetchSubdistricts(call));
  const plans = inventPlans(data);
  const second = inventSecondRound(data, plans);
  const found = { first: await findRound(call, data.round), second: await findRound(call, second.round) };
  if (found.first && found.second?.status === 'closed') {
    return { first: found.first.roundId, second: found.second.roundId };
  }

  if (registered.length < data.groups.length) {
    say(`Registering ${data.groups.length.toLocaleString('en')} groups with their figures ...`);
  }
  const groupIds = await loadGroups(call, data.groups, registered);
  const first = found.first ?? (await makeRound(call, data.round));
  await fillRound(call, { ...data, groupIds }, first, { say, setTargets: async () => {
    
  }});
  throw new Error();
}
