import { authorize } from '../access/authorize.ts';
import type { Toolset } from '../toolset/toolset.ts';
import { resolve, type ResolvedCall } from './resolve.ts';

/** What a URI means to an agent at `now` (epoch ms); undefined for what it may not read. */
export function readableResource(
  toolset: Toolset,
  uri: string,
  now: number,
): ResolvedCall | undefined {
  const resolution = resolve(toolset, 'resources/read', { uri });
  if (!resolution.found) return undefined;
  const { allowed } = authorize(toolset.grants, resolution.call, now);
  return allowed ? resolution.call : undefined;
}
