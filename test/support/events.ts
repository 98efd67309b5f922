import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Test } from 'tap';
import { until } from './wait.js';

/** A stream of events that is read as it comes, by a parser that knows nothing of the service. */
export interface EventReader {
  headers: Headers;
  events: EventSourceMessage[];
  comments: string[];
  /** The last id, of an event or alone. */
  lastId(): string;
  /** Waits until so many events have come. */
  come(count: number): Promise<EventSourceMessage[]>;
  /** How it ended, in order or broken off; null while it has not. */
  ended(): 'in order' | 'broken' | null;
  hangUp(): void;
}

/** Opens a stream; the test fails when it is refused. */
export async function openEvents(
  t: Test,
  url: string,
  secret: string,
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const leaving = new AbortController();
  t.teardown(() => leaving.abort());
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${secret}`, accept: 'text/event-stream', ...headers },
    signal: leaving.signal,
  });
  if (answer.status !== 200 || answer.body === null) throw new Error(`${answer.status} ${await answer.text()}`);
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  let text = '';
  let ended: ReturnType<EventReader['ended']> = null;
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
  });
  const reading = async (body: NonNullable<typeof answer.body>) => {
    const decoder = new TextDecoder();
    for await (const piece of body) {
      const more = decoder.decode(piece, { stream: true });
      text += more;
      parser.feed(more);
    }
  };
  reading(answer.body).then(
    () => {
      ended = 'in order';
    },
    () => {
      ended = 'broken';
    },
  );
  return {
    headers: answer.headers,
    events,
    comments,
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '',
    come: async (count) => {
      await until(`${count} events have come`, () => events.length >= count);
      return events.slice(0, count);
    },
    ended: () => ended,
    hangUp: () => leaving.abort(),
  };
}
