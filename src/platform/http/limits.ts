import { hash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Principal } from '../../domain/access.js';
import { Problem, problems } from '../../domain/problem.js';
import { LimitCounts } from './limit-counts.js';
import { type LimitQuotas, limitField, type Policy, policiesOf, policyField, type Standing } from './limit-policies.js';
import { isForFiles, isLimited } from './operation.js';
import { SharedCounts } from './shared-counts.js';
import { isUploadType } from './uploads.js';

/** How the limits are set, and where all nodes count together, if anywhere. */
export interface LimitSettings extends LimitQuotas {
  redisUrl?: string | undefined;
}

declare module 'fastify' {
  interface FastifyInstance {
    limits: Limits;
  }
  interface FastifyRequest {
    /** The limit that the request was refused for; null otherwise. */
    limitReached: string | null;
  }
}

/** Credentials that were valid once are known for so long (milliseconds), and so many of them. */
const knownForMs = 3_600_000;
const mostKnown = 10_000;
/** When one of the places for files may be free again; nobody knows. */
const placeAgainSeconds = 5;

/** Counts the requests of a policy, or only looks. */
interface Meter {
  policy: Policy;
  ask(request: FastifyRequest, increment: boolean): Promise<{ standing: Standing; isExceeded: boolean }>;
}

/** Gives an app its limits; they are asked in `prepareForOperations`. */
export async function setLimits(app: FastifyInstance, settings: LimitSettings & { log: Logger }): Promise<void> {
  const shared = settings.redisUrl === undefined ? null : new SharedCounts(settings.redisUrl, settings.log);
  class Counts extends LimitCounts {
    constructor() {
      super(shared);
    }
  }
  await app.register(rateLimit, { global: false, store: Counts });
  app.decorateRequest('limitReached', null);
  app.decorate('limits', new Limits(app, settings, shared));
  app.addHook('onClose', async () => shared?.close());
}

/**
 * How much each caller may ask, and each address before it is known who calls. A request is counted when it comes, whatever
 * becomes of it: one whose answer the caller has already (304), a HEAD, and one that is answered again for its
 * `Idempotency-Key` as well. A request that is refused for one policy uses up nothing of the others.
 */
