import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { acceptedOfNew, exampleOf, shownOf } from '../../platform/record/fields.js';
import { id } from '../shapes.contract.js';
import { signOutFields } from './sign-outs.record.js';

const SignOut = component('SignOut', z.strictObject(shownOf(signOutFields)));
const NewSignOut = component('NewSignOut', z.strictObject(acceptedOfNew(signOutFields)));
const example = exampleOf(signOutFields);

const none = z.strictObject({});
const tag = 'api-keys';

export const createSignOut = operation({
  operationId: 'createSignOut',
  method: 'POST',
  path: '/v1/sign-outs',
  tag,
  summary: 'End the sign-ins of somebody',
  description:
    'Every access token that an identity provider issued to them before now is refused, on every node within a second; a new sign-in works. What the provider itself keeps of the session ends there, and API keys of theirs are revoked by themselves.',
  permission: 'keys:write',
  params: none,
  query: none,
  body: NewSignOut,
  bodyExample: { personId: example.personId, areaCode: example.areaCode, reason: example.reason },
  answer: { status: 201, description: 'What was ended, and from when on', body: SignOut, example },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.rulesBroken],
});

export const listSignOuts = operation({
  operationId: 'listSignOuts',
  method: 'GET',
  path: '/v1/sign-outs',
  tag,
  summary: 'List the sign-ins that your area ended',
  description: 'They stay for the audit.',
  permission: 'keys:write',
  asOf: true,
  params: none,
  query: z.strictObject({ ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of them, oldest first',
    body: component('SignOutPage', pageOf(SignOut)),
    example: { items: [example], next: null },
    paged: true,
  },
  refusals: [],
});

export const getSignOut = operation({
  operationId: 'getSignOut',
  method: 'GET',
  path: '/v1/sign-outs/{signOutId}',
  tag,
  summary: 'Read one end of sign-ins',
  description: 'It never changes.',
  permission: 'keys:write',
  asOf: true,
  params: z.strictObject({ signOutId: id }),
  query: none,
  body: null,
  answer: { status: 200, description: 'What was ended', body: SignOut, example },
  versioning: 'gives',
  historyOf: 'sign-out',
  refusals: [problems.signOutNotFound],
});
