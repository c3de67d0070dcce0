import type { ConfigurationValue } from '@plugboard/contracts/api';

import { configurationFacts } from '../configuration/catalog-facts.ts';
import { fieldsOf, keyedSlots } from '../configuration/keys.ts';
import { resolveLaunch } from '../configuration/resolve-launch.ts';
import type { Field, Slot } from '../configuration/slots.ts';
import type { ImportedServer, ImportedValue } from './imported-server.ts';
import type { EntryMatch } from './match-entry.ts';

/** An imported server's settings in an entry's own terms, as far as they fit. */
export interface FittedConfiguration {
  readonly values: Readonly<Record<string, ConfigurationValue>>;
  /** By the name of the variable or header: to be sealed. */
  readonly secrets: ReadonlyMap<string, ImportedValue>;
  /** The arguments as they are, where the entry's own would not come to the same. */
  readonly args: readonly string[] | undefined;
  /** What the entry does not know of, and is no secret. */
  readonly env: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  /** Values that were taken for secrets without being sure. */
  readonly unsure: readonly string[];
  /** Folders of the host that values name. */
  readonly folders: readonly string[];
}

/** Names that a person says are no secrets. */
export type PlainNames = ReadonlySet<string>;

/**
 * Turns arguments, variables and headers into configuration values of the entry: the inverse of
 * `resolveLaunch`, and checked with it. Without a match everything stays as it is. Values that
 * something is missing for are left out.
 */
export function fitConfiguration(
  server: ImportedServer,
  match: EntryMatch | undefined,
  plain: PlainNames,
): FittedConfiguration {
  const values: Record<string, ConfigurationValue> = {};
  const secrets = new Map<string, ImportedValue>();
  const env = new Map<string, string>();
  const headers = new Map<string, string>();
  const unsure: string[] = [];
  const slots = match ? keyedSlots(match.entry, match.target) : [];

  const place = (kind: 'env' | 'header', name: string, value: ImportedValue) => {
    if (value.missing.length > 0) return;
    const slot = slots.find((each) => each.in === kind && sameName(kind, each.name, name));
    const fields = slot ? fieldsOf(slot) : [];
    const declared = fields.some(({ secret }) => secret);
    const isSecret =
      declared ||
      (!plain.has(name) && isSecretHere(value, slot !== undefined && fields.length > 0));
    if (isSecret) {
      secrets.set(slot?.name ?? name, value);
      if (!declared && value.secrecy === 'unsure') unsure.push(name);
      return;
    }
    const fitted = slot && fitSlot(slot, value.text);
    if (fitted) Object.assign(values, fitted);
    else (kind === 'env' ? env : headers).set(name, value.text);
  };
  for (const [name, value] of server.env) place('env', name, value);
  for (const [name, value] of server.headers) place('header', name, value);

  const texts = server.args.map(({ text }) => text);
  const { args, fitted, folders } = fitArguments(match, slots, texts, values, secrets);
  Object.assign(values, fitted);
  return { values, secrets, args, env, headers, unsure, folders };
}

/** An entry that declares a value and calls it no secret is believed where it is only a guess. */
function isSecretHere({ secrecy }: ImportedValue, declaredPlain: boolean): boolean {
  return secrecy === 'secret' || (secrecy === 'unsure' && !declaredPlain);
}

function sameName(kind: 'env' | 'header', a: string | undefined, b: string): boolean {
  return kind === 'env' ? a === b : a?.toLowerCase() === b.toLowerCase();
}

/** The values with which a slot comes to a text; undefined when none do, empty when it does anyhow. */
function fitSlot(
  slot: Slot,
  text: string,
): Readonly<Record<string, ConfigurationValue>> | undefined {
  const fields = fieldsOf(slot);
  const [field, more] = fields;
  if (!field) return fixedText(slot.parts) === text ? {} : undefined;
  if (more) return undefined;
  const at = slot.parts.indexOf(field);
  const before = fixedText(slot.parts.slice(0, at));
  const after = slot.parts.slice(at + 1);
  if (after.some((part) => typeof part !== 'string')) return undefined;
  const end = fixedText(after);
  if (text.length < before.length + end.length) return undefined;
  if (!text.startsWith(before) || !text.endsWith(end)) return undefined;
  const value = text.slice(before.length, text.length - end.length);
  return value === '' ? undefined : { [field.key]: typed(field, value) };
}

