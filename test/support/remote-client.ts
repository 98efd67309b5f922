import { bodyOf, type Call, type Client, readPages } from './client.js';

/** Calls a service that is a process of its own, so that what makes a world can make it there. Answers are not checked. */
export function remoteClient(address: string, secret: string): Client {
  const send = async ({ method, path, body, payload, headers }: Call) => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? (payload ?? null) : JSON.stringify(body),
    });
    const received = Object.fromEntries(response.headers);
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      method,
      path,
      status: response.status,
      headers: received,
      body: bodyOf(received, bytes),
      bytes,
      sentFile: false,
    };
  };
  const client: Client = {
    send,
    get: (path, headers = {}) => send({ method: 'GET', path, headers }),
    post: (path, body, headers = {}) => send({ method: 'POST', path, body, headers }),
    put: (path, body, headers = {}) => send({ method: 'PUT', path, body, headers }),
    patch: (path, body, headers = {}) => send({ method: 'PATCH', path, body, headers }),
    delete: (path, headers = {}) => send({ method: 'DELETE', path, headers }),
    refused: () => {
      throw new Error('The database of a service that is another process is not looked into.');
    },
    pages: (path) => readPages(client, path),
  };
  return client;
}
