import type { ExplainedCode } from '../../domain/remedy.js';
import { statusOf } from './problem-response.js';

/** A code as a program reads it; `status` is null for one that stands in `errors` alone. */
export function explanationOf({ kind, ...explained }: ExplainedCode) {
  return { ...explained, status: kind === null ? null : statusOf[kind] };
}

/** The page of one code, where the `type` of a problem document leads. */
export function problemPage(explained: ExplainedCode, operationIds: readonly string[]): string {
  const { code, kind, title, remedy, inErrors } = explained;
  const status = kind === null ? '' : `<dt>HTTP status</dt><dd>${statusOf[kind]}</dd>`;
  const where = inErrors
    ? `<p>It stands in <code>errors</code> of a problem document or of the report of a file, with the place that it is about.</p>`
    : '<p>The problem document says in <code>detail</code> what happened and in <code>errors</code> where.</p>';
  const operations = operationIds.map((operationId) => `<li><code>${operationId}</code></li>`).join('');
  return page(
    code,
    `<h1>${text(title.en)}</h1><p lang="th">${text(title.th)}</p>
<dl><dt>code</dt><dd><code>${code}</code></dd>${status}</dl>
<h2>What to do</h2><p>${text(remedy.en)}</p><p lang="th">${text(remedy.th)}</p>
${where}${operations === '' ? '' : `<h2>Operations that can answer with it</h2><ul>${operations}</ul>`}
<p><a href="../problems">All codes</a></p>`,
  );
}

/** The page that lists every code. */
export function problemIndexPage(codes: Iterable<ExplainedCode>): string {
  const rows = [...codes].map(
    ({ code, kind, title }) =>
      `<tr><td>${kind === null ? '' : statusOf[kind]}</td><td><a href="problems/${code}">${code}</a></td><td>${text(title.en)}</td><td lang="th">${text(title.th)}</td></tr>`,
  );
  return page(
    'Problems',
    `<h1>Problems</h1><p>Those without a status stand in <code>errors</code>.</p>
<table><tr><th>status</th><th>code</th><th>English</th><th>ไทย</th></tr>${rows.join('')}</table>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title} - Prot</title>${body}</html>`;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
