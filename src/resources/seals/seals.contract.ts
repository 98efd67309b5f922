import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf, wholeNumber } from '../../platform/http/page.js';
import { csvColumnsOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { sealFields } from './seals.record.js';

const Seal = component('Seal', z.strictObject(shownOf(sealFields)));
const example = exampleOf(sealFields);

const SealKey = component(
  'SealKey',
  z.strictObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string().meta({ description: 'The public key, base64url' }),
    kid: z.string().meta({ description: 'Thumbprint (RFC 7638), which seals name as `keyId`' }),
    use: z.literal('sig'),
    alg: z.literal('EdDSA'),
  }),
);

const none = z.strictObject({});
const tag = 'seals';

export const listSeals = operation({
  operationId: 'listSeals',
  method: 'GET',
  path: '/v1/seals',
  tag,
  summary: 'List the seals over the log of changes',
  description:
    'Each seals a stretch of the log by a hash, chained to the seal before: whoever keeps one of them elsewhere can tell later whether anything up to it was altered behind the service. The newest changes are not sealed yet. A seal tells nothing of any record.',
  permission: 'read',
  params: none,
  query: z.strictObject({ ...listQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of seals, oldest first',
    body: component('SealPage', pageOf(Seal)),
    example: { items: [example], next: null },
    paged: true,
    streams: { file: 'seals', columns: csvColumnsOf(sealFields) },
  },
  refusals: [],
});

export const exportSeals = wholeList(listSeals, {
  operationId: 'exportSeals',
  summary: 'All seals as a file',
});

export const getSeal = operation({
  operationId: 'getSeal',
  method: 'GET',
  path: '/v1/seals/{sealNo}',
  tag,
  summary: 'Read one seal',
  description: 'It never changes.',
  permission: 'read',
  params: z.strictObject({ sealNo: wholeNumber(z.int().min(1)) }),
  query: none,
  body: null,
  answer: { status: 200, description: 'The seal', body: Seal, example },
  refusals: [problems.sealNotFound],
});

export const listSealKeys = operation({
  operationId: 'listSealKeys',
  method: 'GET',
  path: '/v1/seals/keys',
  tag,
  summary: 'Read the public key that checks the signatures of seals',
  description:
    'A JWK Set (RFC 7517) with the key that signs now; empty where none is configured. Get it by another way too: who can alter the database may alter this answer.',
  permission: 'read',
  params: none,
  query: none,
  body: null,
  answer: {
    status: 200,
    description: 'The key',
    body: component('SealKeys', z.strictObject({ keys: z.array(SealKey) })),
    example: {
      keys: [
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
          use: 'sig',
          alg: 'EdDSA',
        },
      ],
    },
  },
  refusals: [],
});
