import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problems } from '../../domain/problem.js';
import { codeOf } from '../record-value.js';

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

/**
 * Keeps what comes in a file that has no name any more: however the process ends, the operating system removes it.
 * @throws problems.storageFull (507), problems.unavailable (503) when the temporary directory takes no file, and whatever
 *   the bytes throw
 */
export async function spoolOf(bytes: AsyncIterable<Buffer>): Promise<Spool> {
  const file = await onDisk(namelessFile());
  let size = 0;
  try {
    for await (const chunk of bytes) {
      await onDisk(writeWhole(file, chunk, size));
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
        const { bytesRead } = await onDisk(file.read(chunk, 0, chunk.length, start));
        if (bytesRead === 0) throw new Error('An upload that waited on disk has become shorter.');
        start += bytesRead;
        yield chunk.subarray(0, bytesRead);
      }
    },
    close: () => file.close(),
  };
}

/**
 * Finds out before the first upload does whether the temporary directory takes files.
 * @throws Error that names the directory and what is wrong with it
 */
export async function requireTemporaryDirectory(): Promise<void> {
  try {
    const file = await namelessFile();
    await file.close();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The temporary directory ${tmpdir()} takes no files; set TMPDIR to one that does: ${why}`);
  }
}

async function namelessFile(): Promise<FileHandle> {
  const directory = await mkdtemp(join(tmpdir(), 'prot-upload-'));
  try {
    return await open(join(directory, 'upload'), 'wx+', 0o600);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A disk that is nearly full takes a part of a chunk, and says that it is full when the rest comes. */
async function writeWhole(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

/** What the system says of a disk, or a share of one, that is full. */
const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Turns what the system says of a file of ours into the refusal of what a client sent. */
async function onDisk<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const problem = full.has(codeOf(error)) ? noRoom() : noFile();
    throw Object.assign(problem, { cause: error });
  }
}

function noRoom() {
  return problems.storageFull({
    en: 'The disk where a file waits until it has come whole is full, so nothing was changed. Send a smaller file, or tell the operator to make room.',
    th: 'พื้นที่พักไฟล์ของระบบเต็ม จึงไม่มีการบันทึก โปรดแบ่งไฟล์ให้เล็กลง หรือแจ้งผู้ดูแลระบบให้เพิ่มพื้นที่',
  });
}

function noFile() {
  return problems.unavailable({
    en: 'The service cannot keep files for now, so nothing was changed; its operator has to look at its temporary directory. Send the file again later.',
    th: 'ขณะนี้ระบบพักไฟล์ไม่ได้ จึงไม่มีการบันทึก โปรดแจ้งผู้ดูแลระบบและส่งไฟล์อีกครั้งภายหลัง',
  });
}
