/** Who did what to one record before, as its changes tell. Asked about a record that the caller holds. */
import { type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../domain/access.js';
import type { Act } from '../../domain/four-eyes.js';
import { rowsOf, type Tx } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';
import { type RecordKind, type RecordRow, recordId } from '../../platform/record/record.js';
import { changesEverywhere } from './changes.table.js';

/** The latest act that gave a record this value of a column, however it did; null when no change tells of one. */
export async function findLastWith<Row extends RecordRow>(
  tx: Tx,
  kind: RecordKind<Row>,
  record: NoInfer<Row>,
  value: Partial<NoInfer<Row>>,
): Promise<Act | null> {
  const [[column = '', given] = []] = Object.entries(value);
  const rows = await rowsOf<ActRow>(
    tx,
    sql`select ${columns} from ${changesEverywhere}
      where resource = ${kind.resource} and resource_id = ${recordId(kind, record)} and after ->> ${column} = ${given}
      order by sequence desc limit 1`,
  );
  return rows.map(actOf)[0] ?? null;
}

/** The last act of everybody who wrote a record or one that is part of it, the latest first. */
export async function listLastActs(
  tx: Tx,
  { subjectId, kind, id, parts }: { subjectId: string; kind: RecordKind; id: string; parts: RecordKind },
): Promise<Act[]> {
  const record = sql`resource = ${kind.resource} and resource_id = ${id}`;
  const within = sql`resource = ${parts.resource} and starts_with(resource_id, ${`${id}${parts.separator}`})`;
  const rows = await rowsOf<ActRow>(
    tx,
    sql`select distinct on (actor_kind, actor_id, details ->> 'onBehalfOf', details ->> 'personId') ${columns}
      from ${changesEverywhere} where subject_id = ${subjectId} and ((${record}) or (${within}))
      order by actor_kind, actor_id, details ->> 'onBehalfOf', details ->> 'personId', sequence desc`,
  );
  return rows.sort((one, other) => Number(other.sequence) - Number(one.sequence)).map(actOf);
}

interface ActRow {
  sequence: string;
  at: string;
  kind: Actor['kind'];
  id: string;
  name: string;
  onBehalfOf: string | null;
  personId: string | null;
}

const columns: SQL = sql`sequence, ${jsonInstant(sql`happened_at`)} as at, actor_kind as kind, actor_id as id,
  actor_name as name, details ->> 'onBehalfOf' as "onBehalfOf", details ->> 'personId' as "personId"`;

function actOf({ at, kind, id, name, onBehalfOf, personId }: ActRow): Act {
  return { at, actor: { kind, id, name, onBehalfOf: onBehalfOf ?? undefined, personId: personId ?? undefined } };
}
