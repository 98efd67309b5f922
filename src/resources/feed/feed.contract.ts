import { z } from 'zod';
import { changedResources, changeKinds } from '../../domain/change.js';
import { longestPosition, readPosition } from '../../domain/feed-position.js';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { wholeNumber } from '../../platform/http/page.js';
import { draftsWithheld } from '../../platform/http/withheld.js';
import { Actor } from '../actor.contract.js';
import { actionName, areaCode, id, instant, position } from '../shapes.contract.js';

const resource = component(
  'ChangedResource',
  z.enum(changedResources).meta({ description: 'What kind of record changed; kinds may be added' }),
);

const positionSentence = {
  en: 'A position is sent as a page of changes or a whole list gave it.',
  th: 'ตำแหน่งต้องเป็นค่าตามที่ได้รับจากรายการเปลี่ยนแปลงหรือรายการทั้งหมด',
};

const kind = component(
  'ChangeKind',
  z.enum(changeKinds).meta({
    description:
      'What it is to you: `left` when the record moved out of your area or is a draft again that you may not read, `entered` when into it or a draft no more',
  }),
);

const order = component('ChangeOrder', z.enum(['oldest', 'newest']));

const after = z
  .string()
  .max(longestPosition)
  .refine((text) => readPosition(text) !== null, { params: { code: 'invalid-format', detail: positionSentence } })
  .default('0')
  .meta({
    description:
      'Where to read on from: `position` of the page before, or `Feed-Position` of a whole list. Left out or 0: from the beginning (newest first: from the end)',
    examples: ['1042'],
    contract: { type: 'string', maxLength: longestPosition, pattern: '^[0-9]{1,15}(\\.[0-9_-]+)?$' },
  });

const FieldChange = component(
  'FieldChange',
  z.strictObject({
    field: z.string().meta({ description: 'Name of the field; of a score `scores/5`, by its criterion' }),
    from: z.unknown().meta({ description: 'Its value before; null when there was none' }),
    to: z.unknown().meta({ description: 'Its value after; null when there is none' }),
  }),
);

/** A change as the feed and webhooks tell it. */
export const Change = component(
  'Change',
  z.strictObject({
    position,
    happenedAt: instant,
    kind,
    action: actionName,
    resource,
    resourceId: z.string().meta({
      description: 'Id of the record; of one in another the ids as in its path, `<roundId>/<groupId>`',
    }),
    groupId: id.nullable().meta({ description: 'The group it is about, if any' }),
    areaCode: areaCode.nullable().meta({ description: 'Where the record lies; of one that left, where it lay' }),
    version: z
      .int()
      .nullable()
      .meta({ description: 'Version of the record that the change made; null when it is gone' }),
    actor: Actor,
    reason: z.string().nullable().meta({ description: 'Why, in the words of who did it' }),
    details: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'What else the act was about; of a group that entered its `figures`, of a plan its `actions`',
    }),
    changes: z
      .array(FieldChange)
      .meta({ description: 'The fields that differ; empty when the record was created, entered or left' }),
    record: z.record(z.string(), z.unknown()).nullable().meta({
      description:
        'The record after the change, with the fields of its own endpoint but those taken from other records; null when it was deleted or left',
    }),
  }),
);

const ChangePage = component(
  'ChangePage',
  z.strictObject({
    items: z.array(Change),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Absolute path of the next page; null when there is nothing more yet', examples: [null] }),
    position: z.string().meta({
      description: 'How far this page has looked: send it as `after` to read on, now or later',
      examples: ['1042'],
    }),
    upToDate: z.boolean().meta({ description: 'Whether all that was begun before this answer is told' }),
    waitingSince: instant.nullable().meta({
      description:
        'When the oldest write began that is still under way, such as a large file: later changes wait for it, so that none is skipped. Null when there is none',
    }),
    ...draftsWithheld,
  }),
);

export const changeExample = {
  position: 1042,
  happenedAt: '2012-04-12T03:15:00.000Z',
  kind: 'changed',
  action: 'team.changed',
  resource: 'team',
  resourceId: '01936d5e-6f70-7c3a-9c55-0242ac120003',
  groupId: null,
  areaCode: '40',
  version: 2,
  actor: { kind: 'api-key', id: '01936d5e-6f70-7c3a-9c55-0242ac120009', name: 'สำนักงานพัฒนาชุมชนจังหวัดขอนแก่น' },
  reason: null,
  details: null,
  changes: [{ field: 'name', from: 'ทีม 1', to: 'ทีมตรวจสุขภาพระดับจังหวัด ทีมที่ 1' }],
  record: {
    teamId: '01936d5e-6f70-7c3a-9c55-0242ac120003',
    name: 'ทีมตรวจสุขภาพระดับจังหวัด ทีมที่ 1',
    tier: 'province',
    areaCode: '40',
    members: [],
    version: 2,
    createdAt: '2012-03-01T02:00:00.000Z',
    updatedAt: '2012-04-12T03:15:00.000Z',
  },
};

