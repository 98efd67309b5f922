import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/** One line a request, when its answer is sent: Fastify's own two say the same at twice the cost. */
export class RequestLog extends LogController {
  #log: FastifyBaseLogger | undefined;

  override incomingRequest(request: FastifyRequest): void {
    // Said together with the answer; its arrival by itself is of interest only to who looks closely.
    request.log.debug({ req: request }, 'incoming request');
  }

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (error) {
      super.requestCompleted(error, request, reply);
      return;
    }
    // These fields hold no secret, so looking for some in each line would be for nothing.
    this.#log ??= request.server.log.child({}, { redact: [] });
    this.#log.info(
      { reqId: request.id, req: request, res: reply, responseTime: reply.elapsedTime },
      'request completed',
    );
  }
}
