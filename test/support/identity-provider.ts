import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import type { Test } from 'tap';

/** What its tokens are for. */
export const audience = 'https://prot.test/api';

const clientId = 'office-app';
const clientSecret = 'a-secret-of-a-test';
const callback = 'http://127.0.0.1/callback';

export const clientOfPeople = clientId;

/** What somebody has who signed in: tokens, and the cookies of the browser. */
interface SignedIn {
  access_token: string;
  id_token: string;
  cookies: Map<string, string>;
}

/** A real OpenID provider on this machine: users sign in through its pages, and tokens are its own. */
export interface IdentityProvider {
  issuer: string;
  /** How long its tokens last, in seconds, from now on. */
  ttlSeconds: number;
  /** How often its keys were asked for. */
  keyRequests(): number;
  /** Signs somebody in by the authorization code flow, as a browser does; gives all tokens. */
  signIn(login: string): Promise<SignedIn>;
  /** Ends the session there; the provider then sends its logout token. */
  signOut(signedIn: SignedIn): Promise<void>;
  /** Where logout tokens are sent to, from the next start on. */
  logoutUri: string | null;
  /** The token of a system, by client credentials. */
  clientToken(): Promise<string>;
  /** Is away until it is started. */
  stop(): Promise<void>;
  /** Comes back at the same address, with its keys of before or with new ones. */
  start(keys?: 'new'): Promise<void>;
}

/** Starts a provider; `claimsOf` says what its access tokens tell of a login, or of the client. */
export async function startIdentityProvider(
  t: Test,
  claimsOf: (subject: string) => Record<string, unknown>,
): Promise<IdentityProvider> {
  let keyRequests = 0;
  let port = 0;
  let server: Server | null = null;
  let jwk = await newKey();
  const stop = async () => {
    server?.closeAllConnections();
    if (server?.listening) await once(server.close(), 'close');
  };
  const start = async (keys?: 'new') => {
    if (keys === 'new') jwk = await newKey();
    server = createServer();
    await once(server.listen(port, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
    self.issuer = `http://127.0.0.1:${port}`;
    const provider = new Provider(self.issuer, configuration(jwk, claimsOf, self));
    const answer = provider.callback();
    server.on('request', (request, response) => {
      if (request.url === '/jwks') keyRequests += 1;
      void answer(request, response);
    });
  };
  const token = async (body: Record<string, string>) => {
    const answer = await ask(`${self.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ ...body, resource: audience }),
    });
    if (answer.status !== 200) throw new Error(`No token: ${await answer.text()}`);
    return (await answer.json()) as { access_token: string; id_token: string };
  };
  const self: IdentityProvider = {
    issuer: '',
    ttlSeconds: 300,
    keyRequests: () => keyRequests,
    logoutUri: null,
    signIn: async (login) => {
      const cookies = new Map<string, string>();
      const code = await codeFor(self.issuer, login, cookies);
      const tokens = await token({ grant_type: 'authorization_code', code, redirect_uri: callback });
      return { ...tokens, cookies };
    },
    signOut: async ({ cookies }) => {
      const page = await (await browse(`${self.issuer}/session/end`, cookies)).text();
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
      await browse(`${self.issuer}/session/end/confirm`, cookies, new URLSearchParams({ xsrf, logout: 'yes' }));
    },
    clientToken: async () => (await token({ grant_type: 'client_credentials' })).access_token,
    stop,
    start,
  };
  await start();
  t.teardown(stop);
  return self;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: crypto.randomUUID() };
}

function configuration(
  jwk: JWK,
  claimsOf: (subject: string) => Record<string, unknown>,
  self: Pick<IdentityProvider, 'ttlSeconds' | 'logoutUri'>,
): Configuration {
  return {
    jwks: { keys: [jwk] } as NonNullable<Configuration['jwks']>,
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'client_credentials'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
        ...(self.logoutUri !== null && { backchannel_logout_uri: self.logoutUri }),
      },
    ],
    cookies: { keys: ['a test'] },
    pkce: { required: () => false },
    // By itself it calls no address of this machine.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as unknown as RequestInit),
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    extraTokenClaims: (_context, token) => claimsOf('accountId' in token ? String(token.accountId) : clientId),
    features: {
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'work',
          audience,
          accessTokenTTL: self.ttlSeconds,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

/** A connection that is kept from before the provider was stopped fails; a browser asks again. */
function ask(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, init).catch(() => fetch(url, init));
}

/** Goes through the pages of the provider as a browser does: sign in, consent, back to the application with a code. */
async function codeFor(issuer: string, login: string, cookies: Map<string, string>): Promise<string> {
  const query = { client_id: clientId, response_type: 'code', redirect_uri: callback, scope: 'openid', nonce: 'once' };
  let url = `${issuer}/auth?${new URLSearchParams(query)}`;
  let form: URLSearchParams | undefined;
  for (let steps = 0; steps < 12; steps += 1) {
    const answer = await browse(url, cookies, form);
    const page = await answer.text();
    const location = answer.headers.get('location');
    if (location?.startsWith(callback)) return new URL(location).searchParams.get('code') ?? '';
    form = undefined;
    if (location !== null) url = new URL(location, url).href;
    else if (page.includes('value="login"')) form = new URLSearchParams({ prompt: 'login', login, password: 'x' });
    else if (page.includes('value="consent"')) form = new URLSearchParams({ prompt: 'consent' });
    else throw new Error(`The provider answered ${answer.status}: ${page.slice(0, 500)}`);
  }
  throw new Error('The sign-in does not come to an end.');
}

/** One step of a browser, which keeps the cookies that it is given. */
async function browse(url: string, cookies: Map<string, string>, form?: URLSearchParams): Promise<Response> {
  const answer = await ask(url, {
    redirect: 'manual',
    method: form === undefined ? 'GET' : 'POST',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(form !== undefined && { body: form }),
  });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
  return answer;
}
