import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';

/**
 * What happens to a connection: it breaks after so many bytes of what is sent or of what is answered, or it is answered
 * with these bytes in place of the service.
 */
export interface Fate {
  breakAfterSent?: number;
  breakAfterAnswered?: number;
  answer?: string;
}

/** A place between a client and the service where connections meet their fate, one after the other. */
export interface Proxy {
  address: string;
  /** How many connections have come. */
  connections(): number;
}

/** Starts a proxy before the service; connections beyond the given fates go through. */
export async function startProxy(t: Test, service: string, fates: readonly Fate[]): Promise<Proxy> {
  let connections = 0;
  const server = createServer((client) => {
    const fate = fates[connections] ?? {};
    connections += 1;
    client.on('error', () => {});
    const { answer } = fate;
    if (answer !== undefined) return void client.once('data', () => client.end(answer));
    const upstream = connect(Number(new URL(service).port), '127.0.0.1');
    upstream.on('error', () => {});
    passOn(client, upstream, fate.breakAfterSent ?? Number.POSITIVE_INFINITY);
    passOn(upstream, client, fate.breakAfterAnswered ?? Number.POSITIVE_INFINITY);
  });
  t.teardown(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, connections: () => connections };
}

/** A place between the service and PostgreSQL that stops passing bytes on without a word, as a broken network does. */
export interface SilentProxy {
  /** The address of a database through the proxy. */
  through(url: string): string;
  /** What is sent from now on gets lost: on the connections that are open, or on new ones too. */
  swallow(which: 'open' | 'all'): void;
  /** New connections go through again; those that lost something never do. */
  pass(): void;
}

export async function startSilentProxy(t: Test): Promise<SilentProxy> {
  const open = new Set<{ silent: boolean }>();
  let target = { host: '', port: 0 };
  let allSilent = false;
  const server = createServer((client) => {
    const connection = { silent: allSilent };
    open.add(connection);
    const upstream = connect(target);
    const end = () => {
      open.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (bytes) => connection.silent || to.write(bytes));
      from.on('error', end).on('close', end);
    }
  });
  t.teardown(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    through: (url) => {
      const address = new URL(url);
      target = { host: address.hostname, port: Number(address.port || 5432) };
      address.hostname = '127.0.0.1';
      address.port = String((server.address() as AddressInfo).port);
      return address.href;
    },
    swallow: (which) => {
      allSilent = which === 'all';
      for (const connection of open) connection.silent = true;
    },
    pass: () => {
      allSilent = false;
    },
  };
}

/** Passes bytes on until so many have passed, and then cuts both sides. */
function passOn(from: Socket, to: Socket, most: number): void {
  let left = most;
  const cut = () => {
    from.destroy();
    to.destroy();
  };
  from.on('data', (chunk) => {
    if (left <= 0) return;
    const passing = chunk.subarray(0, Math.min(left, chunk.length));
    left -= passing.length;
    if (left <= 0) return void to.write(passing, cut);
    if (!to.write(passing)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.on('close', () => to.end());
}
