import type { ConfigurationOrigin, InstanceSettings } from '@plugboard/contracts/api';

/** Settings of one origin. */
export interface SettingsPart {
  readonly origin: ConfigurationOrigin;
  readonly settings: InstanceSettings;
}

/** What settings come to, and where each of them is from. */
export interface EffectiveSettings {
  readonly settings: InstanceSettings;
  /**
   * By path: `values.KEY`, `env.NAME`, `headers.NAME`, `limits.memoryMb`, else the setting's own name.
   * What is in no part is not here.
   */
  readonly origins: Readonly<Record<string, ConfigurationOrigin>>;
}

/** What is merged entry by entry; all else is taken whole from the highest part that has it. */
const mergedByName = ['values', 'env', 'headers', 'limits'] as const;

/** Lays settings over each other, lowest first. */
export function mergeSettings(parts: readonly SettingsPart[]): EffectiveSettings {
  let settings: InstanceSettings = {};
  const origins = new Map<string, ConfigurationOrigin>();
  for (const { origin, settings: part } of parts) {
    const merged: InstanceSettings = { ...settings, ...part };
    for (const name of mergedByName) {
      if (part[name] === undefined) continue;
      Object.assign(merged, { [name]: { ...settings[name], ...part[name] } });
    }
    settings = merged;
    for (const path of settingPaths(part)) origins.set(path, origin);
  }
  return { settings, origins: Object.fromEntries(origins) };
}

/** The paths of what settings say. */
export function settingPaths(settings: InstanceSettings): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!mergedByName.some((each) => each === name)) return [name];
    return Object.keys(value).map((key) => `${name}.${key}`);
  });
}
