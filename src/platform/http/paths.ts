import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Problem, problems } from '../../domain/problem.js';
import { asRecord } from '../record-value.js';

interface Template {
  url: string;
  pattern: RegExp;
  parameters: number;
  methods: Set<string>;
}

/**
 * Which methods a path takes. As OpenAPI has it, a path without parameters goes before one with: `/v1/groups/summary` is
 * not a group, whatever `/v1/groups/{groupId}` takes.
 */
export class Paths {
  readonly #byUrl = new Map<string, Template>();
  #sorted: Template[] | null = null;
  /** Of a path with parameters, those that go before it. */
  readonly #before = new Map<string, Template[]>();

  /** Notes every route from here on; the plugin for other origins has one for preflights at any path. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const template = this.#byUrl.get(url) ?? templateOf(url);
      for (const one of [method].flat()) if (one !== 'OPTIONS') template.methods.add(one);
      if (template.methods.size > 0) this.#byUrl.set(url, template);
      this.#sorted = null;
    });
  }

  /** Why there is nothing for a request: the path has other methods, or it does not exist. */
  nothingAt(request: FastifyRequest): Problem {
    const path = pathOf(request);
    const [found] = this.#matching(path);
    if (found === undefined) return problems.pathNotFound(path);
    return problems.methodNotAllowed(request.method, [...found.methods].sort());
  }

  /** Whether a request came to a path with parameters that is another path, or has nothing in a parameter's place. */
  isMisled(request: FastifyRequest): boolean {
    const { url = '' } = request.routeOptions;
    if (!url.includes(':')) return false;
    if (Object.values(asRecord(request.params)).includes('')) return true;
    const before = this.#before.get(url) ?? this.#findBefore(url);
    return before.length > 0 && before.some(({ pattern }) => pattern.test(pathOf(request)));
  }

  #findBefore(url: string): Template[] {
    const own = this.#byUrl.get(url);
    const before = this.#all().filter((other) => other.parameters < (own?.parameters ?? 0) && canMeet(url, other.url));
    this.#before.set(url, before);
    return before;
  }

  #matching(path: string): Template[] {
    return this.#all().filter(({ pattern }) => pattern.test(path));
  }

  #all(): Template[] {
    this.#sorted ??= [...this.#byUrl.values()].sort((one, other) => one.parameters - other.parameters);
    return this.#sorted;
  }
}

/** The path of a request without host and query, its percent-escapes read, in whichever form the target came. */
function pathOf({ url }: FastifyRequest): string {
  const [path = ''] = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  if (!path.includes('%')) return path === '' ? '/' : path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Two paths can be the same when each has a parameter where the other has another word. */
function canMeet(url: string, other: string): boolean {
  const [parts, others] = [url.split('/'), other.split('/')];
  const fits = (part = '', match = '') => part === match || part.startsWith(':') || match.startsWith(':');
  return parts.length === others.length && parts.every((part, index) => fits(part, others[index]));
}

function templateOf(url: string): Template {
  const literal = (text: string) => text.replace(/[.+?^$()|[\]\\{}]/g, '\\$&').replaceAll('*', '.*');
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : literal(part)))
    .join('/');
  const parameters = url.split(/[:*]/).length - 1;
  return { url, pattern: new RegExp(`^${source}$`), parameters, methods: new Set() };
}
