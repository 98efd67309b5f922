import type { FastifyInstance } from 'fastify';
import { isPermitted, permissions, type Role, roles } from '../../domain/access.js';
import type { Db } from '../../platform/db/database.js';
import { serve } from '../../platform/http/serve.js';
import { getAreaRow, nameOfArea } from '../areas/areas.store.js';
import { findTeam } from '../teams/teams.store.js';
import { getMe, listRoles } from './me.contract.js';

const roleNames = Object.keys(roles) as Role[];

export function meRoutes(app: FastifyInstance, db: Db): void {
  serve(app, getMe, async ({ principal, request, reply }) => {
    const { kind, id, name, personId = null, onBehalfOf = null, actsOnBehalf, areaCode, teamId, expiresAt } = principal;
    const standings = await app.limits.describe(request);
    reply.header('cache-control', 'no-store');
    return {
      kind,
      id,
      name,
      personId,
      onBehalfOf,
      actsOnBehalf,
      permissions: permissions.filter((permission) => isPermitted(principal, permission)),
      area: areaCode === null ? null : { areaCode, name: nameOfArea(await getAreaRow(db, areaCode)) },
      team: teamId === null ? null : { teamId, name: (await findTeam(db, principal, teamId))?.name ?? null },
      expiresAt,
      limits: standings.map(({ policy, remaining, resetSeconds }) => {
        const { name: policyName, quota, windowSeconds } = policy;
        return { policy: policyName, quota, windowSeconds, remaining, resetSeconds };
      }),
    };
  });

  serve(app, listRoles, async () => ({
    items: roleNames.map((role) => ({ role, permissions: [...roles[role]] })),
  }));
}
