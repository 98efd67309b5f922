import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Batches of an upload that wait on disk until the whole file has come, so that a slow client holds no transaction and
 * memory stays the same for any size.
 */
export interface Spool {
  write(batch: string): Promise<void>;
  batches(): AsyncGenerator<string>;
  close(): Promise<void>;
}

/** Opens a file that has no name any more: however the process ends, the operating system removes it. */
export async function openSpool(): Promise<Spool> {
  const directory = await mkdtemp(join(tmpdir(), 'prot-upload-'));
  const file = await open(join(directory, 'rows'), 'wx+', 0o600);
  await rm(directory, { recursive: true });
  const lengths: number[] = [];
  let end = 0;
  return {
    write: async (batch) => {
      const bytes = Buffer.from(batch);
      await file.write(bytes, 0, bytes.length, end);
      end += bytes.length;
      lengths.push(bytes.length);
    },
    batches: async function* () {
      let start = 0;
      for (const length of lengths) {
        const bytes = Buffer.alloc(length);
        await file.read(bytes, 0, length, start);
        start += length;
        yield bytes.toString('utf8');
      }
    },
    close: () => file.close(),
  };
}
