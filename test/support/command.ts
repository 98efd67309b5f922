import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

/** How a command ended and what it printed. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Where and with what a command runs beside its arguments; nothing else of the test's environment reaches it. */
export interface Surroundings {
  variables?: Readonly<Record<string, string>>;
  /** What it reads on standard input. */
  input?: string;
  /** Whether nobody ends that input. */
  inputStaysOpen?: boolean;
  cwd?: string;
  /** Kills it, so that it can put nothing away. */
  killedBy?: AbortSignal;
}

/** Runs a compiled command of src/commands/ as a process of its own, until it ends. */
export async function runCommand(name: string, args: readonly string[], around: Surroundings = {}): Promise<Ended> {
  const path = fileURLToPath(new URL(`../../src/commands/${name}.js`, import.meta.url));
  const { PATH = '', TMPDIR = tmpdir() } = process.env;
  const env = { PATH, TMPDIR, ...around.variables };
  // tap sets NODE_OPTIONS in every child, to watch what it loads.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, path, ...args], { env, cwd: around.cwd });
  around.killedBy?.addEventListener('abort', () => child.kill('SIGKILL'));
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    return () => Buffer.concat(chunks).toString('utf8');
  }) as [() => string, () => string];
  // A command may end before it has read all.
  child.stdin.on('error', () => {});
  child.stdin.write(around.input ?? '');
  if (!around.inputStaysOpen) child.stdin.end();
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout: stdout(), stderr: stderr() };
}
