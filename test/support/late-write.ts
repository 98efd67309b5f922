import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { differenceOf } from '../../src/platform/record/difference.js';
import { insertChanges } from '../../src/resources/changes/changes.store.js';
import { insertTeam } from '../../src/resources/teams/teams.store.js';
import { teamKind } from '../../src/resources/teams/teams.table.js';

/** A write whose changes have drawn their numbers and that has not committed. */
export interface LateWrite {
  teamId: string;
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}

/** Forms a team in a transaction that stays open until it is told how to end. */
export async function writeLate({ db }: Database, areaCode = '40'): Promise<LateWrite> {
  const teamId = uuidv7();
  let end: (how: 'commit' | 'rollback') => void = () => {};
  const ending = new Promise<'commit' | 'rollback'>((resolve) => {
    end = resolve;
  });
  let transaction = Promise.resolve();
  await new Promise<void>((drawn, failed) => {
    transaction = inTransaction(db, async (tx) => {
      const team = await insertTeam(tx, teamId, { name: 'ทีมที่บันทึกช้า', tier: 'province', areaCode, members: [] });
      const change = {
        subjectId: teamId,
        actorKind: 'service',
        actorId: 'test',
        actorName: 'A slow write',
        action: 'team.formed',
        resource: 'team',
        resourceId: teamId,
        areaCode,
        version: 1,
        ...differenceOf(teamKind, null, team),
      };
      await insertChanges(tx, [change]);
      drawn();
      if ((await ending) === 'rollback') throw new Error('rolled back');
    });
    transaction.catch(failed);
  });
  return {
    teamId,
    commit: () => {
      end('commit');
      return transaction;
    },
    rollBack: () => {
      end('rollback');
      return transaction.catch(() => {});
    },
  };
}
