import { layerSettingsSchema, type LayerView, type SettingsPatch } from '@plugboard/contracts/api';

type Settings = LayerView['settings'];

/** Settings with a change: what is not named stays, what is null is taken away. */
export function applyToSettings(settings: Settings, patch: SettingsPatch): Settings {
  const { values, env, headers, limits, ...whole } = patch;
  const changed = new Map<string, unknown>(Object.entries(settings));
  for (const [name, value] of Object.entries(whole)) {
    if (value === null || value === undefined) changed.delete(name);
    else changed.set(name, value);
  }
  for (const [name, value] of Object.entries({ values, env, headers, limits })) {
    if (value === undefined) continue;
    const before = changed.get(name);
    const entries = Object.entries({
      ...(typeof before === 'object' ? before : {}),
      ...value,
    }).filter(([, each]) => each !== null);
    if (value === null || entries.length === 0) changed.delete(name);
    else changed.set(name, Object.fromEntries(entries));
  }
  return layerSettingsSchema.parse(Object.fromEntries(changed));
}
