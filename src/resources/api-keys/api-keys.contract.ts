import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { acceptedOfNew, exampleOf, shownOf } from '../../platform/record/fields.js';
import { id, warnings } from '../shapes.contract.js';
import { apiKeyFields } from './api-keys.record.js';

const ApiKey = component('ApiKey', z.strictObject(shownOf(apiKeyFields)));
const NewApiKey = component('NewApiKey', z.strictObject(acceptedOfNew(apiKeyFields)));

const IssuedApiKey = component(
  'IssuedApiKey',
  z.strictObject({
    ...shownOf(apiKeyFields),
    secret: z.string().meta({ description: 'The key itself. Shown this once; only its hash is kept.' }),
    warnings,
  }),
);

const RotatedApiKey = component(
  'RotatedApiKey',
  z.strictObject({
    ...shownOf(apiKeyFields),
    secret: z.string().meta({ description: 'The new secret. Shown this once; only its hash is kept.' }),
  }),
);

const KeyRotation = component(
  'ApiKeyRotation',
  z.strictObject({
    overlapHours: z
      .int()
      .min(0)
      .max(720)
      .default(24)
      .meta({ description: 'How long the secret of before works too, so that the system can change over' }),
  }),
);

const example = exampleOf(apiKeyFields);
const exampleSecret = 'prot_Zk3vQ9x-example-example-example-example-exa';

const one = z.strictObject({ apiKeyId: id });
const none = z.strictObject({});
const tag = 'api-keys';

export const createApiKey = operation({
  operationId: 'createApiKey',
  method: 'POST',
  path: '/v1/api-keys',
  tag,
  summary: 'Make an API key',
  description:
    'The secret is in the answer and nowhere else. A key passes on at most the permissions and the area of its maker. Only a maker with `admin` makes a key that acts on behalf of others or belongs to another person.',
  permission: 'keys:write',
  params: none,
  query: none,
  body: NewApiKey,
  bodyExample: { name: example.name, permissions: example.permissions, areaCode: '4010', expiresAt: null },
  answer: {
    status: 201,
    description: 'The key, with its secret',
    body: IssuedApiKey,
    example: { ...example, lastUsedOn: null, secret: exampleSecret },
  },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.permissionNotYours, problems.rulesBroken],
});

export const rotateApiKey = operation({
  operationId: 'rotateApiKey',
  method: 'POST',
  path: '/v1/api-keys/{apiKeyId}/secret-rotation',
  tag,
  summary: 'Give an API key a new secret',
  description:
    'The secret of before works too for some hours; answers to it say in `API-Key-Expires` until when. Whoever rotates a key must have its permissions.',
  permission: 'keys:write',
  params: one,
  query: none,
  body: KeyRotation,
  bodyExample: { overlapHours: 24 },
  answer: {
    status: 200,
    description: 'The key, with its new secret',
    body: RotatedApiKey,
    example: {
      ...example,
      version: 2,
      previousSecretExpiresAt: '2012-04-13T03:15:00.000Z',
      secret: exampleSecret,
    },
  },
  versioning: 'needs',
  refusals: [problems.apiKeyNotFound, problems.permissionNotYours, problems.apiKeyEnded],
});

export const listApiKeys = operation({
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/v1/api-keys',
  tag,
  summary: 'List the API keys of your area',
  description: 'Revoked and expired keys are listed too, with the instant. Secrets never are.',
  permission: 'keys:write',
  asOf: true,
  params: none,
  query: z.strictObject({ ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of keys, oldest first',
    body: component('ApiKeyPage', pageOf(ApiKey)),
    example: { items: [example], next: null },
    paged: true,
  },
  refusals: [],
});

export const getApiKey = operation({
  operationId: 'getApiKey',
  method: 'GET',
  path: '/v1/api-keys/{apiKeyId}',
  tag,
  summary: 'Read one API key',
  description: 'Without its secret, which is not kept.',
  permission: 'keys:write',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The key', body: ApiKey, example },
  versioning: 'gives',
  historyOf: 'api-key',
  refusals: [problems.apiKeyNotFound],
});

export const revokeApiKey = operation({
  operationId: 'revokeApiKey',
  method: 'DELETE',
  path: '/v1/api-keys/{apiKeyId}',
  tag,
  summary: 'Revoke an API key',
  description: 'The record stays, for the audit. Every node refuses the key within a second. Repeating it is harmless.',
  permission: 'keys:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The revoked key', body: ApiKey, example: { ...example, version: 2 } },
  versioning: 'needs',
  refusals: [problems.apiKeyNotFound],
});
