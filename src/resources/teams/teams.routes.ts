import type { FastifyInstance } from 'fastify';
import type { Precondition } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { type Call, serve, serveList } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { changeTeam, dropTeam, formTeam } from './teams.actions.js';
import { createTeam, deleteTeam, exportTeams, getTeam, listTeams, patchTeam, replaceTeam } from './teams.contract.js';
import { countTeams, getTeamRow, listTeamRows, teamLines } from './teams.store.js';

export function teamsRoutes(app: FastifyInstance, db: Db): void {
  serveList(app, listTeams, exportTeams, async ({ principal, query, request, reply }) => {
    await requireAreaFilter(db, principal, query.area);
    return sendPage(request, reply, {
      query,
      read: (page) => listTeamRows(db, principal, query, page),
      count: () => countTeams(db, principal, query),
      keyOf: (team) => [team.teamId],
      whole: { query: (part) => teamLines(db, principal, query, part) },
    });
  });

  serve(app, createTeam, async ({ principal, body, request, reply }) => {
    const team = await formTeam(db, principal, body);
    reply.header('location', `/v1/teams/${team.teamId}`);
    return sendVersioned(request, reply, team);
  });

  serve(app, getTeam, async ({ principal, params, request, reply }) =>
    sendVersioned(request, reply, await getTeamRow(db, principal, params.teamId)),
  );

  const replace = async (call: Call<typeof replaceTeam>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    return sendVersioned(request, reply, await changeTeam(db, principal, params.teamId, body, precondition));
  };
  serve(app, replaceTeam, (call) => replace(call, preconditionOf(call.request)));
  servePatch(app, patchTeam, {
    put: replaceTeam,
    read: ({ principal, params }) => getTeamRow(db, principal, params.teamId),
    save: replace,
  });

  serve(app, deleteTeam, async ({ principal, params, request }) => {
    await dropTeam(db, principal, params.teamId, preconditionOf(request));
    return undefined;
  });
}
