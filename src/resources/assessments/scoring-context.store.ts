import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { GroupStatus } from '../../domain/group.js';
import type { Tx } from '../../platform/db/database.js';
import { jsonInstant, jsonOf } from '../../platform/db/json.js';
import { statement } from '../../platform/db/statement.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import type { RoundRow } from '../rounds/rounds.store.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';
import type { TargetRow } from '../targets/targets.store.js';
import { targetsEverywhere } from '../targets/targets.table.js';
import type { AssessmentRow } from './assessments.store.js';
import { assessmentsEverywhere } from './assessments.table.js';

/** What a change to a score sheet is about; a part is null where there is none. */
export interface ScoringContext {
  round: Pick<RoundRow, 'status' | 'areaCode' | 'startsOn' | 'endsOn'> & { instrument: string };
  group: { areaCode: string; status: GroupStatus } | null;
  target: Pick<TargetRow, 'areaCode' | 'teamId' | 'registrationNo' | 'groupName'> | null;
  sheet: AssessmentRow | null;
  /** What the database calls now for as long as the transaction lasts. */
  now: string;
}

/**
 * The round, the group, the target and the sheet wherever they lie, read at once; null when there is no such round. The
 * round is held against changes of its state, by any number of writers at the same time, and the sheet against other
 * writes.
 */
export async function findAndLockContext(
  tx: Tx,
  ids: { roundId: string; groupId: string },
): Promise<ScoringContext | null> {
  const [row] = await readContext(tx, ids);
  return row?.context ?? null;
}

const readContext = statement<{ context: ScoringContext }>('scoring_context', contextQuery);

/** The sheet is found through the round, so it is locked after it: every writer takes the two in this order. */
function contextQuery(): SQL {
  const [round, group, target, sheet] = [roundsEverywhere, groupsEverywhere, targetsEverywhere, assessmentsEverywhere];
  const { status, areaCode, startsOn, endsOn } = round;
  const instrument = sql`${round.instrumentCode} || '@' || ${round.instrumentVersion}`;
  const names = { registrationNo: group.registrationNo, groupName: group.name };
  const { submittedAt, createdAt, updatedAt, ...columns } = getTableColumns(sheet);
  const context = jsonOf({
    round: jsonOf({ status, areaCode, startsOn, endsOn, instrument }),
    group: sql`case when ${group.groupId} is not null then ${jsonOf({ areaCode: group.areaCode, status: group.status })} end`,
    target: sql`case when ${target.groupId} is not null then
      ${jsonOf({ areaCode: target.areaCode, teamId: target.teamId, ...names })} end`,
    sheet: sql`case when ${sheet.groupId} is not null then ${jsonOf({
      ...columns,
      submittedAt: jsonInstant(submittedAt),
      createdAt: jsonInstant(createdAt),
      updatedAt: jsonInstant(updatedAt),
      ...names,
    })} end`,
    // Not before the sheet was last written, by a transaction that began later and was waited for.
    now: jsonInstant(sql`greatest(now()::timestamptz(3), ${sheet}.recorded_at)`),
  });
  return sql`
    with round as materialized (
      select * from ${round} where ${round.roundId} = ${sql.placeholder('roundId')} for share
    )
    select ${context} as context
    from round as rounds
    left join ${group} on ${group.groupId} = ${sql.placeholder('groupId')}
    left join ${target} on ${target.roundId} = ${round.roundId} and ${target.groupId} = ${group.groupId}
    left join lateral (
      select * from ${sheet} where ${sheet.groupId} = ${target.groupId} and ${sheet.roundId} = ${round.roundId}
      for update
    ) as assessments on true`;
}
