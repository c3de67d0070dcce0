import type { ConfigurationValue } from '@plugboard/contracts/api';

import type { ServerJson } from '../server-json.ts';
import { configurationFacts } from './catalog-facts.ts';
import { likeExample, valueProblem } from './check-value.ts';
import { fillUrl } from './fill-url.ts';
import { fieldsOf, keyedSlots } from './keys.ts';
import type { LaunchTarget } from './launch-target.ts';
import type { Field, Slot } from './slots.ts';
import { unknownKeyProblem } from './unknown-key.ts';

export interface ConfigurationProblem {
  /** The configuration key at fault. */
  readonly key: string;
  /** What is wrong and what would be right, without the key. Holds no secret. */
  readonly message: string;
}

export interface ResolvedSecret {
  readonly key: string;
  readonly required: boolean;
  readonly in: 'env' | 'header';
  /** The variable or header that it goes to. */
  readonly name: string;
}

/** A variable or header that holds a secret: sealed under its name, made of these parts in turn. */
export interface SealedSlot {
  readonly in: 'env' | 'header';
  readonly name: string;
  readonly parts: readonly (string | { readonly secret: string })[];
}

export interface ResolvedLaunch {
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a remote; undefined for a package, and when its variables are not filled in. */
  readonly url: string | undefined;
  /** Empty when it can be started. */
  readonly problems: readonly ConfigurationProblem[];
  /** Every secret that it takes, given or not. */
  readonly secrets: readonly ResolvedSecret[];
  /** How the secrets that are given make up what is sealed. */
  readonly sealed: readonly SealedSlot[];
}

/** What else of somebody's settings bears on the launch. */
export interface LaunchSurroundings {
  /** In place of all arguments that configuration makes. */
  readonly args?: readonly string[] | undefined;
  /** Besides the variables that configuration makes; outranks them. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Folders of the host that the server sees. */
  readonly mounts?: readonly string[] | undefined;
}

/**
 * What a server is started with: arguments, variables, headers and the URL, made of configuration
 * values. `secretNames` are the secrets that are there, by key or by the variable or header that they
 * are sealed under; they may only go to a variable or a header. `{workDir}` stays as it is. Values
 * become whole arguments and are never read by a shell; one for a positional argument may not begin
 * with `-`, since nothing says that the server would not take it for an option.
 */
