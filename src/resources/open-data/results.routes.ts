import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { roundLabel } from '../../domain/round.js';
import { byteOrderMark, csvHeader, csvWriter } from '../../platform/csv.js';
import type { Db } from '../../platform/db/database.js';
import { type CachedDocument, keepDocument } from '../../platform/http/cached-document.js';
import { mediaTypes } from '../../platform/http/negotiation.js';
import { keyAfter, readPage } from '../../platform/http/page.js';
import { serveList } from '../../platform/http/serve.js';
import { sendKeptDocument, sendSame } from '../../platform/http/versions.js';
import { nameFile } from '../../platform/http/whole.js';
import { getOpenData, isOfKind, type OpenData, type OpenDataSettings } from './open-data.actions.js';
import { exportPublishedResults, listPublishedResults, resultColumns } from './open-data.contract.js';
import { type PartOfResults, type ResultRow, readResults } from './results.actions.js';

export function resultsRoutes(app: FastifyInstance, db: Db, settings: OpenDataSettings): void {
  serveList(app, listPublishedResults, exportPublishedResults, async ({ params, query, request, reply }) => {
    const data = await getOpenData(db, settings, params.roundId);
    const areas = data.areas.filter(isOfKind(query.kind));
    const { representation } = request;
    if (representation === 'ndjson' || representation === 'csv') {
      const part = { areas, after: keyAfter(request, query.after), most: Number.POSITIVE_INFINITY };
      const form = { form: representation, bom: query.bom === true };
      const bytes = sendKeptDocument(request, reply, await fileOf(data, query.kind ?? '', part, form));
      if (bytes === undefined) return undefined;
      nameFile(request, reply, { of: roundLabel(data.round), snapshotAt: data.round.publishedAt });
      return bytes;
    }
    const page = await readPage(request, reply, {
      query,
      read: async ({ after, fetch }) => readResults(data, { areas, after, most: fetch }),
      count: async () => areas.reduce((sum, { criteria }) => sum + criteria.length, 0),
      keyOf: ({ areaCode, criterionNo }) => [areaCode ?? '', criterionNo],
    });
    return sendSame(request, reply, page);
  });
}

type Form = { form: 'ndjson' | 'csv'; bom: boolean };

/** The files that were asked for, packed once for everybody. */
const files = new LRUCache<string, CachedDocument, () => Promise<CachedDocument>>({
  maxSize: 64 * 1024 * 1024,
  sizeCalculation: ({ plain, packed }) => plain.length + packed.length,
  fetchMethod: (_key, _stale, { context: make }) => make(),
});

/** The whole list as a file. What a reader takes after a row of its own choice is made for it and not kept. */
async function fileOf(data: OpenData, kind: string, part: PartOfResults, form: Form): Promise<CachedDocument> {
  const make = () => keepDocument(mediaTypes[form.form], textOf(readResults(data, part), form));
  if (part.after !== null) return make();
  const key = [data.round.roundId, data.smallestCell, kind, form.form, form.bom].join('/');
  return (await files.fetch(key, { context: make })) ?? make();
}

function textOf(rows: readonly ResultRow[], { form, bom }: Form): string {
  if (form === 'ndjson') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const write = csvWriter(resultColumns);
  return `${bom ? byteOrderMark : ''}${csvHeader(resultColumns)}${rows.map((row) => write({ ...row })).join('')}`;
}
