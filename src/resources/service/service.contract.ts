import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { bilingual } from '../shapes.contract.js';

const none = z.strictObject({});
const tag = 'service';
const open = { tag, permission: 'public', params: none, query: none, body: null } as const;

const ServiceLinks = component(
  'ServiceLinks',
  z.strictObject({
    contract: z.string(),
    docs: z.string(),
    problems: z.string(),
    live: z.string(),
    ready: z.string(),
    metrics: z.string(),
  }),
);

const ServiceInfo = component(
  'ServiceInfo',
  z.strictObject({
    name: z.literal('Prot'),
    version: z.string(),
    description: z.string(),
    links: ServiceLinks,
  }),
);

const infoExample = {
  name: 'Prot',
  version: '0.1.0',
  description: 'The system of record for the financial health check of community savings groups',
  links: {
    contract: '/openapi.json',
    docs: '/docs',
    problems: '/problems',
    live: '/livez',
    ready: '/readyz',
    metrics: '/metrics',
  },
};

export const getService = operation({
  ...open,
  operationId: 'getService',
  method: 'GET',
  path: '/',
  summary: 'What this service is',
  description: 'Name, version, and where the contract, the reference and the health checks are.',
  answer: { status: 200, description: 'The service', body: ServiceInfo, example: infoExample },
  refusals: [],
});

export const getContract = operation({
  ...open,
  operationId: 'getContract',
  method: 'GET',
  path: '/openapi.json',
  summary: 'The contract',
  description: 'This document (OpenAPI 3.1).',
  answer: { status: 200, description: 'The OpenAPI document', body: z.record(z.string(), z.unknown()) },
  refusals: [],
});

export const getLiveness = operation({
  ...open,
  operationId: 'getLiveness',
  probe: true,
  method: 'GET',
  path: '/livez',
  summary: 'The process lives',
  description: 'Asks nothing of the database: restart the process when this fails.',
  answer: {
    status: 200,
    description: 'It lives',
    body: component('Liveness', z.strictObject({ status: z.literal('live') })),
    example: { status: 'live' },
  },
  refusals: [],
});

export const getReadiness = operation({
  ...open,
  operationId: 'getReadiness',
  probe: true,
  method: 'GET',
  path: '/readyz',
  summary: 'The process can serve',
  description:
    'The database answers and is migrated. Send no requests here while this fails. While `writable` is false, as in a ' +
    'fail-over, the database can only be read: reads are answered and writes are refused with 503.',
  answer: {
    status: 200,
    description: 'It can serve',
    body: component(
      'Readiness',
      z.strictObject({
        status: z.literal('ready'),
        database: component('DatabaseEngine', z.enum(['postgresql', 'embedded'])),
        writable: z.boolean().meta({ description: 'Whether the database takes changes' }),
      }),
    ),
    example: { status: 'ready', database: 'postgresql', writable: true },
  },
  refusals: [],
});

export const getMetrics = operation({
  ...open,
  operationId: 'getMetrics',
  probe: true,
  method: 'GET',
  path: '/metrics',
  summary: 'Measurements of this process',
  description: 'In the text format of Prometheus: requests by route and status, memory, event loop.',
  permission: 'metrics:read',
  answer: { status: 200, description: 'Prometheus text', body: z.string(), mediaType: 'text/plain' },
  refusals: [],
});

const ExplainedCode = component(
  'ExplainedCode',
  z.strictObject({
    code: z.string(),
    status: z.int().nullable().meta({ description: 'HTTP status; null for a code that stands in `errors` alone' }),
    inErrors: z.boolean().meta({ description: 'Whether it can stand in `errors`' }),
    title: bilingual.meta({ description: 'What it means' }),
    remedy: bilingual.meta({ description: 'What to do about it' }),
  }),
);

const codeExample = {
  code: 'group-not-targeted',
  status: null,
  inErrors: true,
  title: { en: 'The group is not a target of the round', th: 'กลุ่มนี้ไม่ใช่กลุ่มเป้าหมายของรอบ' },
  remedy: { en: 'Make it a target first.', th: 'โปรดเพิ่มเป็นกลุ่มเป้าหมายก่อน' },
};

export const listProblems = operation({
  ...open,
  operationId: 'listProblems',
  method: 'GET',
  path: '/problems',
  summary: 'Every problem the service can answer with',
  description:
    'Every `code` of a problem document and of its `errors`, with what it means and what to do. A browser, or whoever prefers `text/html`, gets it as a page in Thai and English.',
  answer: {
    status: 200,
    description: 'What it means and what to do',
    body: component('CodeList', z.strictObject({ items: z.array(ExplainedCode) })),
    page: true,
    example: { items: [codeExample] },
  },
  refusals: [],
});

export const explainProblem = operation({
  ...open,
  operationId: 'explainProblem',
  method: 'GET',
  path: '/problems/{code}',
  summary: 'Explain one problem',
  description:
    'Where the `type` of a problem document leads. A browser, or whoever prefers `text/html`, gets a page in Thai and English.',
  params: z.strictObject({ code: z.string().min(1).max(100) }),
  answer: {
    status: 200,
    description: 'What it means and what to do',
    body: component(
      'CodeWithOperations',
      z.strictObject({
        ...ExplainedCode.shape,
        operations: z.array(z.string()).meta({ description: 'operationId of each that can answer with the problem' }),
      }),
    ),
    page: true,
    example: { ...codeExample, operations: ['putAssessment'] },
  },
  refusals: [problems.problemNotFound],
});
