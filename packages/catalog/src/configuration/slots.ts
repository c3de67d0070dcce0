import type { ServerJson, ServerPackage } from '../server-json.ts';
import { type LaunchTarget, targetPackage, targetRemote } from './launch-target.ts';

type Argument = NonNullable<ServerPackage['packageArguments']>[number];
type KeyValue = NonNullable<ServerPackage['environmentVariables']>[number];
export type Input = NonNullable<NonNullable<KeyValue['variables']>[string]>;

interface UrlTemplate extends Input {
  variables?: Record<string, Input>;
}

export type SlotPlace = 'argument' | 'env' | 'header' | 'url';

/** Something that a person fills in. */
export interface Field {
  /** Given when all slots are known, because it must be unique. */
  key: string;
  readonly input: Input;
  readonly secret: boolean;
  readonly required: boolean;
  /** The name of a variable inside of a value; undefined when the slot itself is filled in. */
  readonly variable: string | undefined;
}

/** An argument, a variable, a header or the URL, made of fixed text and of what is filled in. */
export interface Slot {
  readonly in: SlotPlace;
  /** The variable's or header's name, the argument's flag; `url`; undefined for a positional argument. */
  readonly name: string | undefined;
  /** What its own key is made of. */
  readonly keyName: string;
  readonly parts: readonly (string | Field)[];
  readonly repeated: boolean;
  readonly required: boolean;
  /** A named argument that may be given without a value. */
  readonly flag: boolean;
}

const variablePattern = /\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** Stands for the instance's own folder, and is filled in at each start. */
export const workDirPlaceholder = '{workDir}';

/** Everything that makes up the launch of a target, in the order of the entry. Keys are not given yet. */
export function listSlots(entry: ServerJson, target: LaunchTarget): readonly Slot[] {
  const remote = targetRemote(entry, target);
  if (remote) {
    const url = { value: remote.url, isRequired: true, variables: remote.variables ?? {} };
    return [
      toSlot('url', 'url', url, 'url', true),
      ...(remote.headers ?? []).map((header) =>
        toSlot('header', header.name, header, header.name, true),
      ),
    ];
  }
  const found = targetPackage(entry, target);
  if (!found) return [];
  let positionals = 0;
  const argumentSlots = (found.packageArguments ?? []).map((argument) => {
    if (argument.type === 'positional') positionals += 1;
    return argumentSlot(argument, positionals);
  });
  return [
    ...argumentSlots,
    ...(found.runtimeArguments ?? []).flatMap((argument) => environmentSlot(argument)),
    ...(found.environmentVariables ?? []).map((variable) =>
      toSlot('env', variable.name, variable, variable.name, false),
    ),
  ];
}

function argumentSlot(argument: Argument, position: number): Slot {
  if (argument.type === 'positional') {
    const keyName = usableKey(argument.valueHint) ?? `argument-${position}`;
    return toSlot('argument', undefined, argument, keyName, false);
  }
  const keyName = usableKey(argument.name.replace(/^-+/, '').replace(/=$/, '')) ?? 'argument';
  const slot = toSlot('argument', argument.name, argument, keyName, false);
  const { format, placeholder, choices, default: standard, value } = argument;
  const bare = [format, placeholder, choices, standard, value].every((each) => each === undefined);
  // Nothing says that it takes a value: one that must be there is a switch, another may be one.
  if (bare && argument.isRequired === true && argument.isSecret !== true) {
    return { ...slot, parts: [], flag: true };
  }
  return { ...slot, flag: bare || format === 'boolean' };
}

/** Of what a runtime such as `docker run` is told, only the variables mean anything here. */
function environmentSlot(argument: Argument): readonly Slot[] {
  if (argument.type !== 'named' || !/^(?:-e|--env)=?$/.test(argument.name)) return [];
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(argument.value ?? '') ?? [];
  if (name === undefined || value === undefined) return [];
  return [toSlot('env', name, { ...argument, value }, name, true)];
}

/** `implied`: a `{name}` that no variable declares is one all the same. */
function toSlot(
  place: SlotPlace,
  name: string | undefined,
  input: KeyValue | Argument | UrlTemplate,
  keyName: string,
  implied: boolean,
): Slot {
  const required = input.isRequired === true;
  const repeated = 'isRepeated' in input && input.isRepeated === true;
  const slot = { in: place, name, keyName, repeated, required, flag: false };
  const { value } = input;
  if (value === undefined) {
    const secret = input.isSecret === true;
    return { ...slot, parts: [{ key: '', input, secret, required, variable: undefined }] };
  }
  const variables: Readonly<Record<string, Input>> = input.variables ?? {};
  const anySecret = Object.values(variables).some(({ isSecret }) => isSecret === true);
  const fields = new Map<string, Field>();
  const parts: (string | Field)[] = [];
  let end = 0;
  for (const match of value.matchAll(variablePattern)) {
    const [whole, variable = ''] = match;
    const declared = Object.hasOwn(variables, variable) ? variables[variable] : undefined;
    if (whole === workDirPlaceholder || (!declared && !implied)) continue;
    if (match.index > end) parts.push(value.slice(end, match.index));
    end = match.index + whole.length;
    const field = fields.get(variable) ?? {
      key: '',
      input: declared ?? describedBy(input),
      secret: declared?.isSecret === true || (input.isSecret === true && !anySecret),
      required: declared?.isRequired ?? required,
      variable,
    };
    fields.set(variable, field);
    parts.push(field);
  }
  if (end < value.length) parts.push(value.slice(end));
  return { ...slot, parts };
}

function describedBy({ description, placeholder }: Input): Input {
  return {
    ...(description !== undefined && { description }),
    ...(placeholder !== undefined && { placeholder }),
  };
}

/** A name that serves as a key as it is; undefined for one that a person could not type. */
function usableKey(name: string | undefined): string | undefined {
  const key = name
    ?.trim()
    .replaceAll(/[^A-Za-z0-9_.:-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 180);
  return key === '' || key === 'constructor' || key === '__proto__' ? undefined : key;
}
