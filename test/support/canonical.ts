/** Seals made again by what docs/seals.md says, with nothing of the service: for tests. */
import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database } from '../../src/platform/db/database.js';
import { rowsOf } from '../../src/platform/db/database.js';

/** RFC 8785, as far as documents of ours need it. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical((value as Record<string, unknown>)[name])}`).join(',')}}`;
}

export function sha256(text: string, encoding: 'hex' | 'base64url' = 'hex'): string {
  return createHash('sha256').update(text, 'utf8').digest(encoding);
}

/** Hash of a seal over the changes of a stretch. */
export async function sealHash(
  { db }: Database,
  { previousHash, fromPosition, toPosition }: { previousHash: string; fromPosition: number; toPosition: number },
): Promise<string> {
  const rows = await rowsOf<{ document: string }>(
    db,
    sql`select json_build_object('position', sequence, 'happenedAt',
        to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'subjectId', subject_id,
        'actorKind', actor_kind, 'actorId', actor_id, 'actorName', actor_name, 'action', action, 'resource', resource,
        'resourceId', resource_id, 'areaCode', area_code, 'reason', reason, 'version', version, 'before', before,
        'after', after, 'details', details)::text as document
      from changes where sequence between ${fromPosition} and ${toPosition} order by sequence`,
  );
  const lines = [previousHash, ...rows.map(({ document }) => canonical(JSON.parse(document)))];
  return sha256(`${lines.join('\n')}\n`);
}
