import type { Call } from './client.js';
import { percent, whole } from './format.js';

/** The province's published table, every figure of it fetched from the API. */
export async function publishedTable(call: Call, roundId: string): Promise<string> {
  const { body: registry } = await call('GET', '/v1/groups/summary?area=40');
  const { body: round } = await call('GET', `/v1/rounds/${roundId}`);
  const { body: figures } = await call('GET', `/v1/rounds/${roundId}/statistics?area=40&top=5`);
  const { groups, sampling } = figures;
  return [
    round.title,
    '',
    ...registryLines(registry),
    `Targets                    ${whole(figures.targets)} of ${whole(sampling.population)} groups at development level 3 (${percent(sampling.sampledPercent)} %), ${sampling.selection}`,
    `Assessed                   ${whole(figures.assessed)} of ${whole(figures.targets)} (${percent(figures.coveragePercent)} %)`,
    `Most criteria passed       ${groups.mostPassed}`,
    `Fewest criteria passed     ${groups.fewestPassed}`,
    `Well managed               ${groups.wellManaged}`,
    '',
    'Passed most often          groups  of    percent',
    ...figures.mostPassed.map((line: Ranked) => rankedLine(line, line.passedPercent)),
    '',
    'Failed most often          groups  of    percent',
    ...figures.mostFailed.map((line: Ranked) => rankedLine(line, line.failedPercent)),
  ].join('\n');
}

interface Ranked {
  rank: number;
  criterionNo: number;
  groups: number;
  total: number;
  name: { th: string; en: string } | null;
  passedPercent: number;
  failedPercent: number;
}

interface Registry {
  groups: number;
  memberCount: number;
  savingsBaht: number;
  byDevelopmentLevel: { developmentLevel: number | null; groups: number }[];
}

function registryLines({ groups, memberCount, savingsBaht, byDevelopmentLevel }: Registry): string[] {
  const levels = byDevelopmentLevel.filter(({ developmentLevel }) => developmentLevel !== null);
  return [
    `Groups                     ${whole(groups)}`,
    `Members                    ${whole(memberCount)}`,
    `Pledged savings            ${whole(savingsBaht)} baht`,
    `Development level 1/2/3    ${levels.map((level) => level.groups).join(' / ')}`,
  ];
}

function rankedLine({ rank, criterionNo, groups, total, name }: Ranked, share: number): string {
  const place = `${String(rank).padStart(3)}  criterion ${String(criterionNo).padStart(2)}`.padEnd(27);
  const counts = `${String(groups).padStart(6)}  ${String(total).padEnd(4)}${percent(share).padStart(9)}`;
  return `${place}${counts}   ${name?.th ?? ''}`;
}
