import { faultOf } from './files.js';
import type { Backup } from './manifest.js';

/** Looks at every file of a backup. @throws Error naming the files that are not what the backup wrote */
export async function requireWhole(directory: string, { files, chunks }: Backup): Promise<void> {
  const faults: string[] = [];
  for (const file of [...files, ...chunks]) {
    const fault = await faultOf(directory, file);
    if (fault !== null) faults.push(`  ${file.path} ${fault}`);
  }
  if (faults.length > 0)
    throw new Error(`The backup in ${directory} is damaged; nothing was restored:\n${faults.join('\n')}`);
}
