import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import { freePort } from './port.js';
import { until } from './wait.js';

/** Why tests with Redis are skipped, or false. */
export const noRedis = isInstalled() ? false : 'redis-server is not installed';

/** A Redis on a loopback port, which keeps nothing. */
export interface TestRedis {
  url: string;
  /** Ends it as a killed process ends. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Lets it stand still: it is connected and answers nothing. */
  pause(): void;
  resume(): void;
}

/** Starts a Redis, which is ended with the test. */
export async function startRedis(t: Test): Promise<TestRedis> {
  const port = String(await freePort());
  let child: ChildProcess | null = null;
  const kill = async () => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  const start = async () => {
    const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const started = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    started.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until('Redis listens', () => {
      if (started.exitCode !== null) throw new Error(`Redis ended:\n${said}`);
      return said.includes('Ready to accept connections');
    });
  };
  t.teardown(kill);
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
