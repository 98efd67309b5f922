/** How the commands of package.json are called: help is help and nothing else, and what nobody knows is refused by name. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { runCommand } from '../support/command.js';
import { temporaryDirectory } from '../support/process.js';

const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
/** The compiled files that scripts start, from build/src/commands/. */
const started = Object.values(scripts).flatMap((script) => {
  const [, path] = /node build\/src\/([\w/-]+)\.js/.exec(script) ?? [];
  return path === undefined ? [] : [path.replace(/^commands\//, '').replace(/^main$/, '../main')];
});
const commands = [...new Set(started)].sort();

t.setTimeout(110_000);

t.test('every command that a script starts is tested here', async (t) => {
  const files = (await readdir('src/commands')).filter((name) => /^[\w-]+\.ts$/.test(name) && name !== 'run.ts');
  t.strictSame(commands, ['../main', ...files.map((name) => name.replace('.ts', '')).sort()]);
});

for (const name of commands) {
  t.test(`${name}: --help prints help and does nothing else; an unknown option is refused by name`, async (t) => {
    const directory = await temporaryDirectory(t);
    // If it did anything, it would make a database here, or fail because nothing listens there.
    const around = { cwd: directory, variables: { DATA_DIR: join(directory, 'data'), PROT_API_KEY: 'prot_x' } };
    for (const args of name === 'migrate' ? [['--help'], ['-h'], ['now', '--nosuch', '--help']] : [['--help']]) {
      const { code, stdout, stderr } = await runCommand(name, args, around);
      t.strictSame([code, stderr], [0, ''], args.join(' '));
      t.match(stdout, /^Usage: .*npm (run|start)/);
      t.match(stdout, /--help/);
    }
    for (const args of name === 'migrate' ? [['--nosuch'], ['--nosuch=1'], ['-x']] : [['--nosuch']]) {
      const { code, stdout, stderr } = await runCommand(name, args, around);
      t.strictSame([code, stdout], [2, ''], args.join(' '));
      t.match(stderr, /unknown option '(--nosuch(=1)?|-x)'\n/);
      t.notMatch(stderr, /^ +at /m, 'no stack');
    }
    t.strictSame(await readdir(directory), [], 'nothing was made');
  });
}

t.test('bench: --help prints help and measures nothing', async (t) => {
  const cwd = await temporaryDirectory(t);
  const { code, stdout, stderr } = await runCommand('../../bench/bench', ['--help'], { cwd });
  t.strictSame([code, stderr], [0, '']);
  t.match(stdout, /^Usage: npm run bench(.|\n)*--only/);
  t.notMatch(stdout, /Making the data/);
});

t.test('a command without arguments refuses one', async (t) => {
  const cwd = await temporaryDirectory(t);
  for (const name of [
    'migrate',
    'demo',
    '../main',
    'openapi',
    'generate',
    'check-registry',
    'create-api-key',
    'verify',
  ]) {
    const { code, stderr } = await runCommand(name, ['now'], { cwd });
    t.equal(code, 2, name);
    t.match(stderr, "unexpected argument 'now'");
  }
  t.strictSame(await readdir(cwd), []);
});
