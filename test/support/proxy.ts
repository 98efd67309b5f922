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
