/**
 * Sends a file to a server, or takes one from it, and says how long that took. A process of its own, as a client is.
 * Reads a `Transfer` as JSON on standard input and writes what came of it on standard output.
 */
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

export interface Transfer {
  port: number;
  path: string;
  headers: Record<string, string>;
  /** The file that is sent, or the one that is written. */
  send?: string;
  take?: string;
}

export interface TransferResult {
  seconds: number;
  status: number;
  /** The answer to what was sent; empty when a file was taken. */
  answer: string;
}

const transfer: Transfer = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await run(transfer)));

function run({ port, path, headers, send, take }: Transfer): Promise<TransferResult> {
  const startedAt = performance.now();
  const length = send === undefined ? {} : { 'content-length': String(statSync(send).size) };
  const method = send === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { ...headers, ...length } });
    asked.once('error', reject);
    asked.once('response', async (response) => {
      try {
        const answer = take === undefined ? await text(response) : '';
        if (take !== undefined) await pipeline(response, createWriteStream(take));
        resolve({ seconds: (performance.now() - startedAt) / 1000, status: response.statusCode ?? 0, answer });
      } catch (error) {
        reject(error);
      }
    });
    if (send === undefined) asked.end();
    else pipeline(createReadStream(send), asked).catch(reject);
  });
}
