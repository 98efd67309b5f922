import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../../domain/access.js';
import type { Upload } from '../bulk/upload.js';
import type { Needed, Operation } from './operation.js';

/** A request as it came: who calls is known, and nothing of the input has been checked. */
export interface RawCall {
  params: unknown;
  query: unknown;
  body: unknown;
  principal: Principal | null;
  request: FastifyRequest;
  reply: FastifyReply;
}

type CallerOf = Record<Exclude<Needed, 'public'>, Principal> & { public: null };

/** What is known when the address of a request fits: path and query as zod made them of it, and who calls. */
export interface AddressedCall<O extends Pick<Operation, 'params' | 'query' | 'permission'>> {
  params: z.output<O['params']>;
  query: z.output<O['query']>;
  principal: CallerOf[O['permission']];
  request: FastifyRequest;
  reply: FastifyReply;
}

/** What a handler gets: the input as zod made it of the request, and who calls. */
export interface Call<O extends Operation> extends AddressedCall<O> {
  body: O['body'] extends z.ZodType ? z.output<O['body']> : undefined;
}

/** What the handler of a file gets. */
export interface UploadCall<O extends Operation> extends AddressedCall<O> {
  upload: Upload;
}
