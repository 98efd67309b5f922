import { problemCatalogue, problems } from '../../domain/problem.js';
import { factsByCode, type ProblemMember } from '../../domain/problem-facts.js';
import { violationCode } from '../http/components.js';
import { isForFiles, isLimited, mayBeBulk, type Operation, type Refusal } from '../http/operation.js';
import type { Schema } from './document-types.js';
import { referenceTo } from './plain.js';
import type { Schemas } from './schemas.js';

/** The name of the problem documents of one operation. */
export function problemNameOf({ operationId }: Operation): string {
  return `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Problem`;
}

/**
 * The schemas of refusals: `Problem` for all of them, and for each operation one whose `code` is one of those that the
 * operation declares, with the further members that these codes bring.
 */
export function problemSchemas(operations: readonly Operation[], schemas: Schemas): Record<string, Schema> {
  const ofOperations = operations.map((operation) => {
    const codes = new Set(refusalsOf(operation).map(({ code }) => code));
    return withCodes(problemNameOf(operation), [...codes], plain, schemas);
  });
  return Object.assign(
    withCodes('Problem', [...problemCatalogue.keys()], described, schemas),
    { Violation: violation(schemas) },
    ...ofOperations,
  );
}

/** The refusals an operation can give: its own, and those that its form brings with it. */
export function refusalsOf(operation: Operation): readonly Refusal[] {
  const { permission, versioning } = operation;
  const inherited: Refusal[] = [
    { code: 'malformed-request', kind: 'malformed' },
    { code: 'invalid-input', kind: 'malformed' },
    { code: 'not-acceptable', kind: 'not-acceptable' },
    { code: 'internal-error', kind: 'internal' },
    { code: 'unavailable', kind: 'unavailable' },
    // A read may need room too: the database sorts what is large on its disk.
    { code: 'storage-full', kind: 'insufficient-storage' },
  ];
  if (isLimited(operation)) inherited.push(problems.tooManyRequests);
  if (operation.answer.paged) inherited.push({ code: 'cursor-invalid', kind: 'malformed' });
  if (permission !== 'public') {
    inherited.push({ code: 'unauthenticated', kind: 'unauthenticated' });
    if (permission !== 'signed-in') inherited.push({ code: 'permission-missing', kind: 'forbidden' });
    inherited.push(problems.tooManyFailedSignIns, problems.accessNotMapped, problems.identityProviderAway);
    inherited.push(problems.onBehalfOfMalformed, problems.onBehalfOfCitizenId, problems.onBehalfOfNotYours);
  }
  if (operation.method === 'POST') {
    inherited.push(problems.idempotencyKeyMalformed, problems.idempotencyKeyInUse, problems.idempotencyKeyReused);
  }
  // A body is read wherever the method may have one, so that one which is not wanted is refused and not ignored.
  if (operation.method !== 'GET') {
    inherited.push({ code: 'malformed-json', kind: 'malformed' });
    inherited.push({ code: 'unsupported-media-type', kind: 'unsupported-media-type' });
    inherited.push({ code: 'unsupported-content-encoding', kind: 'unsupported-media-type' });
    inherited.push({ code: 'body-too-large', kind: 'too-large' });
  }
  if (mayBeBulk(operation)) inherited.push(problems.tooManyAtOnce);
  if (isForFiles(operation) && operation.bulk !== undefined) {
    inherited.push({ code: 'malformed-upload', kind: 'malformed' });
    inherited.push({ code: 'too-many-rows', kind: 'too-large' });
    inherited.push({ code: 'compressed-too-much', kind: 'too-large' });
    inherited.push({ code: 'import-refused', kind: 'rule-broken' });
  }
  if (versioning === 'needs' || versioning === 'takes') {
    inherited.push({ code: 'version-stale', kind: 'version-stale' });
    if (versioning === 'needs') inherited.push({ code: 'version-required', kind: 'version-required' });
  }
  return [...inherited, ...operation.refusals];
}

/** A problem document and the enumeration of its codes. */
function withCodes(name: string, codes: readonly string[], members: Members, schemas: Schemas): Record<string, Schema> {
  return {
    [name]: problemOf(name, codes, members, schemas),
    [`${name}Code`]: {
      type: 'string',
      description: 'Stable name of the problem, for programs',
      enum: codes.toSorted(),
    },
  };
}

function problemOf(name: string, codes: readonly string[], members: Members, schemas: Schemas): Schema {
  const facts = new Set(codes.flatMap((code) => factsByCode[code] ?? []));
  const { type, title, status, detail, requestId, errors } = members;
  return {
    type: 'object',
    ...(name === 'Problem' && { description: 'Why a request was refused (RFC 9457), whichever operation it was' }),
    required: [...Object.keys(members), 'code'],
    properties: {
      ...{ type, title, status, detail, code: referenceTo(`${name}Code`), requestId, errors },
      ...Object.fromEntries([...facts].map((fact) => [fact, factSchema(fact, schemas)])),
    },
    ...(name === 'Problem' && { examples: [example] }),
  };
}

