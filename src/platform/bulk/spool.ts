import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * An upload that waits on disk until it has come whole, so that a slow client holds no transaction and memory stays the
 * same for any size. It can be read any number of times.
 */
export interface Spool {
  /** Its size in bytes. */
  size: number;
  chunks(): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

/** Small, so that what the database answers meanwhile is not kept waiting for long. */
const chunkBytes = 65_536;

/** Keeps what comes in a file that has no name any more: however the process ends, the operating system removes it. */
export async function spoolOf(bytes: AsyncIterable<Buffer>): Promise<Spool> {
  const directory = await mkdtemp(join(tmpdir(), 'prot-upload-'));
  const file = await open(join(directory, 'upload'), 'wx+', 0o600);
  let size = 0;
  try {
    await rm(directory, { recursive: true });
    for await (const chunk of bytes) {
      await file.write(chunk, 0, chunk.length, size);
      size += chunk.length;
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    size,
    chunks: async function* () {
      for (let start = 0; start < size; ) {
        const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, size - start));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, start);
        if (bytesRead === 0) throw new Error('An upload that waited on disk has become shorter.');
        start += bytesRead;
        yield chunk.subarray(0, bytesRead);
      }
    },
    close: () => file.close(),
  };
}
