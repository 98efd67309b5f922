/** What the README tells people to type, typed: in the shells that they have, against a running service. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { databaseStorage, startService, temporaryDirectory } from '../support/process.js';

t.setTimeout(200_000);

const readme = await readFile('README.md', 'utf8');
const moving = await readFile('docs/moving-from-pglite.md', 'utf8');
const secret = `prot_${'readme'.padEnd(43, '-')}`;

/** A shell as people have it before them: without their own settings, and zsh with what it does only interactively. */
const shells: Record<string, readonly string[]> = {
  bash: ['--norc', '--noprofile'],
  zsh: ['-f', '-i', '-s'],
};
/** What a shell says of a line that it does not understand. */
const complaints =
  /no matches found|command not found|read-only variable|parse error|syntax error|bad pattern|not found: #|unbound|no such option/;

const lacking = ['curl', 'jq'].filter((program) => !isInstalled(program));
const storage = databaseStorage;

for (const [shell, args] of Object.entries(shells)) {
  const missing = [shell, ...lacking].filter((program) => !isInstalled(program));
  const skip = missing.length === 0 ? false : `not installed here: ${missing.join(', ')}`;

  t.test(`README, in ${shell}: every block is one that the shell can read${why(skip)}`, { skip }, async (t) => {
    for (const block of blocksOf(readme)) {
      const { code, stderr } = await run(shell, ['-n'], block, {});
      t.strictSame([code, stderr], [0, ''], block.split('\n')[0] ?? '');
    }
  });

  t.test(
    `README, in ${shell}: "Use it" walks to the comparison and to a file and back${why(skip)}`,
    { skip },
    async (t) => {
      const { address } = await startService(t, { ...(await storage(t)), BOOTSTRAP_API_KEY: secret });
      const walk = blocksOf(section('## Use it', '### ')).filter((block) => !block.startsWith('npm '));
      t.equal(walk.length, 3);
      const { stdout, stderr } = await typed(
        t,
        shell,
        args,
        walk.join('\n').replaceAll('http://127.0.0.1:8080', address),
      );
      t.notMatch(stderr, complaints);
      t.notMatch(stdout, /"code":|curl: /, 'nothing is refused');
      const answers = ['"submitted"', '"approved"', '"in-progress"', '"done"', '"created":0,"updated":0,"unchanged":1'];
      for (const answer of answers) t.ok(stdout.includes(answer), answer);
      t.match(stdout, /"groups": 1,/, 'the comparison has the group');
    },
  );

  t.test(`In ${shell}, "Moving from PGlite" moves a registry over HTTP${why(skip)}`, { skip }, async (t) => {
    const [from, to] = await Promise.all(
      [0, 1].map(async () => startService(t, { ...(await storage(t)), BOOTSTRAP_API_KEY: secret })),
    );
    if (from === undefined || to === undefined) throw new Error('Two services were started.');
    const walk = blocksOf(section('## Use it', '### ')).filter((block) => !block.startsWith('npm '));
    await typed(t, 'bash', shells.bash ?? [], walk.join('\n').replaceAll('http://127.0.0.1:8080', from.address));
    const [move = '', ...others] = blocksOf(moving).filter((block) => block.includes('take()'));
    t.equal(others.length, 0);
    const variables = { OLD: `${from.address}/v1`, NEW: `${to.address}/v1`, OLD_KEY: secret, NEW_KEY: secret };
    const { stdout, stderr } = await typed(t, shell, args, move, variables);
    t.notMatch(stderr, complaints);
    t.notMatch(stdout, /"code":|curl: /, 'nothing is refused');
    const rounds = await list(from.address, 'rounds');
    const lists = [
      'groups',
      'figures',
      ...rounds.flatMap(({ roundId }) => [`rounds/${roundId}/targets`, `rounds/${roundId}/assessments`]),
    ];
    t.equal(rounds.length, 2);
    for (const name of lists)
      t.equal(await whole(to.address, name), await whole(from.address, name), `${name} byte for byte`);
    const states = async (address: string) =>
      (await list(address, 'rounds')).map(({ roundId, status }) => [roundId, status]).sort();
    t.strictSame(await states(to.address), await states(from.address));
  });
}

function why(skip: string | false): string {
  return skip === false ? '' : ` (${skip})`;
}

/** What lies between a heading and what comes after it. */
function section(heading: string, next: string): string {
  const start = readme.indexOf(heading);
  if (start < 0) throw new Error(`The README has no ${heading}.`);
  const text = readme.slice(start + heading.length);
  return text.slice(0, text.indexOf(next));
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}

/** Types lines into a shell, in a folder with the key where the service leaves it. */
async function typed(
  t: Test,
  shell: string,
  args: readonly string[],
  lines: string,
  variables: Record<string, string> = {},
) {
  const cwd = await temporaryDirectory(t);
  await mkdir(join(cwd, 'data'));
  await writeFile(join(cwd, 'data/admin-api-key'), `${secret}\n`);
  return run(shell, args, lines, { cwd, variables });
}

function run(
  shell: string,
  args: readonly string[],
  input: string,
  { cwd, variables = {} }: { cwd?: string; variables?: Record<string, string> },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { PATH = '', TMPDIR = tmpdir() } = process.env;
  const env = { PATH, TMPDIR, HOME: cwd ?? TMPDIR, LANG: 'C.UTF-8', ...variables };
  return new Promise((resolve, reject) => {
    const child = spawn(shell, args, { env, cwd });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

async function whole(address: string, name: string): Promise<string> {
  const headers = { authorization: `Bearer ${secret}`, accept: 'application/x-ndjson' };
  return (await fetch(`${address}/v1/${name}`, { headers })).text();
}

async function list(address: string, name: string): Promise<{ roundId: string; status: string }[]> {
  const answer = await fetch(`${address}/v1/${name}`, { headers: { authorization: `Bearer ${secret}` } });
  return ((await answer.json()) as { items: { roundId: string; status: string }[] }).items;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
