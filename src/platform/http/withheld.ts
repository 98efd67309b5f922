/** What a caller is told who may not read drafts: that none is in the answer, nor in what it counts, whether there are any or not. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readsDrafts } from '../../domain/access.js';

/** The header of every answer that leaves drafts out. */
const withheldHeader = 'drafts-withheld';

/** The member of an answer in JSON that leaves drafts out. */
export const draftsWithheld = {
  draftsWithheld: z
    .boolean()
    .optional()
    .meta({
      description:
        '`true` when you may not read drafts (`read:drafts`): none is in this answer, nor in what it counts, whether there are any or not. Left out for whoever may',
      examples: [true],
    }),
};

/** Whether drafts are kept from whoever asks. */
export function withholdsDrafts({ principal }: Pick<FastifyRequest, 'principal'>): boolean {
  return principal !== null && !readsDrafts(principal);
}

/** The member, to be spread into an answer. */
export function ofDrafts(request: Pick<FastifyRequest, 'principal'>): { draftsWithheld?: true } {
  return withholdsDrafts(request) ? { draftsWithheld: true } : {};
}

/** Says in the header of an answer that drafts are left out of it. */
export function tellDrafts(request: FastifyRequest, reply: FastifyReply): void {
  if (request.routeOptions.config.operation?.withholdsDrafts && withholdsDrafts(request))
    reply.header(withheldHeader, 'true');
}
