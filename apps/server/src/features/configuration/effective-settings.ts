import { configurationFacts, type ServerJson } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';
import type { InstanceSettings } from '@plugboard/contracts/api';

import type { TenantDb } from '../tenant-db.ts';
import { environmentsUpTo, type Environment, selectLayers } from './layers.ts';
import { type EffectiveSettings, mergeSettings, type SettingsPart } from './merge-settings.ts';
import { requireTemplate } from './templates.ts';

export interface SettingsRequest {
  /** The catalog's name of the server, the package's, or the URL's host. */
  readonly serverName: string;
  readonly environment: Environment;
  readonly entry: ServerJson | undefined;
  /** The instance's own. */
  readonly settings: InstanceSettings;
}

/** Layers and templates as they would be, in place of what is stored. */
export interface SharedSettings {
  readonly layers: ReadonlyMap<Environment, InstanceSettings>;
  /** By slug. */
  readonly templates?: ReadonlyMap<string, InstanceSettings>;
}

/**
 * What an instance's own settings come to, and where each of them is from: the catalog's preset, then
 * the template, then the layers of its environment and of those before it, then its own. Defaults of
 * the catalog are not among them: `resolveLaunch` knows those. Throws `AppError('invalid_input')` for
 * a preset or template that does not exist.
 */
export async function effectiveSettings(
  db: TenantDb,
  organizationId: string,
  request: SettingsRequest,
  shared: SharedSettings = { layers: new Map() },
): Promise<EffectiveSettings> {
  const { serverName, environment, entry, settings } = request;
  const { template: slug, preset: ownPreset, ...own } = settings;
  const template =
    slug === undefined
      ? undefined
      : (shared.templates?.get(slug) ??
        (await requireTemplate(db, organizationId, serverName, slug)).settings);
  const stored = await selectLayers(db, serverName);
  const preset = ownPreset ?? template?.preset;

  const parts: SettingsPart[] = [];
  if (preset !== undefined) {
    parts.push({ origin: 'preset', settings: presetSettings(entry, preset) });
  }
  if (template) {
    const { preset: _preset, ...rest } = template;
    parts.push({ origin: 'template', settings: rest });
  }
  for (const each of environmentsUpTo(environment)) {
    const layer = shared.layers.get(each) ?? stored.get(each)?.settings;
    if (layer) parts.push({ origin: `layer:${each}`, settings: layer });
  }
  parts.push({ origin: 'own', settings: own });
  return mergeSettings(parts);
}

function presetSettings(entry: ServerJson | undefined, id: string): InstanceSettings {
  const presets = (entry && configurationFacts(entry)?.presets) ?? [];
  const preset = presets.find((each) => each.id === id);
  if (preset) {
    const { values, network } = preset;
    return { values, ...(network && { network }) };
  }
  const there =
    presets.length === 0
      ? 'This server has none.'
      : `There are ${presets.map((each) => each.id).join(', ')}.`;
  throw new AppError('invalid_input', `preset: there is no preset "${id}". ${there}`, {
    details: { problems: [{ key: 'preset', message: `is not known. ${there}` }] },
  });
}
