/** What a clone relies on before any code of it runs. */
import { readFile } from 'node:fs/promises';
import t from 'tap';

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

interface LockedPackage {
  integrity?: string;
  resolved?: string;
  link?: boolean;
}

t.test('the lock file has the integrity of every package and names no registry', async (t) => {
  const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(await read('package-lock.json'));
  const locked = Object.entries(packages).filter(([path, { link }]) => path !== '' && !link);
  t.ok(locked.length > 500, 'it lists the packages');
  const without = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
  t.strictSame(without, []);
  t.strictSame(
    locked.filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
});

t.test('the image runs on the Node of .nvmrc, which `engines` allows', async (t) => {
  const wanted = (await read('.nvmrc')).trim();
  const images = [...(await read('Dockerfile')).matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => major);
  t.strictSame(images, [wanted, wanted]);
  const { engines }: { engines: { node: string } } = JSON.parse(await read('package.json'));
  const [, oldest] = /^>=(\d+)\./.exec(engines.node) ?? [];
  t.ok(Number(wanted) >= Number(oldest));
});
