import { AppError, type OfferingKind } from '@plugboard/contracts';

import type { Toolset } from '../toolset/toolset.ts';

const kindOfMethod: Readonly<Record<string, OfferingKind>> = {
  'tools/list': 'tool',
  'prompts/list': 'prompt',
  'resources/list': 'resource',
  'resources/templates/list': 'resource_template',
};

/**
 * The result of a list method as JSON text, undefined for other methods. Lists are whole, from the
 * definitions last seen, so a server that sleeps or is down keeps its place in them.
 */
export function listResult(toolset: Toolset, method: string, params: unknown): Buffer | undefined {
  const kind = kindOfMethod[method];
  if (!kind) return undefined;
  if (params !== null && typeof params === 'object' && 'cursor' in params) {
    throw new AppError(
      'invalid_input',
      'Lists come whole here, so no cursor was ever given out; ask without one.',
    );
  }
  return toolset.lists[kind];
}
