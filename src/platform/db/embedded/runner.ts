import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** As whom PostgreSQL runs, which refuses to run as root. */
export interface Runner {
  /** What stands before a command: a program that starts another one in a namespace of users. */
  prefix: readonly string[];
  /** The user who owns its files, where that is not the one of this process. */
  user: { uid: number; gid: number } | null;
}

/** The directories that a runner must be able to use. */
interface Directories {
  /** The data directory of the service. */
  outer: string;
  /** A directory inside it that is given to the runner. */
  inner: string;
  /** The database in it, or null when there is none yet. */
  database: string | null;
}

const plain: Runner = { prefix: [], user: null };

/**
 * Finds out as whom PostgreSQL can run here. An ordinary user runs it as such. Root runs it in a namespace in which root
 * has another number: its files are root's outside, so it works in directories that only root may enter. Where no
 * namespace can be had, as in many containers, it runs as nobody; and where the directory belongs to somebody else
 * already, as that user.
 * @param program one of its programs, to be tried with `--version` in the environment `env`
 * @throws Error that says what to do when there is no way
 */
export async function chooseRunner(directories: Directories, program: string, env: NodeJS.ProcessEnv): Promise<Runner> {
  const isRoot = process.geteuid?.() === 0;
  if (!isRoot && hasName()) return plain;
  const inNamespace: Runner = { prefix: ['unshare', '--user', `--map-user=${(await nobody()).uid}`], user: null };
  const candidates = isRoot ? await forRoot(directories, inNamespace) : [inNamespace];
  for (const runner of candidates) {
    if (await canRun(runner, directories, program, env)) return runner;
  }
  const { outer, database } = directories;
  throw new Error(
    `PostgreSQL does not run as ${isRoot ? 'root' : 'a user without a name'}, and no other user may work in ` +
      `${database ?? outer}: start Prot as an ordinary user who owns that directory, or set DATABASE_URL.`,
  );
}

/** Gives a file or directory to the user as whom PostgreSQL runs. */
export async function giveTo({ user }: Runner, path: string): Promise<void> {
  if (user !== null) await chown(path, user.uid, user.gid);
}

/** What there already is decides: a database that belongs to somebody is not given to another. */
async function forRoot({ outer, database }: Directories, inNamespace: Runner): Promise<Runner[]> {
  const { uid, gid } = await stat(database ?? outer);
  const owner: Runner[] = uid === 0 ? [] : [{ prefix: [], user: { uid, gid } }];
  if (database !== null) return uid === 0 ? [inNamespace] : owner;
  return [...owner, inNamespace, { prefix: [], user: await nobody() }];
}

async function canRun(
  runner: Runner,
  directories: Directories,
  program: string,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const { outer, inner, database } = directories;
  const { mode, uid } = await stat(outer);
  await giveTo(runner, inner);
  // Whoever else works in a directory of root must be able to pass through it; what lies in it has modes of its own.
  if (runner.user !== null && runner.user.uid !== uid) await chmod(outer, mode | 0o011);
  const script = '[ -w "$1" ] && [ -w "$2" ] && exec "$3" --version';
  const [file = '', ...args] = [...runner.prefix, 'sh', '-c', script, 'sh', inner, database ?? inner, program];
  const child = spawn(file, args, { env, ...runner.user, stdio: 'ignore' });
  const code = await once(child, 'exit').then(
    ([exitCode]) => exitCode,
    () => null,
  );
  if (code !== 0) await chmod(outer, mode);
  return code === 0;
}

/** PostgreSQL looks its user up by name; in a container there may be none. */
function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid = '65534', gid = '65534'] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(users) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
