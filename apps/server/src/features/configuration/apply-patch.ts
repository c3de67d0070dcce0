import type { InstanceSettings, SettingsPatch } from '@plugboard/contracts/api';

const patchedByName = ['values', 'env', 'headers', 'limits'] as const;

/** Own settings after a change: what is not named stays, what is null is taken away. */
export function applyPatch(
  settings: InstanceSettings,
  { values, env, headers, limits, ...whole }: SettingsPatch,
): InstanceSettings {
  const byName = { values, env, headers, limits };
  const changed = new Map<string, unknown>(Object.entries(settings));
  for (const [name, value] of Object.entries(whole)) {
    if (value === null) changed.delete(name);
    else if (value !== undefined) changed.set(name, value);
  }
  for (const name of patchedByName) {
    const patch = byName[name];
    if (patch === undefined) continue;
    const merged = new Map<string, unknown>(
      patch === null ? [] : Object.entries({ ...settings[name], ...patch }),
    );
    for (const [key, value] of merged)
      if (value === null || value === undefined) merged.delete(key);
    if (merged.size > 0) changed.set(name, Object.fromEntries(merged));
    else changed.delete(name);
  }
  // Every part is one of its settings or of a patch, which were checked alike.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(changed) as InstanceSettings;
}
