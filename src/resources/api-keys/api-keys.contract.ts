import { z } from 'zod';
import { permissions } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { anyInstant, areaCode, id, instant, line, version, warnings } from '../shapes.contract.js';

const permission = component('Permission', z.enum(permissions));

const apiKeyFields = {
  apiKeyId: id,
  name: z.string().meta({ examples: ['District office 4010'] }),
  permissions: z.array(permission),
  areaCode: areaCode.nullable().meta({ description: 'What the key sees and changes; null is the whole country' }),
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
  version,
  createdAt: instant,
};

const ApiKey = component('ApiKey', z.strictObject(apiKeyFields));

const NewApiKey = component(
  'NewApiKey',
  z.strictObject({
    name: line(100),
    permissions: z.array(permission).min(1),
    areaCode: areaCode.nullable(),
    expiresAt: anyInstant.nullable().default(null),
  }),
);

const IssuedApiKey = component(
  'IssuedApiKey',
  z.strictObject({
    ...apiKeyFields,
    secret: z.string().meta({ description: 'The key itself. Shown this once; only its hash is kept.' }),
    warnings,
  }),
);

const example = {
  apiKeyId: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  name: 'District office 4010',
  permissions: ['read', 'assessments:write'],
  areaCode: '4010',
  expiresAt: null,
  revokedAt: null,
  version: 1,
  createdAt: '2012-03-01T02:00:00.000Z',
};

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
    'The secret is in the answer and nowhere else. A key passes on at most the permissions and the area of its maker.',
  permission: 'admin',
  params: none,
  query: none,
  body: NewApiKey,
  bodyExample: { name: example.name, permissions: example.permissions, areaCode: '4010', expiresAt: null },
  answer: {
    status: 201,
    description: 'The key, with its secret',
    body: IssuedApiKey,
    example: { ...example, secret: 'prot_example-example-example-example-example-exa' },
  },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.permissionNotYours, problems.rulesBroken],
});

export const listApiKeys = operation({
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/v1/api-keys',
  tag,
  summary: 'List the API keys of your area',
  description: 'Revoked and expired keys are listed too, with the instant. Secrets never are.',
  permission: 'admin',
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
  permission: 'admin',
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The key', body: ApiKey, example },
  versioning: 'gives',
  refusals: [problems.apiKeyNotFound],
});

export const revokeApiKey = operation({
  operationId: 'revokeApiKey',
  method: 'DELETE',
  path: '/v1/api-keys/{apiKeyId}',
  tag,
  summary: 'Revoke an API key',
  description:
    'The record stays, for the audit. Every node refuses the key within five seconds. Repeating it is harmless.',
  permission: 'admin',
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The revoked key', body: ApiKey, example: { ...example, version: 2 } },
  versioning: 'needs',
  refusals: [problems.apiKeyNotFound],
});
