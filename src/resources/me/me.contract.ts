import { z } from 'zod';
import { actorKinds, permissions, roles } from '../../domain/access.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { areaCode, bilingual, id, instant } from '../shapes.contract.js';

const permission = component('Permission', z.enum(permissions));
const none = z.strictObject({});

const MyLimit = component(
  'MyLimit',
  z.strictObject({
    policy: z.string().meta({ description: 'Its name, as in `RateLimit-Policy`' }),
    quota: z.int(),
    windowSeconds: z.int().nullable().meta({ description: 'In how many seconds; null where it is how many at once' }),
    remaining: z.int(),
    resetSeconds: z
      .int()
      .nullable()
      .meta({ description: 'In how many seconds there is more; null where nobody knows' }),
  }),
);

const Me = component(
  'Me',
  z.strictObject({
    kind: component('ActorKind', z.enum(actorKinds)),
    id: z.string().meta({ description: 'The id under which the history names you' }),
    name: z.string(),
    personId: id.nullable().meta({
      description:
        'The id of the person who signed in or holds the key; null for a system. A key of theirs is made with it',
    }),
    onBehalfOf: z.string().nullable().meta({ description: 'The officer whom this request names' }),
    actsOnBehalf: z.boolean().meta({ description: 'Whether you may name the officer for whom you act' }),
    permissions: z.array(permission).meta({ description: 'All that you may do; `admin` stands with all the others' }),
    area: component('MyArea', z.strictObject({ areaCode, name: bilingual }))
      .nullable()
      .meta({ description: 'What you see and change; null is the whole country' }),
    team: component('MyTeam', z.strictObject({ teamId: id, name: z.string().nullable() }))
      .nullable()
      .meta({ description: 'The team that you are bound to; its name is null when it is gone' }),
    expiresAt: instant.nullable().meta({ description: 'When the key or token that you sent ends; null is never' }),
    limits: z.array(MyLimit).meta({ description: 'How much you may ask, and what is left of it' }),
  }),
);

const example = {
  kind: 'api-key',
  id: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  name: 'ทีมตรวจสุขภาพระดับจังหวัด ทีมที่ 1',
  personId: null,
  onBehalfOf: null,
  actsOnBehalf: false,
  permissions: ['read', 'read:drafts', 'assessments:write'],
  area: { areaCode: '40', name: { th: 'ขอนแก่น', en: 'Khon Kaen' } },
  team: { teamId: '01936d5e-6f70-7c3a-9c55-0242ac120003', name: 'ทีมตรวจสุขภาพระดับจังหวัด ทีมที่ 1' },
  expiresAt: '2012-09-30T17:00:00.000Z',
  limits: [{ policy: 'interactive', quota: 12000, windowSeconds: 60, remaining: 11999, resetSeconds: 60 }],
};

export const getMe = operation({
  operationId: 'getMe',
  method: 'GET',
  path: '/v1/me',
  tag: 'api-keys',
  summary: 'Who you are, and what you may do',
  description: 'Of the key or token that the request came with.',
  permission: 'signed-in',
  params: none,
  query: none,
  body: null,
  answer: { status: 200, description: 'You', body: Me, example },
  refusals: [],
});

const Role = component(
  'Role',
  z.strictObject({
    role: component('RoleName', z.enum(Object.keys(roles) as [keyof typeof roles, ...(keyof typeof roles)[]])),
    permissions: z.array(permission),
  }),
);

export const listRoles = operation({
  operationId: 'listRoles',
  method: 'GET',
  path: '/v1/roles',
  tag: 'api-keys',
  summary: 'The roles of the field',
  description: 'As sets of permissions, for whoever makes keys or maps the roles of an identity provider.',
  permission: 'signed-in',
  params: none,
  query: none,
  body: null,
  answer: {
    status: 200,
    description: 'All roles',
    body: component('RoleList', z.strictObject({ items: z.array(Role) })),
    example: { items: [{ role: 'team', permissions: ['read', 'read:drafts', 'assessments:write'] }] },
  },
  refusals: [],
});
