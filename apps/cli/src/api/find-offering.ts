import type { ApiClient, OfferingKind, OfferingView } from '@plugboard/contracts';

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
  const near = offerings.filter((each) => {
    const own = each.name.toLowerCase();
    return own.includes(wanted) || wanted.includes(own) || own.slice(0, 4) === wanted.slice(0, 4);
  });
  if (near.length === 0) return undefined;
  return `did you mean ${near
    .slice(0, 3)
    .map((each) => each.exposedName ?? each.name)
    .join(' or ')}?`;
}
