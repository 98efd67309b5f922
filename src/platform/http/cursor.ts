import { createHmac, timingSafeEqual } from 'node:crypto';
import { problems } from '../../domain/problem.js';

/** The sort key of the last row of a page, last part the id. */
export type SortKey = readonly (string | number)[];

/** Writes and reads cursors. `list` says which list, filters, sort and caller's area a cursor belongs to. */
export interface Cursors {
  write(list: string, key: SortKey): string;
  /** @throws problems.cursorInvalid (400) when it was made by another hand or for another list */
  read(list: string, cursor: string): SortKey;
}

/**
 * Keyset cursors: the sort key of the last row, and an HMAC over it and the list it belongs to, so that a cursor can
 * neither be made up nor used with other filters.
 */
export function makeCursors(secret: string): Cursors {
  const macOf = (list: string, payload: string) =>
    createHmac('sha256', secret).update(list).update('\n').update(payload).digest().subarray(0, 16);
  return {
    write: (list, key) => {
      const payload = Buffer.from(JSON.stringify(key)).toString('base64url');
      return `${payload}.${macOf(list, payload).toString('base64url')}`;
    },
    read: (list, cursor) => {
      const [payload = '', mac = '', ...rest] = cursor.split('.');
      const given = Buffer.from(mac, 'base64url');
      const expected = macOf(list, payload);
      if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw problems.cursorInvalid();
      }
      return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    },
  };
}
