/** Who did something, and why, as answers say it. */
import { z } from 'zod';
import { actorKinds } from '../domain/access.js';
import { component } from '../platform/http/components.js';
import { id, instant, line, paragraphs } from './shapes.contract.js';

export const Actor = component(
  'Actor',
  z.strictObject({
    kind: component('ActorKind', z.enum(actorKinds)),
    id: line(200).meta({
      description: 'Of an API key its id; of a person or system that signed in, issuer and subject as one opaque id',
    }),
    name: line(200).meta({ description: 'Its name at that time' }),
    onBehalfOf: line(128)
      .optional()
      .meta({ description: 'The officer for whom a system acted, as that system named them' }),
    personId: id.optional().meta({ description: 'The person who held the key, under the id with which they sign in' }),
  }),
);

/** Why something that was finished was taken up again. */
export const givenReason = component(
  'GivenReason',
  z.strictObject({ reason: paragraphs(2_000), at: instant, by: Actor }),
);

/** That somebody signed a record off. */
export const confirmation = component('Confirmation', z.strictObject({ at: instant, by: Actor }));
