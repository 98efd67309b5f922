import { closest, distance } from 'fastest-levenshtein';

/** What the commands read beside the settings of the service. */
const ofCommands = ['PROT_API_KEY'];

/** Kubernetes and docker set these in every container beside a service that is called prot. */
const ofServiceLinks = /^PROT_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$/;

/** Shorter names have too many neighbours that belong to others. */
const shortestCompared = 7;

/**
 * Finds variables that somebody meant for us and misspelt: almost one of ours, one of ours in other capitals, without its
 * unit, or with the name of the service before it. Gives a sentence for each.
 */
export function misspeltVariables(variables: NodeJS.ProcessEnv, ours: readonly string[]): string[] {
  return Object.entries(variables).flatMap(([name, value = '']) => {
    if (ours.includes(name) || ofCommands.includes(name)) return [];
    const prefixed = name.startsWith('PROT_');
    if (prefixed && ofServiceLinks.test(name) && (name !== 'PROT_PORT' || /^\w+:\/\//.test(value))) return [];
    const near = nearestOf(prefixed ? name.slice('PROT_'.length) : name, ours);
    if (near !== null) return [`${name}: there is no such variable; did you mean ${near}?`];
    return prefixed ? [`${name}: there is no such variable.`] : [];
  });
}

function nearestOf(name: string, ours: readonly string[]): string | null {
  const upper = name.toUpperCase();
  if (ours.includes(upper)) return upper.length >= shortestCompared || name === upper ? upper : null;
  if (name.length < shortestCompared) return null;
  // The unit is what people leave out.
  const whole = ours.find((one) => one === `${upper}_MS` || one === `${upper}_BYTES`);
  if (whole !== undefined) return whole;
  const near = closest(upper, [...ours]);
  return near.length >= shortestCompared && distance(upper, near) <= 2 ? near : null;
}
