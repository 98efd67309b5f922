import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { criterionIndex, type Instrument } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { roundLabel } from '../../domain/round.js';
import { rules } from '../../domain/rule.js';
import type { Precondition } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { sendReport } from '../../platform/http/reports.js';
import { type Call, serve, serveList, serveUploads } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { sheetWriter } from '../../scoring/sheet-lines.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import {
  confirmAssessment as confirmSheet,
  dropSheet,
  returnAssessment as returnSheet,
  saveSheet,
  submitAssessment as submitSheet,
} from './assessments.actions.js';
import {
  confirmAssessment,
  deleteAssessment,
  exportAssessments,
  getAssessment,
  listAssessments,
  patchAssessment,
  putAssessment,
  returnAssessment,
  submitAssessment,
} from './assessments.contract.js';
import {
  assessmentView,
  countAssessments,
  getAssessmentRow,
  listAssessmentRows,
  type ScoredSheet,
  sheetLines,
} from './assessments.store.js';
import { importSheets } from './bulk.actions.js';
import { importAssessments } from './bulk.contract.js';
import { getInstrumentOfRound, getRoundWithInstrument } from './scoring-context.actions.js';
import { sheetColumns } from './sheet-columns.contract.js';

/** `fourEyes`: whether a sheet is returned and confirmed by another person than submitted it. */
export function assessmentsRoutes(app: FastifyInstance, db: Db, fourEyes: boolean): void {
  serveList(app, listAssessments, exportAssessments, async ({ principal, params, query, request, reply }) => {
    const { round, instrument } = await getRoundWithInstrument(db, principal, params.roundId);
    await requireAreaFilter(db, principal, query.area);
    requireCriterionFilter(instrument, query.failedCriterion);
    const filter = { ...query, roundId: params.roundId };
    const write = sheetWriter(instrument);
    return sendPage(request, reply, {
      query,
      read: async (page) =>
        (await listAssessmentRows(db, principal, filter, instrument, page)).map((sheet) =>
          assessmentView(sheet, instrument),
        ),
      count: () => countAssessments(db, principal, filter, instrument),
      keyOf: (sheet) => [sheet.areaCode, sheet.groupId],
      whole: {
        query: (part) => sheetLines(db, principal, filter, instrument, part),
        linesOf: (lines) => write.lines(lines),
        columns: sheetColumns(instrument.criteria.map(({ criterionNo }) => criterionNo)),
        flat: (line) => write.cells(line),
        of: roundLabel(round),
      },
    });
  });

  serve(app, getAssessment, async ({ principal, params, request, reply }) => {
    const instrument = await getInstrumentOfRound(db, principal, params.roundId);
    return sendSheet(request, reply, { sheet: await getAssessmentRow(db, principal, params), instrument });
  });

  const put = async (call: Call<typeof putAssessment>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    const { created, ...saved } = await saveSheet(db, principal, params, body, precondition);
    if (created) reply.code(201).header('location', `/v1/rounds/${params.roundId}/assessments/${params.groupId}`);
    return sendSheet(request, reply, saved);
  };
  serve(app, putAssessment, (call) => put(call, preconditionOf(call.request)));
  servePatch(app, patchAssessment, {
    put: putAssessment,
    read: async ({ principal, params }) => {
      const instrument = await getInstrumentOfRound(db, principal, params.roundId);
      return assessmentView(await getAssessmentRow(db, principal, params), instrument);
    },
    save: put,
  });

  serveUploads(app, importAssessments, async ({ principal, params, query, upload, request, reply }) =>
    sendReport(request, reply, await importSheets(db, principal, params.roundId, upload, query)),
  );

  serve(app, deleteAssessment, async ({ principal, params, request }) => {
    await dropSheet(db, principal, params, preconditionOf(request));
    return undefined;
  });

  serve(app, submitAssessment, async ({ principal, params, request, reply }) =>
    sendSheet(request, reply, await submitSheet(db, principal, params, preconditionOf(request))),
  );

  serve(app, confirmAssessment, async ({ principal, params, request, reply }) =>
    sendSheet(request, reply, await confirmSheet(db, principal, params, fourEyes, preconditionOf(request))),
  );

  serve(app, returnAssessment, async ({ principal, params, body: { reason }, request, reply }) =>
    sendSheet(request, reply, await returnSheet(db, principal, params, { reason, fourEyes }, preconditionOf(request))),
  );
}

function sendSheet(request: FastifyRequest, reply: FastifyReply, { sheet, instrument }: ScoredSheet) {
  return sendVersioned(request, reply, assessmentView(sheet, instrument));
}

/** A criterion that the instrument does not have was failed by nobody, which would look like an answer. */
function requireCriterionFilter(instrument: Instrument, criterionNo: number | undefined): void {
  if (criterionNo === undefined || criterionIndex(criterionNo, instrument) !== null) return;
  const place = '/query/failedCriterion';
  throw problems.invalidInput([rules.criterionUnknown(place, criterionNo, instrument.criteria.length)]);
}
