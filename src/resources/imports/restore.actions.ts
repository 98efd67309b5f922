import { type Principal, requirePermission } from '../../domain/access.js';
import type { History } from '../../domain/history.js';
import { problems } from '../../domain/problem.js';
import type { Calendar } from '../../platform/bulk/row.js';

/**
 * Who restores writes when records were made and changed, which otherwise only the service says.
 * @throws problems.permissionMissing (403), problems.invalidInput (400) for a calendar that no list of ours has
 */
export function requireRestoring(principal: Principal, { calendar }: { calendar: Calendar }): void {
  requirePermission(principal, 'records:restore');
  if (calendar === 'ce') return;
  const detail = {
    en: 'A restore takes what a list gave, and its days are Gregorian.',
    th: 'การกู้คืนข้อมูลรับเฉพาะไฟล์ที่ดาวน์โหลดจากระบบนี้ ซึ่งใช้ปี ค.ศ.',
  };
  throw problems.invalidInput([{ pointer: '/query/calendar', code: 'not-for-restore', detail }]);
}

/** The history of a row as it is staged; nothing without a restore. */
export function stageHistory({ version, createdAt, updatedAt }: Partial<History>) {
  return { version: version ?? null, created_at: createdAt ?? null, updated_at: updatedAt ?? null };
}
