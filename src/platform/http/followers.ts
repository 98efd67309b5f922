import type { FastifyInstance, FastifyReply } from 'fastify';
import { problems } from '../../domain/problem.js';

/**
 * The requests that stay open to wait for what happens. There are only so many, each is told when its client has gone, and all
 * of them when the service shuts down: it would wait for them.
 */
export class Followers {
  readonly #app: FastifyInstance;
  readonly #most: number;
  readonly #open = new Set<AbortController>();

  constructor(app: FastifyInstance, most: number) {
    this.#app = app;
    this.#most = most;
    app.addHook('preClose', async () => {
      for (const controller of this.#open) controller.abort();
    });
  }

  /**
   * Lets a request stay open until its answer is out or the client has gone.
   * @throws problems.unavailable (503)
   */
  admit({ raw }: FastifyReply): AbortSignal {
    if (this.#open.size >= this.#most) throw problems.unavailable(tooMany);
    const controller = new AbortController();
    this.#open.add(controller);
    this.#app.admission.leave(raw);
    raw.once('close', () => {
      this.#open.delete(controller);
      controller.abort();
    });
    return controller.signal;
  }
}

const tooMany = {
  en: 'Too many readers are waiting for changes here; try again later, or ask without waiting.',
  th: 'ขณะนี้มีผู้รอรับการเปลี่ยนแปลงมากเกินไป โปรดลองใหม่ภายหลัง หรือเรียกดูโดยไม่ต้องรอ',
};