class Limits {
  readonly #interactive: readonly Meter[];
  readonly #bulk: readonly Meter[];
  readonly #address: readonly Meter[];
  readonly #signInFailures: readonly Meter[];
  readonly #bulkAtOnce: Policy;
  readonly #filesUnderWay = new Map<string, number>();
  /** Who showed a credential that was valid when it was last looked at, by its digest. */
  readonly #known = new LRUCache<string, string>({ max: mostKnown, ttl: knownForMs });
  readonly #shared: SharedCounts | null;
  readonly #refusals = new Counter({
    name: 'http_requests_limited_total',
    help: 'Requests that were answered 429, by the limit that was reached',
    labelNames: ['policy'],
    registers: [],
  });

  constructor(app: FastifyInstance, quotas: LimitQuotas, shared: SharedCounts | null) {
    const policies = policiesOf(quotas);
    const ofCaller = (...chosen: Policy[]) => metersOf(app, chosen, ({ principal }) => callerOf(principal));
    const ofAddress = (...chosen: Policy[]) => metersOf(app, chosen, addressOf);
    this.#interactive = ofCaller(policies.interactiveBurst, policies.interactive);
    this.#bulk = ofCaller(policies.bulk);
    this.#address = ofAddress(policies.address);
    this.#signInFailures = ofAddress(policies.signInFailures);
    this.#bulkAtOnce = policies.bulkAtOnce;
    this.#shared = shared;
  }

  /** Adds what became of the limits to the measurements. */
  measure(registry: Registry): void {
    registry.registerMetric(this.#refusals);
    const shared = this.#shared;
    if (shared === null) return;
    new Gauge({
      name: 'limits_shared',
      help: 'Whether the limits are counted in Redis for all nodes together (1), or here alone as it does not answer (0)',
      registers: [registry],
      collect() {
        this.set(shared.answers ? 1 : 0);
      },
    });
  }

  /** Who calls, by the header `Authorization`, if that was valid when it was last looked at; null otherwise. */
  callerOf(authorization: string): string | null {
    return this.#known.get(credentialOf(authorization) ?? '') ?? null;
  }

  /**
   * Lets a request through for which nobody has to say who calls.
   * @throws problems.tooManyRequests, problems.tooManyAtOnce (429)
   */
  async admitAnyone(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { operation } = request.routeOptions.config;
    if (operation === undefined || !isLimited(operation)) return;
    const places = isBulk(request) ? this.#takePlace(request, reply, `address ${addressOf(request)}`) : [];
    await this.#pass(request, reply, this.#address, places);
  }

  /**
   * Finds who calls and lets it through, as far as its limits allow. An address is limited only while it is not known who calls:
   * a credential that was valid before is not kept out by others behind the same address.
   * @throws problems.tooManyRequests, problems.tooManyAtOnce, problems.tooManyFailedSignIns (429), and what `find` throws
   */
  async admit(request: FastifyRequest, reply: FastifyReply, find: () => Promise<Principal>): Promise<Principal> {
    const credential = credentialOf(request.headers.authorization);
    if (credential === null || !this.#known.has(credential)) {
      if (credential !== null) await this.#refuseAfterFailures(request, reply);
      await this.#pass(request, reply, this.#address);
    }
    const principal = await this.#identify(request, reply, credential, find);
    request.principal = principal;
    await this.#admitCaller(request, reply, principal);
    return principal;
  }

  /** What is left to whoever sent a request, of each policy, without counting anything. */
  async describe(request: FastifyRequest): Promise<Standing[]> {
    const meters = request.principal === null ? this.#address : [...this.#interactive, ...this.#bulk];
    const standings = await Promise.all(meters.map(async (meter) => (await meter.ask(request, false)).standing));
    const atOnce = request.principal === null ? [] : this.#standingAtOnce(callerOf(request.principal));
    return [...standings, ...atOnce];
  }

  async #identify(
    request: FastifyRequest,
    reply: FastifyReply,
    credential: string | null,
    find: () => Promise<Principal>,
  ): Promise<Principal> {
    try {
      const principal = await find();
      if (credential !== null) this.#known.set(credential, callerOf(principal));
      return principal;
    } catch (error) {
      if (credential !== null && error instanceof Problem && error.kind === 'unauthenticated') {
        this.#known.delete(credential);
        for (const meter of this.#signInFailures) tell(reply, [(await meter.ask(request, true)).standing]);
      }
      throw error;
    }
  }

  async #refuseAfterFailures(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    for (const meter of this.#signInFailures) {
      const { standing } = await meter.ask(request, false);
      if (standing.remaining > 0) continue;
      tell(reply, [standing]);
      this.#note(request, [standing]);
      throw problems.tooManyFailedSignIns(meter.policy.name, standing.resetSeconds ?? 1);
    }
  }

  #admitCaller(request: FastifyRequest, reply: FastifyReply, principal: Principal): Promise<void> {
    if (!isBulk(request)) return this.#pass(request, reply, this.#interactive);
    return this.#pass(request, reply, this.#bulk, this.#takePlace(request, reply, callerOf(principal)));
  }

  /** Takes one of the caller's places for files until the answer is out or the client has gone. */
  #takePlace(request: FastifyRequest, reply: FastifyReply, caller: string): Standing[] {
    const { name, quota } = this.#bulkAtOnce;
    if (quota === 0) return [];
    const underWay = this.#filesUnderWay.get(caller) ?? 0;
    if (underWay >= quota) {
      const standings = this.#standingAtOnce(caller);
      tell(reply, standings);
      this.#note(request, standings);
      throw problems.tooManyAtOnce(name, quota, placeAgainSeconds);
    }
    this.#filesUnderWay.set(caller, underWay + 1);
    request.server.admission.leave(reply.raw);
    reply.raw.once('close', () => {
      const left = (this.#filesUnderWay.get(caller) ?? 1) - 1;
      if (left === 0) this.#filesUnderWay.delete(caller);
      else this.#filesUnderWay.set(caller, left);
    });
    return this.#standingAtOnce(caller);
  }

  #standingAtOnce(caller: string): Standing[] {
    const policy = this.#bulkAtOnce;
    if (policy.quota === 0) return [];
    return [{ policy, remaining: policy.quota - (this.#filesUnderWay.get(caller) ?? 0), resetSeconds: null }];
  }

  async #pass(
    request: FastifyRequest,
    reply: FastifyReply,
    meters: readonly Meter[],
    standings: Standing[] = [],
  ): Promise<void> {
    const violated: Standing[] = [];
    for (const meter of meters) {
      const { standing, isExceeded } = await meter.ask(request, violated.length === 0);
      standings.push(standing);
      if (isExceeded) violated.push(standing);
    }
    tell(reply, standings);
    if (violated.length === 0) return;
    this.#note(request, violated);
    const seconds = Math.max(...violated.map(({ resetSeconds }) => resetSeconds ?? 1));
    throw problems.tooManyRequests(
      violated.map(({ policy }) => policy.name),
      seconds,
    );
  }

  #note(request: FastifyRequest, violated: readonly Standing[]): void {
    for (const { policy } of violated) this.#refusals.inc({ policy: policy.name });
    const seconds = Math.max(...violated.map(({ resetSeconds }) => resetSeconds ?? placeAgainSeconds));
    request.server.admission.noteRefusal(request.raw, seconds);
    request.limitReached = violated[0]?.policy.name ?? null;
  }
}

