import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import type { Test } from 'tap';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** An issuer that signs what a test writes: tokens in the shapes of Keycloak and Entra, and tokens that are wrong. */
export interface SigningIssuer {
  issuer: string;
  /** The public keys that it shows. */
  keys: JWK[];
  keyRequests(): number;
  /** The newest key. */
  pair: KeyPair;
  /** Signs claims with the newest key; iss, iat and exp are there unless they are given, also as undefined. */
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** Signs with a new key from now on, which it shows beside those of before. */
  addKey(alg?: string): Promise<void>;
}

export async function startSigningIssuer(t: Test, path = ''): Promise<SigningIssuer> {
  let keyRequests = 0;
  let current: { alg: string; kid: string } = { alg: '', kid: '' };
  const server = createServer((request, response) => {
    if (request.url === `${path}/keys`) keyRequests += 1;
    const body =
      request.url === `${path}/keys`
        ? { keys: self.keys }
        : request.url === `${path}/.well-known/openid-configuration`
          ? { issuer: self.issuer, jwks_uri: `${self.issuer}/keys` }
          : null;
    response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const self: SigningIssuer = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    keys: [],
    keyRequests: () => keyRequests,
    pair: await generateKeyPair('RS256'),
    sign: (claims, header = {}) => {
      const now = Math.floor(Date.now() / 1_000);
      const payload = { iss: self.issuer, iat: now, exp: now + 300, ...claims };
      return new SignJWT(payload).setProtectedHeader({ ...current, typ: 'JWT', ...header }).sign(self.pair.privateKey);
    },
    addKey: async (alg = 'RS256') => {
      self.pair = await generateKeyPair(alg, { extractable: true });
      current = { alg, kid: crypto.randomUUID() };
      self.keys.push({ ...(await exportJWK(self.pair.publicKey)), ...current, use: 'sig' });
    },
  };
  await self.addKey();
  return self;
}
