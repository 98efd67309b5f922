import { problems } from '../../domain/problem.js';
import type { BackgroundTask } from '../../platform/background.js';
import type { Db } from '../../platform/db/database.js';
import { logoutOf } from '../../platform/tokens/identity.js';
import type { TokenVerifier } from '../../platform/tokens/verifier.js';
import { raiseAccessRevision } from '../access/revisions.store.js';
import { writeApart } from '../changes/changes.actions.js';
import { insertEnded, removeOldLogouts, takeLogoutToken } from './backchannel-logout.store.js';

/** How many days it is kept that a session ended, longer than any token lasts, and that a logout token was taken. */
const keptDays = { ended: 30, tokens: 1 };

/**
 * Ends the sign-ins that a logout token names, on every node within a second.
 * @throws problems.logoutTokenRefused (400), problems.identityProviderAway (503)
 */
export async function recordLogout(db: Db, verifier: TokenVerifier, token: string): Promise<void> {
  const { tokenId, ended } = logoutOf(await verifier.verifyLogout(token));
  await writeApart(db, async (tx) => {
    if (!(await takeLogoutToken(tx, tokenId))) throw problems.logoutTokenRefused('usedBefore');
    await insertEnded(tx, ended);
    await raiseAccessRevision(tx);
  });
}

/** Removes what nobody asks for any more. */
export function forgetOldLogouts(db: Db): BackgroundTask {
  return {
    name: 'forget old logouts',
    everyMs: 3_600_000,
    turn: async () => {
      await writeApart(db, (tx) => removeOldLogouts(tx, keptDays));
      return false;
    },
  };
}
