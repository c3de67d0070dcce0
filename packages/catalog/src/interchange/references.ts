import type { ImportedValue, Reference } from './imported-server.ts';
import type { AskedInput } from './raw-server.ts';
import { isSecretName, secrecyOf } from './secrecy.ts';

/** What references lead to. */
export interface Resolving {
  /** By `env:NAME` and `input:ID`. */
  readonly given: ReadonlyMap<string, string>;
  readonly inputs: ReadonlyMap<string, AskedInput>;
  /** Whether `$NAME` is a reference too. */
  readonly bare: boolean;
}

const form =
  /\$\{(?:(env|input):([^}:]{1,200})|([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?|(userHome|workspaceFolder(?:Basename)?|pathSeparator|cwd|\/)(?::[^}]*)?)\}/g;
const bareForm = /\$([A-Za-z_][A-Za-z0-9_]*)/g;

/** Words that editors put in themselves: places of the machine they run on. */
const places = new Set(['userHome', 'workspaceFolder', 'workspaceFolderBasename', 'cwd']);

/**
 * Puts in what references stand for, and says what is missing and whether all of it is a secret.
 * Nothing is looked up anywhere but in what was given.
 */
export function resolveValue(name: string, raw: string, resolving: Resolving): ImportedValue {
  const missing: Reference[] = [];
  let secret = false;

  const lookUp = (kind: 'env' | 'input', key: string, standard: string | undefined) => {
    const asked = kind === 'input' ? resolving.inputs.get(key) : undefined;
    const isSecret = asked?.secret ?? (isSecretName(key) || isSecretName(name));
    if (asked?.secret === true) secret = true;
    const found = resolving.given.get(`${kind}:${key}`) ?? standard ?? asked?.default;
    if (found !== undefined) return found;
    missing.push({
      kind,
      name: key,
      secret: isSecret,
      ...(asked?.description !== undefined && { description: asked.description }),
    });
    return undefined;
  };

  let text = raw.replaceAll(
    form,
    (
      whole,
      kind?: 'env' | 'input',
      key?: string,
      plain?: string,
      standard?: string,
      word?: string,
    ) => {
      const variable = plain !== undefined && places.has(plain) ? undefined : plain;
      const place = word ?? (variable === undefined && plain !== undefined ? plain : undefined);
      if (place === '/' || place === 'pathSeparator') return '/';
      if (place !== undefined) {
        missing.push({ kind: 'place', name: place, secret: false });
        return whole;
      }
      return lookUp(kind ?? 'env', key ?? variable ?? '', standard) ?? whole;
    },
  );
  if (resolving.bare) {
    text = text.replaceAll(
      bareForm,
      (whole, key: string) => lookUp('env', key, undefined) ?? whole,
    );
  }
  if (missing.length > 0) {
    const unsure = missing.some((reference) => reference.secret) ? 'unsure' : 'plain';
    return { text, missing, secrecy: secret ? 'secret' : unsure };
  }
  return { text, missing, secrecy: secret ? 'secret' : secrecyOf(name, text) };
}
