import type { Principal } from '../../domain/access.js';
import { faultsAtSubmission, faultsOfScores, sheetOf } from '../../domain/assessment.js';
import { notInFuture } from '../../domain/calendar.js';
import { brokenConfirmation, brokenHistory, brokenReturn, brokenSubmission } from '../../domain/history.js';
import type { Instrument } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { requireOpen, visitOutsideRound } from '../../domain/round.js';
import { violationsOfSheet } from '../../domain/rule.js';
import type { ImportReport } from '../../platform/bulk/report.js';
import type { Upload } from '../../platform/bulk/upload.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import { findUnnamedGroup, stageReference } from '../groups/group-reference.actions.js';
import { type ImportOptions, importRows } from '../imports/import.actions.js';
import { stageHistory } from '../imports/restore.actions.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { findAndLockRound, getRoundRow, type RoundRow, roundView } from '../rounds/rounds.store.js';
import type { SheetRowContent } from './bulk.contract.js';
import { changedSheets, classifySheets, createdSheets, sheetTables, valuesOfSheet } from './bulk.store.js';
import { describeSheetRows } from './sheet-columns.actions.js';

/**
 * Takes a file of score sheets over, drafts and submitted ones.
 * @throws problems.roundNotFound (404), problems.roundNotOpen (409), problems.importRefused (422) with the report when
 *   rows have errors and none may be skipped
 */
export async function importSheets(
  db: Db,
  principal: Principal,
  roundId: string,
  upload: Upload,
  options: ImportOptions,
): Promise<ImportReport> {
  const round = await getRoundRow(db, principal, roundId);
  requireOpen(round);
  const { content: instrument } = await getInstrumentRow(db, roundView(round).instrument);
  return importRows(db, principal, upload, options, {
    form: describeSheetRows(instrument, options.restore),
    tables: sheetTables,
    stagedOf: (content, now) => stagedSheet(content as SheetRowContent, { round, instrument, now }),
    begin: (tx) => holdRound(tx, round),
    classify: (tx) => classifySheets(tx, principal, round, options.restore),
    merge: async (_tx, note, { created, updated }) => {
      if (created > 0) {
        const writing = note.many(createdSheets(roundId, options.restore));
        await refusing(writing, { assessments_group_id_round_id_pk: anotherWrite });
      }
      if (updated === 0) return;
      await note.many(changedSheets(roundId));
    },
  });
}

/** The rows were checked by what the round said when the file began to come; it must still say so. */
async function holdRound(tx: Tx, { roundId, version }: RoundRow): Promise<void> {
  const round = await findAndLockRound(tx, roundId, 'share');
  if (round === null) throw problems.roundNotFound(roundId);
  requireOpen(round);
  if (round.version !== version) throw anotherWrite();
}

function anotherWrite() {
  return problems.unavailable({
    en: 'The round or one of the sheets was written while the file came; send it again.',
    th: 'มีการแก้ไขรอบหรือแบบประเมินระหว่างรับไฟล์ โปรดส่งไฟล์อีกครั้ง',
  });
}

interface SheetContext {
  round: RoundRow;
  instrument: Instrument;
  now: Date;
}

function stagedSheet(row: SheetRowContent, { round, instrument, now }: SheetContext) {
  const { assessedOn, scores, status, teamId } = row;
  const faults = violationsOfSheet(faultsOfScores(scores, instrument), instrument, { scores });
  const sheet = faults.length === 0 ? sheetOf(scores, instrument) : null;
  const missing = sheet !== null && status === 'submitted' ? faultsAtSubmission(sheet, instrument) : [];
  const broken = [
    findUnnamedGroup(row),
    // The days of a round may have changed since a restored visit; only one that changes a sheet has to fit them.
    row.createdAt === undefined ? visitOutsideRound('/assessedOn', assessedOn, round) : null,
    notInFuture('/assessedOn', assessedOn, now),
    ...faults,
    ...violationsOfSheet(missing, instrument, { scores }),
    ...brokenHistory(row, now),
    ...brokenSubmission(row),
    ...brokenReturn(row),
    ...brokenConfirmation(row),
  ].filter((violation) => violation !== null);
  if (sheet === null || broken.length > 0) return { broken };
  return {
    ...stageReference(row),
    ...valuesOfSheet({ ...row, teamId: teamId ?? null, levels: sheet.levels }),
    team_given: teamId !== undefined,
    reasons: JSON.stringify(sheet.reasons),
    area_then: row.areaCode ?? null,
    submitted_at: row.submittedAt ?? null,
    last_return: row.lastReturn ? JSON.stringify(row.lastReturn) : null,
    confirmation: row.confirmation ? JSON.stringify(row.confirmation) : null,
    ...stageHistory(row),
  };
}
