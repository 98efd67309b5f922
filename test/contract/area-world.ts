import type { Client } from '../support/client.js';

/** Records of district 4010, made by an admin of the whole country, and what its neighbour 4002 has. */
export interface AreaWorld {
  areaCode: string;
  groupId: string;
  apiKeyId: string;
  neighbourGroupId: string;
}

/** The district whose records are at stake, and the district whose key must not reach them. */
export const home = '4010';
export const neighbour = '4002';

/** One record of every kind. A new kind of record that lies in an area is added here and used in the table. */
export async function makeAreaWorld(admin: Client): Promise<AreaWorld> {
  const made = async (path: string, body: object) => {
    const answer = await admin.post(path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { groupId } = await made('/v1/groups', group('HOME-1', `${home}01`));
  await admin.put(`/v1/groups/${groupId}/figures/2012-03-31`, figures);
  const { groupId: neighbourGroupId } = await made('/v1/groups', group('NEIGHBOUR-1', neighbour));
  const { apiKeyId } = await made('/v1/api-keys', { name: 'Home', permissions: ['read'], areaCode: home });
  return { areaCode: home, groupId, apiKeyId, neighbourGroupId };
}

export const figures = { memberCount: 71, savingsBaht: 366_500.5, developmentLevel: 3, source: null };

export function group(registrationNo: string, areaCode: string) {
  return { registrationNo, name: 'กลุ่มออมทรัพย์บ้านหนองน้ำใส', areaCode };
}
