import { type Permission, permissions } from '../../src/domain/access.js';
import type { Client } from './client.js';

/** What a test wants of a key; what it leaves out is everything. */
export interface WantedKey {
  name?: string;
  permissions?: readonly Permission[];
  areaCode?: string | null;
  expiresAt?: string | null;
  teamId?: string | null;
  personId?: string | null;
  actsOnBehalf?: boolean;
}

/** Makes a key through the API. */
export async function makeKey(maker: Client, wanted: WantedKey): Promise<{ apiKeyId: string; secret: string }> {
  const body = { name: 'A test', permissions, areaCode: null, expiresAt: null, ...wanted };
  const answer = await maker.post('/v1/api-keys', body);
  if (answer.status !== 201) throw new Error(`No key was made: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