export function resolveLaunch(
  entry: ServerJson,
  target: LaunchTarget,
  values: Readonly<Record<string, ConfigurationValue>>,
  secretNames: Iterable<string>,
  surroundings: LaunchSurroundings = {},
): ResolvedLaunch {
  const facts = configurationFacts(entry);
  const slots = keyedSlots(entry, target);
  const given = new Set(secretNames);
  const local = target.kind === 'package';
  const args: string[] = local ? [...(facts?.launch.arguments ?? [])] : [];
  const env = new Map(Object.entries(local ? (facts?.launch.env ?? {}) : {}));
  const headers = new Map<string, string>();
  const problems: ConfigurationProblem[] = [];
  const secrets: ResolvedSecret[] = [];
  const sealed: SealedSlot[] = [];
  let url: string | undefined;

  const complain = (key: string, message: string) => problems.push({ key, message });
  const outranked = { env: surroundings.env ?? {}, header: surroundings.headers ?? {} };
  const patterns = new Map(facts?.credentials.map(({ key, format }) => [key, format]));

  const read = (slot: Slot, field: Field): readonly string[] | undefined => {
    const { key, input, variable } = field;
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) return input.default === undefined ? undefined : [input.default];
    if (Array.isArray(value) && !slot.repeated) {
      complain(key, 'must be one value, not a list.');
      return undefined;
    }
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    const context = {
      key,
      input,
      pattern: patterns.get(key),
      mounts: local ? (surroundings.mounts ?? []) : undefined,
    };
    for (const text of texts) {
      const isSwitch = slot.flag && variable === undefined && /^(?:true|false)$/.test(text);
      const problem =
        (isSwitch ? undefined : valueProblem(text, context)) ?? placeProblem(slot, text);
      if (problem === undefined) continue;
      complain(key, problem);
      return undefined;
    }
    return texts;
  };

  for (const slot of slots) {
    const fields = fieldsOf(slot);
    const skipped = slot.in === 'argument' && surroundings.args !== undefined;
    const known = new Map<Field, readonly string[]>();
    let complete = true;
    let secretive = false;
    for (const field of fields) {
      if (!field.secret) {
        const texts = read(slot, field);
        if (texts === undefined || texts.length === 0) complete = false;
        else known.set(field, texts);
        continue;
      }
      if (Object.hasOwn(values, field.key)) {
        complain(
          field.key,
          `is a secret, which is never kept in clear. Give it as one (--secret ${field.key}).`,
        );
      }
      if (slot.in === 'argument' || slot.in === 'url') {
        const there = given.has(field.key);
        if (!skipped && (there || field.required)) complain(field.key, exposed[slot.in]);
        complete = false;
        continue;
      }
      const { key, required, input } = field;
      secrets.push({
        key,
        required: required && input.default === undefined,
        in: slot.in,
        name: slot.name ?? key,
      });
      if (given.has(key) || given.has(slot.name ?? key)) secretive = true;
      else if (input.default === undefined) complete = false;
      else known.set(field, [input.default]);
    }
    if (skipped) continue;

    const name = slot.name ?? '';
    if (slot.in !== 'argument' && slot.in !== 'url' && Object.hasOwn(outranked[slot.in], name)) {
      if (fields.some(({ secret }) => secret)) {
        complain(
          name,
          `is a secret, which is never kept in clear. Give it as one (--secret ${name}).`,
        );
      }
      continue;
    }
    if (!complete) {
      const preset = slot.in === 'env' && env.has(name);
      for (const field of fields) if (!preset) missing(slot, field, known);
      continue;
    }
    if (secretive) {
      const parts = slot.parts.map((part) => {
        if (typeof part === 'string') return part;
        return known.get(part)?.[0] ?? { secret: part.key };
      });
      sealed.push({ in: slot.in === 'header' ? 'header' : 'env', name, parts });
      env.delete(name);
      continue;
    }
    const filled = fill(slot, known);
    if (slot.in === 'argument') args.push(...filled.flatMap((text) => argumentsOf(slot, text)));
    else if (slot.in === 'env') env.set(name, filled[0] ?? '');
    else if (slot.in === 'header') headers.set(name, filled[0] ?? '');
    else {
      const { value, problem } = fillUrl(slot, known);
      if (problem) complain(problem.key, problem.message);
      url = value;
    }
  }

  function missing(slot: Slot, field: Field, known: ReadonlyMap<Field, readonly string[]>): void {
    const { key, required, secret, input } = field;
    if (!required || known.has(field) || problems.some((problem) => problem.key === key)) return;
    if (secret && (given.has(key) || given.has(slot.name ?? key))) return;
    const how = secret ? ` Give it as a secret (--secret ${key}).` : '';
    complain(key, `is required${secret ? '' : likeExample(input)}.${how}`);
  }

  const keys = slots.flatMap((slot) => fieldsOf(slot).map(({ key }) => key));
  for (const key of Object.keys(values)) {
    if (!keys.includes(key)) complain(key, unknownKeyProblem(key, keys));
  }
  return {
    arguments: surroundings.args ?? args,
    env: { ...Object.fromEntries(env), ...surroundings.env },
    headers: { ...Object.fromEntries(headers), ...surroundings.headers },
    url,
    problems,
    secrets,
    sealed,
  };
}

const exposed = {
  argument:
    'is a secret, and the server takes it as an argument, which every process of the machine could read. Use a variable that the server reads instead (--secret NAME), and leave this empty.',
  url: 'is a secret, and the server takes it in its URL, which is written to logs on the way. Use a header instead (--secret NAME).',
} as const;

/** What of a value does not fit where it goes. */
function placeProblem(slot: Slot, text: string): string | undefined {
  if (slot.in === 'header' && !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(text)) {
    return 'must be one line of text, as it goes into an HTTP header.';
  }
  if (slot.in !== 'argument') return undefined;
  const first = slot.parts[0];
  if (slot.name === undefined && typeof first !== 'string' && text.startsWith('-')) {
    return 'must not begin with "-", which the server would take for an option. A path may begin with "./" instead.';
  }
  if (slot.name !== undefined && !slot.name.startsWith('--') && text.startsWith('-')) {
    return 'must not begin with "-", which the server would take for another option.';
  }
  return undefined;
}

/** The texts of a slot: one, or one for each of its values where it may be repeated. */
function fill(slot: Slot, known: ReadonlyMap<Field, readonly string[]>): readonly string[] {
  const count = Math.max(1, ...[...known.values()].map(({ length }) => length));
  return Array.from({ length: count }, (_, index) =>
    slot.parts
      .map((part) => {
        if (typeof part === 'string') return part;
        const texts = known.get(part) ?? [];
        return texts[Math.min(index, texts.length - 1)] ?? '';
      })
      .join(''),
  );
}

function argumentsOf(slot: Slot, text: string): readonly string[] {
  const { name, parts, flag } = slot;
  if (name === undefined) return [text];
  if (parts.length === 0) return [name];
  if (flag && text === 'true') return [name];
  if (flag && text === 'false') {
    const field = parts.find((part) => typeof part !== 'string');
    return field?.input.default === 'true' ? [`${name}=false`] : [];
  }
  if (name.endsWith('=')) return [`${name}${text}`];
  return text.startsWith('-') && name.startsWith('--') ? [`${name}=${text}`] : [name, text];
}
