import {
  instanceSettingsSchema,
  type InstanceSettings,
  type PlanInstanceInput,
} from '@plugboard/contracts/api';
import { Secret } from '@plugboard/vault';

import { noSuch } from '../../reference.ts';
import type { TenantDb } from '../../tenant-db.ts';
import { selectToolbox, type ToolboxRow } from '../../toolboxes/queries.ts';
import { selectInstance } from '../queries.ts';
import { defaultSlug, refuseMisplaced } from './requested-server.ts';
import { type ResolvedServer, resolveServer } from './resolve-server.ts';

/** A request to add a server, with what it names looked up. */
export interface ReadRequest extends ResolvedServer {
  readonly slug: string;
  /** Whether an instance has that slug. */
  readonly taken: boolean;
  readonly toolbox: ToolboxRow;
}

/** Throws `AppError` as `resolveServer` does, `not_found` for its toolbox, and for misplaced options. */
export async function readRequest(db: TenantDb, input: PlanInstanceInput): Promise<ReadRequest> {
  const resolved = await resolveServer(db, input.server, input);
  refuseMisplaced(input, resolved.server);
  const toolboxRef = input.toolbox ?? 'starter';
  const toolbox = await selectToolbox(db, toolboxRef);
  if (!toolbox) throw noSuch('toolbox', toolboxRef);
  const slug = input.slug ?? defaultSlug(resolved.server);
  const taken = (await selectInstance(db, slug)) !== undefined;
  return { ...resolved, slug, taken, toolbox };
}

/** What of a request says how it runs, without secrets. */
export function settingsOf(input: PlanInstanceInput & { planDigest?: unknown }): InstanceSettings {
  const {
    server: _server,
    slug: _slug,
    toolbox: _toolbox,
    secrets: _secrets,
    credentials: _credentials,
    planDigest: _planDigest,
    ...settings
  } = input;
  return instanceSettingsSchema.parse(settings);
}

export function secretsOf({ secrets }: PlanInstanceInput): Readonly<Record<string, Secret>> {
  return Object.fromEntries(
    Object.entries(secrets ?? {}).map(([name, value]) => [name, new Secret(value)]),
  );
}
