import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import type { TokenVerifier } from '../../platform/tokens/verifier.js';
import { recordLogout } from './backchannel-logout.actions.js';
import { endSessions } from './backchannel-logout.contract.js';

export function backchannelLogoutRoutes(app: FastifyInstance, db: Db, verifier: TokenVerifier): void {
  serve(app, endSessions, async ({ body, reply }) => {
    await recordLogout(db, verifier, body.logout_token);
    reply.header('cache-control', 'no-store');
    return {};
  });
}
