import jsonc from 'jsonc-parser';
import type { Bilingual } from '../../domain/bilingual.js';
import { isExact } from './exact.js';

/** One thing that keeps a JSON document from being read: where, why, and what is there. */
export interface JsonFault {
  path: (string | number)[];
  code:
    | 'bad-utf-8'
    | 'malformed-json'
    | 'too-deep'
    | 'too-many-values'
    | 'field-repeated'
    | 'field-forbidden'
    | 'number-inexact'
    | 'unreadable-character';
  detail: Bilingual;
  value: string | null;
}

/** Nobody reads more of them, and a document of a million would otherwise be answered with more than it has. */
const mostListed = 100;

/** Finds the first faults of a text that is JSON: it says where they are, which JSON.parse cannot. */
export function locateFaults(text: string): JsonFault[] {
  const faults: JsonFault[] = [];
  const names: Set<string>[] = [];
  const add = (path: JsonFault['path'], [code, detail]: Finding, value: string | null = null) => {
    if (faults.length < mostListed) faults.push({ path: path.map(readable), code, detail, value });
  };
  jsonc.visit(text, {
    onObjectBegin: () => void names.push(new Set()),
    onObjectEnd: () => void names.pop(),
    onObjectProperty: (name, _offset, _length, _line, _column, pathTo) => {
      const known = names.at(-1);
      if (known?.has(name)) add([...pathTo(), name], repeated(name));
      else if (name === '__proto__') add([...pathTo(), name], forbidden(name));
      else if (!name.isWellFormed()) add([...pathTo(), name], broken);
      known?.add(name);
      if (name === 'prototype' && pathTo().at(-1) === 'constructor') add([...pathTo(), name], forbidden(name));
    },
    onLiteralValue: (value, offset, length, _line, _column, pathTo) => {
      if (typeof value === 'string' && !value.isWellFormed()) add(pathTo(), broken, value);
      if (typeof value !== 'number') return;
      const written = text.slice(offset, offset + length);
      if (!isExact(written)) add(pathTo(), inexact, written);
    },
  });
  return faults;
}

type Finding = readonly [code: JsonFault['code'], detail: Bilingual];

/** An answer is JSON too, so what is half a character in a name does not go into it. */
function readable(segment: string | number): string | number {
  return typeof segment === 'string' ? segment.toWellFormed() : segment;
}

const repeated = (name: string): Finding => {
  const shown = name.toWellFormed();
  return ['field-repeated', { en: `"${shown}" is given more than once.`, th: `ระบุช่องข้อมูล "${shown}" ซ้ำ` }];
};

const forbidden = (name: string): Finding => [
  'field-forbidden',
  { en: `"${name}" cannot be the name of a field.`, th: `ใช้ "${name}" เป็นชื่อช่องข้อมูลไม่ได้` },
];

const broken: Finding = [
  'unreadable-character',
  { en: 'Has a control or broken character.', th: 'มีอักขระที่อ่านไม่ได้ โปรดพิมพ์ข้อความนี้ใหม่' },
];

const inexact: Finding = [
  'number-inexact',
  {
    en: 'This number is too large, or has more digits than can be kept; send at most 15 digits.',
    th: 'ตัวเลขนี้มากเกินไปหรือมีจำนวนหลักมากกว่าที่ระบบเก็บได้ โปรดใช้ตัวเลขไม่เกิน 15 หลัก',
  },
];
