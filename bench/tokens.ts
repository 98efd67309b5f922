/** What it costs to sign in by an access token, beside a key, and what it costs keys that tokens are taken too. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { runLoad, type Server } from './processes.js';
import type { Effort, Measured } from './reading.js';
import { type Line, median, perSecond, times } from './table.js';
import type { World } from './world.js';

const audience = 'prot';
/** So many tokens are seen once each. */
const fresh = 3_000;

export async function measureTokens(world: World, { seconds, rounds }: Effort): Promise<Line[]> {
  const issuer = await startIssuer();
  const file = join(world.directory, 'providers.json');
  await writeFile(file, JSON.stringify([{ issuer: issuer.url, allowHttp: true, audience, roles, area }]));
  const service = await world.startService({ IDENTITY_PROVIDERS: file });
  const without = await world.startService();
  const paths = world.groupIds.map((groupId) => `/v1/groups/${groupId}`);
  const ask = (server: Server, authorizations: string[], time: number) =>
    read(server, { seconds: time, authorizations, paths, once: false });
  const token = [`Bearer ${await issuer.sign(0)}`];
  const key = [world.authorization];
  for (const [server, credential] of [
    [service, token],
    [service, key],
    [without, key],
  ] as const)
    await ask(server, [...credential], 1);
  const measured = { token: [] as Measured[], key: [] as Measured[], before: [] as Measured[] };
  for (let round = 0; round < rounds; round += 1) {
    measured.token.push(await ask(service, token, seconds));
    measured.key.push(await ask(service, key, seconds));
    measured.before.push(await ask(without, key, seconds));
  }
  const unseen = await Promise.all(Array.from({ length: fresh }, (_, index) => issuer.sign(index + 1)));
  const authorizations = unseen.map((one) => `Bearer ${one}`);
  const first = await read(service, { seconds: 60, authorizations, paths: paths.slice(0, fresh), once: true });
  await service.stop();
  await without.stop();
  issuer.stop();
  const rate = (of: Measured[]) => perSecond(median(of.map((one) => one.rate)));
  const cpu = (of: Measured[]) => median(of.map((one) => one.cpuMicros));
  const ratio = (of: Measured[], to: Measured[]) =>
    median(of.map((one, round) => one.rate / (to[round]?.rate ?? Number.NaN)));
  const line = (work: string, of: Measured[], to: Measured[], beside: string): Line => ({
    work,
    ours: rate(of),
    ceiling: `${rate(to)} ${beside}`,
    ratio: times(ratio(of, to)),
    aim: '>= 0.95x',
    met: ratio(of, to) >= 0.95,
    cpuMicros: cpu(of),
  });
  return [
    line('GET /v1/groups/{id} with an access token', measured.token, measured.key, 'with a key'),
    line('the same with a key, where tokens are taken', measured.key, measured.before, 'where none are'),
    {
      work: 'the same with a token that was never seen',
      ours: perSecond(first.rate),
      ceiling: `${rate(measured.token)} with one that was (${Math.round(first.cpuMicros - cpu(measured.token))} us more)`,
      ratio: times(first.rate / median(measured.token.map((one) => one.rate))),
      aim: 'none',
      met: null,
      cpuMicros: first.cpuMicros,
    },
  ];
}

const roles = [{ claim: 'scope', values: { work: ['read', 'read:drafts'] } }];
const area = [{ fixed: 'whole-country' }];

async function read(
  server: Server,
  load: { seconds: number; authorizations: string[]; paths: string[]; once: boolean },
): Promise<Measured> {
  const before = server.cpuMicros();
  const result = await runLoad({ ...load, port: server.port, connections: 8, method: 'GET', headers: {} });
  return { rate: result.answers / result.seconds, cpuMicros: (server.cpuMicros() - before) / result.answers };
}

/** An issuer in this process; it signs as most do, with RSA of 2,048 bits. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: 'bench' }];
  const server = createServer((request, response) => {
    const configuration = { issuer: url, jwks_uri: `${url}/keys` };
    response.end(JSON.stringify(request.url === '/keys' ? { keys } : configuration));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
    sign: (number: number) =>
      new SignJWT({ scope: 'work', client_id: 'bench', jti: String(number), name: 'Somebody who signed in' })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'bench' })
        .setIssuer(url)
        .setAudience(audience)
        .setSubject('6f1c0c3e-5f0b-4a51-9c1e-2d7a0f3b9a10')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
  };
}
