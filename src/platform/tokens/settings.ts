/** The identity providers whose access tokens are taken: the file that the operator writes, and what it may say. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { permissions, type Role, roles } from '../../domain/access.js';
import { areaKindOf } from '../../domain/area.js';
import { pointerTo } from '../../domain/refusal.js';
import { readJson } from '../json/read.js';

const algorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
];
const usualAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

const roleNames = Object.keys(roles) as [Role, ...Role[]];

/** What stands for the whole country, so that nobody gets it by leaving something out. */
const wholeCountry = 'whole-country';

/** Where a claim is: `realm_access.roles` is one within another; names that have dots themselves are written as a list. */
const claim = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
    error: 'must be the name of a claim, names with dots between for one within another, or a list of names',
  })
  .transform((given) => (typeof given === 'string' ? given.split('.') : given));

export type ClaimPath = z.output<typeof claim>;

const oneOrMore = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: 'must be a text or a list of texts' })
  .transform((given) => [given].flat());

const area = z
  .string()
  .refine(
    (text) => text === wholeCountry || (/^\d+$/.test(text) && areaKindOf(text) !== null),
    `must be an area code of 2, 4, 6 or 8 digits, or ${wholeCountry}`,
  )
  .transform((text) => (text === wholeCountry ? null : text));

const granted = z
  .union([z.enum(roleNames), z.array(z.enum(permissions)).min(1)], {
    error: `must be one of ${roleNames.join(', ')}, or a list of permissions`,
  })
  .transform((given) => (typeof given === 'string' ? roles[given] : given));

const clientRule = z
  .strictObject({
    claim,
    equals: z.string().optional(),
    startsWith: z.string().min(1).optional(),
    equalsClaim: claim.optional(),
    missing: z.literal(true).optional(),
  })
  .refine(
    ({ equals, startsWith, equalsClaim, missing }) =>
      [equals, startsWith, equalsClaim, missing].filter((one) => one !== undefined).length === 1,
    'must have one of equals, startsWith, equalsClaim and missing',
  );

/** Systems of RFC 9068 (the subject is the client) and of Entra where the optional claim `idtyp` is set. */
const usualClientRules: z.input<typeof clientRule>[] = [
  { claim: 'sub', equalsClaim: 'client_id' },
  { claim: 'idtyp', equals: 'app' },
];

const areaRule = z
  .strictObject({
    claim: claim.optional(),
    prefix: z.string().min(1).optional(),
    values: z.record(z.string(), area).default({}),
    fixed: area.optional(),
  })
  .refine((rule) => (rule.claim === undefined) !== (rule.fixed === undefined), 'must have either claim or fixed');

const provider = z
  .strictObject({
    issuer: z.string(),
    allowHttp: z.boolean().default(false),
    audience: oneOrMore,
    jwksUri: z.string().optional(),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .default([...usualAlgorithms]),
    types: z
      .array(z.enum(['at+jwt', 'JWT']))
      .min(1)
      .default(['at+jwt']),
    requiredClaims: z.array(z.string().min(1)).default([]),
    clockToleranceSeconds: z.int().min(0).max(120).default(5),
    subjectClaim: claim.default(['sub']),
    nameClaims: z.array(claim).default([['name'], ['preferred_username'], ['client_id'], ['azp']]),
    clients: z.array(clientRule).prefault(usualClientRules),
    roles: z.array(z.strictObject({ claim, values: z.record(z.string(), granted) })),
    area: z.array(areaRule).default([]),
    team: z.strictObject({ claim, values: z.record(z.string(), z.uuid().toLowerCase()).default({}) }).optional(),
    /** Whose logout tokens are taken: of the clients that the issuer sends them for. None without it. */
    logout: z
      .strictObject({
        audience: oneOrMore,
        types: z
          .array(z.enum(['logout+jwt', 'JWT']))
          .min(1)
          .default(['logout+jwt']),
      })
      .optional(),
    actsOnBehalf: z.array(z.strictObject({ claim, values: oneOrMore })).default([]),
    /** How soon after the last time the keys are fetched again for one that is not there, and when in any case; seconds. */
    keys: z
      .strictObject({
        cooldownSeconds: z.int().min(1).max(300).default(10),
        maxAgeSeconds: z.int().min(1).max(86_400).default(300),
      })
      .prefault({}),
  })
  .superRefine((given, context) => {
    const wrong = (member: string, message: string) => context.addIssue({ code: 'custom', path: [member], message });
    const { issuer, jwksUri, allowHttp, types, requiredClaims } = given;
    if (!isPlainUrl(issuer, allowHttp)) wrong('issuer', faultyUrl);
    else if (/[?#]/.test(issuer)) wrong('issuer', 'has no query and no fragment (RFC 8414)');
    if (jwksUri !== undefined && !isPlainUrl(jwksUri, allowHttp)) wrong('jwksUri', faultyUrl);
    if (types.includes('JWT') && requiredClaims.length === 0)
      wrong('requiredClaims', 'must name a claim that ID tokens of this issuer do not have, where types has JWT');
  });

const faultyUrl =
  'must be an https URL without credentials (http only of this machine itself, and only with allowHttp: true)';

const providers = z.array(provider).superRefine((given, context) => {
  for (const [place, { issuer }] of given.entries())
    if (given.findIndex((other) => other.issuer === issuer) < place)
      context.addIssue({ code: 'custom', path: [place, 'issuer'], message: 'is there twice; give audience a list' });
});

/** An issuer of access tokens and what its claims mean here. Area null is the whole country. */
export type IdentityProvider = z.output<typeof provider>;

/** What a file of providers says, or everything that is wrong in it, each with its place as a JSON Pointer. */
export function readIdentityProviders(path: string): { providers: IdentityProvider[] } | { faults: string[] } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return { faults: ['the file cannot be read'] };
  }
  const read = readJson(bytes);
  if ('faults' in read) return { faults: read.faults.map(({ path: place, detail }) => said(place, detail.en)) };
  const parsed = providers.safeParse(read.value);
  if (parsed.success) return { providers: parsed.data };
  return { faults: parsed.error.issues.map(({ path: place, message }) => said(place, message)) };
}

/** Whether keys may be fetched from a URL: by https, or for a trial from this machine itself. */
export function isPlainUrl(text: string, allowHttp: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && allowHttp && loopback.test(hostname));
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function said(place: readonly (string | number | symbol)[], message: string): string {
  const pointer = pointerTo(place);
  return pointer === '' ? message : `${pointer}: ${message}`;
}
