import { bigint, integer, text } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { bytes, instant as instantColumn } from '../../platform/db/columns.js';
import { fields } from '../../platform/record/fields.js';
import { instant } from '../shapes.contract.js';

/** How a seal is made, as docs/seals.md says it. Another way is another name, and seals keep theirs. */
export const sealForm = 'prot-seal-1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const position = z.int().min(1);
const positionColumn = (name: string) => bigint(name, { mode: 'number' }).notNull();

/** A seal over a stretch of the log of changes. It is made once and never changed. */
export const sealFields = fields({
  sealNo: {
    shown: z.int().min(1).meta({ description: 'Seals are counted from 1, without gaps' }),
    column: bigint('seal_no', { mode: 'number' }).primaryKey(),
    example: 1,
  },
  form: {
    shown: z.string().meta({ description: 'How the hash is made; `docs/seals.md` of the project says each form' }),
    column: text('form').notNull(),
    example: sealForm,
  },
  fromPosition: {
    shown: position.meta({
      description: 'First position in the log that is sealed: one after the last of the seal before',
    }),
    column: positionColumn('from_position'),
    example: 1,
  },
  toPosition: {
    shown: position.meta({ description: 'Last position that is sealed, which is that of a change' }),
    column: positionColumn('to_position'),
    example: 1204,
  },
  changeCount: {
    shown: z.int().min(1).meta({ description: 'Changes between the two; positions that nobody used have none' }),
    column: integer('change_count').notNull(),
    example: 1200,
  },
  previousHash: {
    shown: sha256.meta({ description: 'Hash of the seal before; 64 zeros before the first' }),
    column: text('previous_hash').notNull(),
    example: '0'.repeat(64),
  },
  hash: {
    shown: sha256.meta({ description: 'SHA-256 over the hash before and every change, in canonical form (RFC 8785)' }),
    column: text('hash').notNull(),
    example: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  },
  /** The first bytes of the hash of each change, in order, by which one that was altered can be named. */
  leaves: { column: bytes('leaves').notNull() },
  sealedAt: { shown: instant, column: instantColumn('sealed_at').notNull(), example: '2012-04-12T03:15:00.000Z' },
  signature: {
    shown: z.string().nullable().meta({
      description:
        'Ed25519 signature, base64url, over the canonical form of this seal without `signature` and `keyId`; null where no key is configured',
    }),
    column: text('signature'),
    example: null,
  },
  keyId: {
    shown: z.string().nullable().meta({ description: 'Thumbprint (RFC 7638) of the key that signed' }),
    column: text('key_id'),
    example: null,
  },
});