function fixedText(parts: Slot['parts']): string {
  return parts.filter((part) => typeof part === 'string').join('');
}

function typed({ input }: Field, text: string): ConfigurationValue {
  if (input.format === 'number' && String(Number(text)) === text) return Number(text);
  if (input.format === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
}

interface FittedArguments {
  readonly args: readonly string[] | undefined;
  readonly fitted: Readonly<Record<string, ConfigurationValue>>;
  readonly folders: readonly string[];
}

function fitArguments(
  match: EntryMatch | undefined,
  slots: readonly Slot[],
  texts: readonly string[],
  values: Readonly<Record<string, ConfigurationValue>>,
  secrets: ReadonlyMap<string, ImportedValue>,
): FittedArguments {
  if (!match) return { args: texts.length === 0 ? undefined : texts, fitted: {}, folders: [] };
  const own = configurationFacts(match.entry)?.launch.arguments ?? [];
  const begins = own.length > 0 && own.every((text, at) => texts[at] === text);
  const given = begins ? texts.slice(own.length) : texts;
  const raw = { args: texts, fitted: {}, folders: [] };
  const readings = readArguments(
    slots.filter((slot) => slot.in === 'argument'),
    given,
  );
  if (!readings) return raw;
  const { fitted, folders } = readings;
  const resolved = resolveLaunch(
    match.entry,
    match.target,
    { ...values, ...fitted },
    secrets.keys(),
    { mounts: folders },
  );
  if (resolved.problems.some(({ key }) => Object.hasOwn(fitted, key))) return raw;
  const made = resolved.arguments;
  const wanted = [texts, given, [...own, ...given]];
  return wanted.some((each) => isSameOrder(made, each, slots))
    ? { args: undefined, fitted, folders }
    : raw;
}

/** Options may stand in any order where every argument is one. */
function isSameOrder(
  made: readonly string[],
  wanted: readonly string[],
  slots: readonly Slot[],
): boolean {
  if (made.length !== wanted.length) return false;
  if (made.every((text, at) => text === wanted[at])) return true;
  const allNamed = slots.every((slot) => slot.in !== 'argument' || slot.name !== undefined);
  const sorted = wanted.toSorted();
  return allNamed && made.toSorted().every((text, at) => text === sorted[at]);
}

/** Whether what follows an option that may or may not take a value is one. */
function isValue(text: string | undefined): boolean {
  return text !== undefined && !text.startsWith('-');
}

/** Reads arguments as the slots make them; undefined when there is one that none of them makes. */
function readArguments(
  slots: readonly Slot[],
  texts: readonly string[],
): { fitted: Record<string, ConfigurationValue>; folders: string[] } | undefined {
  const fitted: Record<string, ConfigurationValue> = {};
  const folders: string[] = [];
  const positional = slots.filter(({ name }) => name === undefined);
  const named = new Map(
    slots.flatMap((slot) => (slot.name === undefined ? [] : [[slot.name, slot]])),
  );
  const add = (slot: Slot, text: string): boolean => {
    const found = fitSlot(slot, text);
    if (!found) return false;
    for (const [key, value] of Object.entries(found)) {
      const present = fitted[key];
      if (present === undefined) fitted[key] = slot.repeated ? [String(value)] : value;
      else if (slot.repeated && Array.isArray(present)) present.push(String(value));
      else return false;
      if (fieldsOf(slot)[0]?.input.format === 'filepath' && text.startsWith('/'))
        folders.push(text);
    }
    return true;
  };
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at] ?? '';
    const [, flag = text, inline] = /^(--[^=]+)=(.*)$/s.exec(text) ?? [];
    const slot = named.get(text) ?? named.get(flag) ?? named.get(`${flag}=`);
    if (slot) {
      const [field] = fieldsOf(slot);
      if (inline !== undefined) {
        if (!add(slot, inline)) return undefined;
      } else if (slot.flag && (field?.input.format === 'boolean' || !isValue(texts[at + 1]))) {
        if (field) fitted[field.key] = true;
      } else if (!add(slot, texts[(at += 1)] ?? '')) return undefined;
      continue;
    }
    const [next] = positional;
    if (!next || !add(next, text)) return undefined;
    if (!next.repeated) positional.shift();
  }
  return { fitted, folders };
}
