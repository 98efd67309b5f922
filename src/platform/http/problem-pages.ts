import type { ProblemDefinition } from '../../domain/refusal.js';
import { statusOf } from './problem-response.js';

type Definition = Pick<ProblemDefinition, 'code' | 'kind' | 'title'>;

/** The page of one problem, where the `type` of a problem document leads. */
export function problemPage(definition: Definition, operationIds: readonly string[]): string {
  const { code, kind, title } = definition;
  const where = operationIds.map((operationId) => `<li><code>${operationId}</code></li>`).join('');
  return page(
    code,
    `<h1>${text(title.en)}</h1><p lang="th">${text(title.th)}</p>
<dl><dt>code</dt><dd><code>${code}</code></dd><dt>HTTP status</dt><dd>${statusOf[kind]}</dd></dl>
<p>The problem document says in <code>detail</code> what happened and in <code>errors</code> where.</p>
<h2>Operations that can answer with it</h2><ul>${where}</ul><p><a href="/problems">All problems</a></p>`,
  );
}

/** The page that lists every problem. */
export function problemIndexPage(definitions: Iterable<Definition>): string {
  const rows = [...definitions].map(
    ({ code, kind, title }) =>
      `<tr><td>${statusOf[kind]}</td><td><a href="/problems/${code}">${code}</a></td><td>${text(title.en)}</td><td lang="th">${text(title.th)}</td></tr>`,
  );
  return page(
    'Problems',
    `<h1>Problems</h1><table><tr><th>status</th><th>code</th><th>English</th><th>ไทย</th></tr>${rows.join('')}</table>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title} - Prot</title>${body}</html>`;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