/** The members of every problem document but its code. */
const described = {
  type: { type: 'string', format: 'uri-reference', description: 'A page of this service that explains the problem' },
  title: { type: 'string', description: 'What kind of problem, in the language of Accept-Language' },
  status: { type: 'integer', description: 'The HTTP status' },
  detail: { type: 'string', description: 'What happened this time, in the same language' },
  requestId: { type: 'string', description: 'Under which the request is in the log' },
  errors: {
    type: 'array',
    description: 'Every violation found; empty when the problem is not about the input',
    items: referenceTo('Violation'),
  },
} satisfies Record<string, Schema>;

type Members = Readonly<Record<keyof typeof described, Schema>>;

/** The same without words: what they mean stands once, in `Problem`. */
const plain: Members = {
  type: { type: 'string', format: 'uri-reference' },
  title: { type: 'string' },
  status: { type: 'integer' },
  detail: { type: 'string' },
  requestId: { type: 'string' },
  errors: { type: 'array', items: referenceTo('Violation') },
};

const count: Schema = { type: 'integer', description: 'As in the report of the import', minimum: 0 };

/** Members whose values are enumerated by a component. */
const enumerations: Partial<Record<ProblemMember, string>> = {
  permission: 'Permission',
  roundStatus: 'RoundStatus',
  planStatus: 'PlanStatus',
};

function factSchema(fact: ProblemMember, schemas: Schemas): Schema {
  const component = enumerations[fact];
  return component === undefined ? factSchemas[fact] : { ...schemas.reference(component), ...factSchemas[fact] };
}

const factSchemas: Readonly<Record<ProblemMember, Schema>> = {
  permission: { description: 'The permission that is missing' },
  areaCode: { type: ['string', 'null'], description: 'Where it lies; null is the whole country' },
  allow: { type: 'string', description: 'The methods that the address takes' },
  limitBytes: { type: 'integer', description: 'Largest body that is taken' },
  limitRows: { type: 'integer', description: 'Most rows that a file may have' },
  limitRatio: { type: 'integer', description: 'How many times its size a file may have once it is unpacked' },
  id: { type: 'string', description: 'The id that is in use' },
  registrationNo: { type: 'string', description: 'The number that is in use' },
  instrument: { type: 'string', description: 'The instrument version that exists' },
  roundStatus: { description: 'The state of the round' },
  planStatus: { description: 'The state of the plan' },
  actedAs: {
    type: 'string',
    description:
      'What you did before, so that somebody else has to sign it off: `submitted` or `wrote`; more may follow',
  },
  actedAt: { type: 'string', format: 'date-time', description: 'When you did it last' },
  currentVersion: { type: ['integer', 'null'], description: 'The version now; null when there is no such record' },
  violatedPolicies: {
    type: 'array',
    items: { type: 'string' },
    description: 'Which of the limits in RateLimit-Policy were reached',
  },
  dryRun: { type: 'boolean', description: 'As in the report of the import' },
  rows: count,
  created: count,
  updated: count,
  unchanged: count,
  rejected: count,
  errorsTruncated: { type: 'integer', description: 'How many more errors there are than are listed', minimum: 0 },
  warnings: { type: 'array', items: referenceTo('Violation'), description: 'As in the report of the import' },
  warningsTruncated: { type: 'integer', description: 'How many more warnings there are than are listed', minimum: 0 },
};

const violation = (schemas: Schemas): Schema => ({
  type: 'object',
  required: ['pointer', 'code', 'detail'],
  additionalProperties: false,
  properties: {
    pointer: {
      type: 'string',
      description:
        'JSON Pointer into the body as it was sent, or `/query/limit`, `/path/groupId`; empty when it is about all of it',
    },
    code: schemas.answered(violationCode),
    detail: { type: 'string', description: 'What is wrong there, in the same language' },
    row: {
      type: 'integer',
      description: 'Only of files: row of the file, the first is 1; a CSV header is row 1',
    },
    column: { type: ['string', 'null'], description: 'Only of files: the column or field' },
    value: { type: ['string', 'null'], description: 'Only of files: what is there' },
    allowed: {
      type: ['array', 'null'],
      items: { type: 'string' },
      description: 'What could be there, where it can be listed',
    },
    criterionNo: {
      type: ['integer', 'null'],
      description: 'The criterion that it is about, where it is one of a score sheet',
    },
  },
});

const example = {
  type: '/problems/invalid-input',
  title: 'The request does not fit the contract',
  status: 400,
  detail: '1 thing(s) in the request do not fit; see errors.',
  code: 'invalid-input',
  requestId: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  errors: [
    { pointer: '/scores/0/level', code: 'invalid-value', detail: 'A level is 1, 2 or 3.', allowed: ['1', '2', '3'] },
  ],
  errorsTruncated: 0,
};