const filters = {
  resource: resource.optional(),
  resourceId: z.string().min(1).max(200).optional().meta({ description: 'Only this record; with `resource`' }),
  groupId: id.optional().meta({ description: 'Only what is about this group' }),
  area: areaCode.optional().meta({
    description: 'Only what lies in this area; a record that moves over its border is told as `left` or `entered`',
  }),
  action: actionName.optional(),
};

export const listChanges = operation({
  operationId: 'listChanges',
  method: 'GET',
  path: '/v1/changes',
  tag: 'changes',
  summary: 'Read what changed',
  description: `The change feed: every change to what you may read, once, in an order in which none comes before what caused it. Keep
\`position\`, and ask again with it as \`after\`: nothing is skipped or told twice, whatever is written meanwhile. A page may be empty and
still move \`position\` on.

To mirror a list, read it whole, and then the feed from its \`Feed-Position\`: together they are the table, with nothing missing and nothing
twice, whatever is written meanwhile.

\`Accept: application/x-ndjson\` gives everything to where the feed ends now, one \`Change\` a line, and where to read on in \`Feed-Position\`; \`Accept:
text/event-stream\` follows it, as \`/v1/changes/stream\` does. With \`wait\` an empty page comes only after so many seconds.

With \`resource\` and \`resourceId\` it is the history of one record, with \`order=newest\` from its end; every record links to
its own (\`Link: <...>; rel="version-history"\`). An operator may let the feed go back only some days, which is 410 then; a history has no such end.

A group, team or round that moves out of your area is told as \`left\`, without what it became; one that moves in as \`entered\`, whole.
What is read through it leaves and enters with it: a group's figures come in \`details.figures\` when it enters, and are to be dropped when
it leaves. Targets, score sheets and plans stay where they were made.

A draft is not there for who may not read drafts (\`read:drafts\`): a sheet that is submitted, a round that is opened and a plan that is
approved is told as \`entered\`, and a sheet that is returned as \`left\`. A plan brings its actions in \`details.actions\`. Read the lists of
what belongs to a round that enters (its targets and plans); what they had already may be told again. Changes of keys and webhooks are for readers with \`audit:read\`.`,
  permission: 'read',
  withholdsDrafts: true,
  params: z.strictObject({}),
  query: z.strictObject({
    after,
    limit: wholeNumber(z.int().min(1).max(500)).default(50).meta({ description: 'Most items on the page' }),
    wait: wholeNumber(z.int().min(0).max(60)).default(0).meta({
      description:
        'How many seconds to wait for a change when there is none yet; the page comes as soon as there is one',
    }),
    ...filters,
    order: order.default('oldest').meta({ description: '`newest` first only with `resource` and `resourceId`' }),
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of changes',
    body: ChangePage,
    example: { items: [changeExample], next: null, position: '1042', upToDate: true, waitingSince: null },
    paged: true,
    follows: true,
  },
  refusals: [problems.areaNotFound, problems.feedPositionExpired],
});

export const followChanges = operation({
  operationId: 'followChanges',
  method: 'GET',
  path: '/v1/changes/stream',
  tag: 'changes',
  summary: 'Follow what changes',
  description: `The same changes as they happen, as server-sent events: \`event: change\`, \`data\` a \`Change\` as JSON, \`id\` the position behind
it. A client that lost the connection sends \`Last-Event-ID\`, as browsers do by themselves, and nothing is skipped or told twice; the header goes before
\`after\`. A comment comes when there was nothing for fifteen seconds; an \`id\` alone moves the position on. The stream ends when the key is
no longer valid or the service stops; then come again.`,
  permission: 'read',
  withholdsDrafts: true,
  params: z.strictObject({}),
  query: z.strictObject({ after, ...filters }),
  body: null,
  answer: { status: 200, description: 'Events, without an end', body: z.string(), mediaType: 'text/event-stream' },
  refusals: [problems.areaNotFound, problems.cursorInvalid, problems.feedPositionExpired],
});
