import { LRUCache } from 'lru-cache';
import type { Principal } from '../../domain/access.js';
import { secretHashOf } from '../../platform/digest.js';
import type { AccessRevisions } from './revisions.actions.js';

/** How long a caller is not looked up again, at most (milliseconds), and how many are remembered. */
const rememberedForMs = 60_000;
const mostRemembered = 10_000;

/** Who showed a credential, and for how many milliseconds more it is valid; null is for ever. */
export interface FoundCaller {
  principal: Principal;
  validForMs: number | null;
}

/**
 * Remembers who showed which credential, by its hash, so that a request costs no question to anybody. The node forgets all of them
 * within a second after access was taken back anywhere.
 */
export class KnownCallers {
  readonly #revisions: AccessRevisions;
  readonly #known = new LRUCache<string, Principal>({ max: mostRemembered, ttl: rememberedForMs });
  #forgotten = 0;

  constructor(revisions: AccessRevisions) {
    this.#revisions = revisions;
    revisions.onChange(() => this.forget());
  }

  forget(): void {
    this.#forgotten += 1;
    this.#known.clear();
  }

  /**
   * Who shows a credential; null when `look`, which is given its hash, finds nobody.
   * @throws what `look` refuses, and what keeps the database from answering
   */
  async find(credential: string, look: (hash: string) => Promise<FoundCaller | null>): Promise<Principal | null> {
    await this.#revisions.requireFresh();
    const hash = secretHashOf(credential);
    const remembered = this.#known.get(hash);
    if (remembered !== undefined) return remembered;
    const forgotten = this.#forgotten;
    const found = await look(hash);
    if (found === null) return null;
    const validForMs = Math.min(rememberedForMs, found.validForMs ?? rememberedForMs);
    // What was found out while everything was forgotten may be what was to be forgotten.
    if (validForMs >= 1 && forgotten === this.#forgotten) this.#known.set(hash, found.principal, { ttl: validForMs });
    return found.principal;
  }
}
