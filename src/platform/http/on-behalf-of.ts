import type { Principal } from '../../domain/access.js';
import { holdsCitizenId } from '../../domain/citizen-id.js';
import { problems } from '../../domain/problem.js';

const longest = 128;

/**
 * Who acts, with the officer whom a trusted system names in `On-Behalf-Of`. What it names is kept in the history for good,
 * so that it must be a name that only the system can resolve.
 * @throws problems.onBehalfOfMalformed, problems.onBehalfOfCitizenId (400), problems.onBehalfOfNotYours (403)
 */
export function actingFor(principal: Principal, given: string | string[] | undefined): Principal {
  if (given === undefined) return principal;
  if (!principal.actsOnBehalf) throw problems.onBehalfOfNotYours();
  if (typeof given !== 'string' || given.length > longest || !/^[\x21-\x7e]+$/.test(given))
    throw problems.onBehalfOfMalformed();
  if (holdsCitizenId(decoded(given))) throw problems.onBehalfOfCitizenId();
  return { ...principal, onBehalfOf: given };
}

/** Percent escapes could hide what is looked for. */
function decoded(text: string): string {
  return text.replace(/%[0-7][0-9a-f]/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}
