/** Clients that repeat every POST until it is answered, and a service that is killed in between. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { databases, type RunningService, startService } from '../support/process.js';

const secret = `prot_${'crash'.padEnd(43, '-')}`;
const posts = 80;
const clients = 16;
const kills = 3;

t.setTimeout(110_000);

for (const database of databases) {
  t.test(`${database.name}: as many records as keys, and every answer to a key has the same bytes`, async (t) => {
    const variables = { ...(await database.storage(t)), BOOTSTRAP_API_KEY: secret };
    let service: RunningService = await startService(t, variables);
    const answers = new Map<string, Set<string>>();
    let [sent, replayed, broken] = [0, 0, 0];

    /** What breaks, or is refused for now, comes again under the same key. */
    const sendUntilAnswered = async (key: string, body: string): Promise<string> => {
      for (;;) {
        sent += 1;
        try {
          const { status, headers, ...answer } = await fetch(`${service.address}/v1/teams`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${secret}`,
              'content-type': 'application/json',
              'idempotency-key': `"${key}"`,
            },
            body,
          }).then(async (response) => ({
            status: response.status,
            headers: response.headers,
            text: await response.text(),
          }));
          if (status === 201) {
            if (headers.get('idempotent-replayed') === 'true') replayed += 1;
            return [status, headers.get('location'), headers.get('etag'), answer.text].join('\n');
          }
          if (status !== 409 && status !== 503) throw new Error(`unexpected ${status}: ${answer.text}`);
        } catch (error) {
          if (error instanceof Error && error.message.startsWith('unexpected')) throw error;
          broken += 1;
        }
        await delay(20 + Math.random() * 80);
      }
    };

    const work = Array.from({ length: posts }, (_, index) => ({
      key: randomUUID(),
      body: JSON.stringify({ name: `ทีม ${index}`, tier: 'province', areaCode: '40', members: [] }),
    })).flatMap((one) => Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => one));
    work.sort(() => Math.random() - 0.5);
    const total = work.length;
    const client = async () => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) {
        const answer = await sendUntilAnswered(next.key, next.body);
        answers.set(next.key, (answers.get(next.key) ?? new Set()).add(answer));
      }
    };
    const working = Promise.all(Array.from({ length: clients }, client));
    for (let kill = 1; kill <= kills; kill += 1) {
      const goal = total - (total * kill) / (kills + 1);
      while (work.length > goal) await delay(1);
      await service.kill('SIGKILL');
      service = await startService(t, variables);
    }
    await working;

    t.equal(answers.size, posts);
    const differing = [...answers.values()].filter((texts) => texts.size !== 1);
    t.strictSame(differing, [], 'one answer for each key');
    const made = [...answers.values()].map(([text = '']) => JSON.parse(text.split('\n')[3] ?? '').teamId as string);
    t.strictSame((await teamsOf(service)).sort(), made.sort(), 'and one team');
    t.comment(
      `${posts} keys, ${total} requests wanted, ${sent} sent, ${broken} broken, ${replayed} replayed, ${kills} kills`,
    );
  });
}

async function teamsOf({ address }: RunningService): Promise<string[]> {
  const answer = await fetch(`${address}/v1/teams/rows`, {
    headers: { authorization: `Bearer ${secret}`, accept: 'application/x-ndjson' },
  });
  return (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).teamId);
}
