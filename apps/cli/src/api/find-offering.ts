import type { OfferingKind } from '@plugboard/contracts';
import type { ApiClient, OfferingView } from '@plugboard/contracts/api';

import { CliError } from '../cli-error.ts';

export interface FoundOffering {
  readonly instance: string;
  readonly kind: OfferingKind;
  readonly name: string;
}

/**
 * Finds what `memory__read_graph` means: an instance's slug has no underscore, so the first two end
 * it. With `instance` given, `name` may be the server's own name too.
 */
export async function findOffering(
  api: ApiClient,
  kind: OfferingKind,
  name: string,
  givenInstance?: string,
): Promise<FoundOffering> {
  const at = name.indexOf('__');
  const instance = givenInstance ?? (at > 0 ? name.slice(0, at) : undefined);
  if (instance === undefined) {
    throw new CliError('usage', `"${name}" does not say of which server.`, {
      cure: `name it in full, such as memory__read_graph, or give --server`,
    });
  }
  const { offerings } = await api.offerings.list({ instance, kind });
  const found =
    offerings.find((each) => each.exposedName === name) ??
    offerings.find(
      (each) => each.name === (givenInstance === undefined ? name.slice(at + 2) : name),
    );
  if (found === undefined) {
    throw new CliError('refused', `${instance} has no ${kind} "${name}".`, {
      code: 'not_found',
      cure: suggestion(offerings, name) ?? `see what it has: plugboard server tools ${instance}`,
    });
  }
  return { instance, kind, name: found.name };
}

function suggestion(offerings: readonly OfferingView[], name: string): string | undefined {
  const wanted = name.slice(name.indexOf('__') + 2).toLowerCase();
  const near = offerings
    .map((each) => ({ each, distance: editDistance(wanted, each.name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance);
  const names = near
    .filter(({ distance }) => distance === near[0]?.distance)
    .map(({ each }) => each.exposedName ?? each.name);
  return names.length === 0 ? undefined : `did you mean ${names.slice(0, 3).join(' or ')}?`;
}

/** How many characters have to be put in, taken out or changed (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, character] of Array.from(from).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (character === to[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
