import t from 'tap';
import { startTestApp } from '../support/app.js';
import type { Client } from '../support/client.js';

const { database, admin, client } = await startTestApp(t);
const ndjson = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const send = (who: Client, path: string, payload: string | Buffer, type = 'application/x-ndjson') =>
  who.send({ method: 'POST', path, payload, headers: { 'content-type': type } });

t.test('smoke', async (t) => {
  const rows = Array.from({ length: 3 }, (_, i) => ({ registrationNo: `B-${i}`, name: `กลุ่ม ${i}`, areaCode: '401001' }));
  const first = await send(admin, '/v1/groups', ndjson(rows));
  t.comment(JSON.stringify(first.body));
  const second = await send(admin, '/v1/groups', ndjson(rows));
  t.comment(JSON.stringify(second.body));
  const csv = await send(admin, '/v1/groups?calendar=be', '\uFEFFregistrationNo,name,areaCode,foundedOn,version\r\nB-0,"กลุ่ม, ๐",๔๐๑๐,๒๕๒๘-๐๖-๐๑,7\r\nB-9,\'=x,4010,2528-06-01,\r\n', 'text/csv; charset=utf-8');
  t.comment(JSON.stringify(csv.body));
  t.comment(JSON.stringify((await admin.get('/v1/groups')).body.items));
  const bad = await send(admin, '/v1/groups', 'registrationNo,name,areaCode,status\r\nB-0,x,อำเภอพล,activ\r\nB-1,x,9999,active\r\nB-1,x,4010\r\n', 'text/csv');
  t.comment(JSON.stringify(bad.body));
  const head = await send(admin, '/v1/groups', 'registrationNo,nam,areaCode,status\r\nB-0,x,อำเภอพล,activ\r\n', 'text/csv');
  t.comment(JSON.stringify(head.body));
});
void database; void client;
