/** Child processes of the bench: started on a processor of their own, measured, and ended with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Flood, FloodResult } from './flood.js';
import type { Load, LoadResult } from './load.js';
import type { Probe, ProbeResult } from './probe.js';
import type { Transfer, TransferResult } from './transfer.js';

/** A server that is ready. */
export interface Server {
  port: number;
  /** Processor time it has used, in microseconds; NaN where the system does not tell. */
  cpuMicros(): number;
  /** Memory it has in use now, in bytes; NaN where the system does not tell. */
  memoryBytes(): number;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
const ticksPerSecond = 100;

/** What is measured runs on the first processor and what measures it on the others; the database runs where it likes. */
const pinned = availableParallelism() > 1 && works('taskset', ['-V']);
const others = `1-${availableParallelism() - 1}`;

/**
 * Starts a Node program and waits until it says in its log where it listens. Its output goes to a file, as a service's
 * does, so that nothing of what is measured is spent on reading it.
 */
export async function startServer(script: string, env: Record<string, string>, logFile: string): Promise<Server> {
  const log = openSync(logFile, 'w');
  const child = start(['0', process.execPath, pathOf(script)], env, ['ignore', log, log]);
  closeSync(log);
  const port = await portOf(child, logFile);
  return {
    port,
    cpuMicros: () => cpuMicrosOf(child),
    memoryBytes: () => memoryBytesOf(child),
    stop: () => stop(child),
  };
}

/** Runs a Node program to its end. @throws Error with what it printed when it fails */
export async function runScript(script: string, args: string[], env: Record<string, string>): Promise<void> {
  await outputOf(start([others, process.execPath, pathOf(script), ...args], env, ['ignore', 'pipe', 'pipe']));
}

/** Runs any program to its end and gives what it printed. @throws Error with what it printed when it fails */
export function runProgram(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  return outputOf(start([others, program, ...args], env, ['ignore', 'pipe', 'pipe']));
}

/** Puts a load on a server from a process of its own. */
export function runLoad(load: Load): Promise<LoadResult> {
  return tellProgram('./load.js', load);
}

/** Sends or takes a file from a process of its own. */
export function runTransfer(transfer: Transfer): Promise<TransferResult> {
  return tellProgram('./transfer.js', transfer);
}

/** Floods a server from a process of its own, which gives way to whatever else wants the processor. */
export function startFlood(flood: Flood): Promise<FloodResult> {
  return tellProgram('./flood.js', flood, ['nice', '-n', '19']);
}

/** Asks for one thing after another from a process of its own. */
export function runProbe(probe: Probe): Promise<ProbeResult> {
  return tellProgram('./probe.js', probe);
}

/** Runs a Node program that reads what to do as JSON and says what came of it. */
async function tellProgram<Result>(script: string, what: object, through: string[] = []): Promise<Result> {
  const child = start([others, ...through, process.execPath, pathOf(script)], {}, ['pipe', 'pipe', 'pipe']);
  child.stdin?.end(JSON.stringify(what));
  return JSON.parse(await outputOf(child));
}

/** Whether a program is there and runs. */
export function works(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Ends whatever still runs, for when the bench itself is ended. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function start(
  [processors = '', program = '', ...args]: string[],
  env: Record<string, string>,
  stdio: ('ignore' | 'pipe' | number)[],
): ChildProcess {
  const { PATH = '', TMPDIR = '/tmp' } = process.env;
  const command = pinned ? ['taskset', '-c', processors, program, ...args] : [program, ...args];
  const child = spawn(command[0] ?? '', command.slice(1), { env: { PATH, TMPDIR, ...env }, stdio });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

async function outputOf(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('A program whose output is read needs pipes.');
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [printed, complaint] = await Promise.all([text(stdout), text(stderr)]);
  if ((await code) === 0) return printed;
  throw new Error(`${child.spawnargs.slice(0, 6).join(' ')} failed:\n${(complaint || printed).slice(0, 2_000)}`);
}

async function portOf(child: ChildProcess, logFile: string): Promise<number> {
  while (child.exitCode === null) {
    const [, port] = /"address":"http:\/\/[^"]*:(\d+)"/.exec(await readFile(logFile, 'utf8')) ?? [];
    if (port !== undefined) return Number(port);
    await delay(5);
  }
  throw new Error(`${child.spawnargs.join(' ')} ended:\n${await readFile(logFile, 'utf8')}`);
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGTERM');
  return closed;
}

/** User and system time of the process and its threads, from the 14th and 15th field of /proc/PID/stat. */
function cpuMicrosOf({ pid }: ChildProcess): number {
  try {
    const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const fields = after.split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

function memoryBytesOf({ pid }: ChildProcess): number {
  try {
    const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  } catch {
    return Number.NaN;
  }
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}