function metersOf(app: FastifyInstance, policies: Policy[], keyOf: (request: FastifyRequest) => string): Meter[] {
  return policies.flatMap((policy) => {
    const { name, quota, windowSeconds } = policy;
    if (quota === 0 || windowSeconds === null) return [];
    const limiter = app.createRateLimit({
      max: quota,
      timeWindow: windowSeconds * 1000,
      keyGenerator: (request) => `${name}:${keyOf(request)}`,
    });
    return [{ policy, ask: async (request, increment) => standingOf(policy, await limiter(request, { increment })) }];
  });
}

function standingOf(policy: Policy, answer: Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>) {
  if (answer.isAllowed) throw new Error('No caller is without limits.');
  const { remaining, ttlInSeconds, isExceeded } = answer;
  return { standing: { policy, remaining, resetSeconds: Math.max(1, ttlInSeconds) }, isExceeded };
}

function tell(reply: FastifyReply, standings: readonly Standing[]): void {
  if (standings.length === 0) return;
  reply.header('ratelimit-policy', policyField(standings)).header('ratelimit', limitField(standings));
}

function callerOf(principal: Principal | null): string {
  if (principal === null) throw new Error('Nobody has said yet who calls.');
  return `${principal.kind}:${principal.id}`;
}

/** An IPv6 network of 64 bits is one household or office, and it has as many addresses as it likes. */
function addressOf({ ip }: FastifyRequest): string {
  return rateLimit.normalizeIP(String(ip), 64);
}

/** A digest of what the caller shows; null when it shows nothing. */
function credentialOf(authorization: string | undefined): string | null {
  return authorization === undefined ? null : hash('sha256', authorization, 'base64');
}

/** Whether a request sends or takes a file of rows. */
function isBulk({ routeOptions, headers, representation }: FastifyRequest): boolean {
  const { operation } = routeOptions.config;
  if (operation === undefined) return false;
  if (isForFiles(operation) || representation === 'ndjson' || representation === 'csv') return true;
  return operation.bulk !== undefined && isUploadType(headers['content-type']);
}
