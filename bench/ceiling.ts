/**
 * The ceiling: the two reads of the bench written by hand on node:http and pg with prepared statements, and nothing of
 * what a service needs beside (no keys, no log, no validation). It answers byte for byte what the service answers, but
 * for the cursor of the next page.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const columns = `group_id, registration_no, name, area_code, village_name, founded_on::text, status,
  figures_as_of::text, member_count, savings_baht, development_level, figures_source, version, created_at, updated_at`;

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://bench');
  const body = JSON.stringify(pathname === '/v1/groups' ? await page(searchParams) : await one(pathname.slice(11)));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${port}` })}\n`);
});
process.on('SIGTERM', () => process.exit(0));

async function one(groupId: string) {
  const { rows } = await pool.query({
    name: 'one',
    text: `select ${columns} from groups where group_id = $1`,
    values: [groupId],
  });
  return viewOf(rows[0]);
}

async function page(query: URLSearchParams) {
  const area = query.get('area');
  const limit = Number(query.get('limit'));
  const { rows } = await pool.query({
    name: 'page',
    text: `select ${columns} from groups where area_code >= $1 and area_code < $2 and development_level = $3
      order by registration_no, group_id limit $4`,
    values: [area, `${area}:`, Number(query.get('developmentLevel')), limit + 1],
  });
  return { items: rows.slice(0, limit).map(viewOf), next: rows.length > limit ? '/v1/groups?after=made-up' : null };
}

// biome-ignore lint/suspicious/noExplicitAny: a row as pg gives it, in a program of a screen.
function viewOf(row: any) {
  return {
    groupId: row.group_id,
    registrationNo: row.registration_no,
    name: row.name,
    areaCode: row.area_code,
    villageName: row.village_name,
    foundedOn: row.founded_on,
    status: row.status,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    figures: {
      asOf: row.figures_as_of,
      memberCount: row.member_count,
      savingsBaht: Number(row.savings_baht),
      developmentLevel: row.development_level,
      source: row.figures_source,
    },
  };
}
