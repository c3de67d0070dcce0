import { type Level, levels } from '@plugboard/contracts';

import type { ContractOffering } from './contract-offering.ts';
import { compareSchemas } from './compare-schemas.ts';
import { child, type Effect, type Finding } from './finding.ts';
import { isEqual, isObject, type JsonObject, own, show } from './json.ts';
import {
  type ChangeClass,
  changeClasses,
  type ChangeReason,
  type OfferingChange,
} from './offering-change.ts';
import { toSchema } from './schema.ts';

/** What became of one offering, or undefined when nothing did. */
export function compareOfferings(
  before: ContractOffering,
  after: ContractOffering,
): OfferingChange | undefined {
  if (before.text === after.text && before.level === after.level) return undefined;
  const [was, is] = [parse(before.text), parse(after.text)];
  const reasons = [
    ...compareLevels(before.level, after.level),
    ...(before.kind === 'tool' ? compareTools(was, is) : compareOthers(was, is)),
  ];
  if (reasons.length === 0) return undefined;
  reasons.sort((a, b) => changeClasses.indexOf(a.class) - changeClasses.indexOf(b.class));
  return {
    kind: before.kind,
    name: before.name,
    change: 'changed',
    class: reasons[0]?.class ?? 'description',
    levelBefore: before.level,
    levelAfter: after.level,
    reasons,
  };
}

function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function compareLevels(was: Level, is: Level): ChangeReason[] {
  if (was === is) return [];
  const isHigher = levels.indexOf(is) > levels.indexOf(was);
  return [
    isHigher
      ? { path: 'annotations', text: `needs ${is} now, needed ${was}`, class: 'breaking' }
      : {
          path: 'annotations',
          text: `needs ${is} only, needed ${was}: agents granted less can use it now`,
          class: 'compatible',
        },
  ];
}

const compared = new Set(['name', 'inputSchema', 'outputSchema', 'execution', 'annotations']);

function compareTools(was: JsonObject, is: JsonObject): ChangeReason[] {
  const input = compareSchemas(schemaOf(was), schemaOf(is), 'input', 'inputSchema');
  return [
    ...input.map((finding) => toReason(finding, breaksInput)),
    ...compareOutput(own(was, 'outputSchema'), own(is, 'outputSchema')),
    ...compareTaskSupport(was, is),
    ...compareAnnotations(was, is),
    ...compareFields(was, is, compared),
  ];
}

function schemaOf(tool: JsonObject): JsonObject {
  return toSchema(own(tool, 'inputSchema') ?? {});
}

const breaksInput: readonly Effect[] = ['narrows', 'unclear'];
const breaksOutput: readonly Effect[] = ['widens', 'unclear'];

function toReason({ path, effect, text }: Finding, breaks: readonly Effect[]): ChangeReason {
  return { path, text, class: classOf(effect, breaks) };
}

function classOf(effect: Effect, breaks: readonly Effect[]): ChangeClass {
  if (effect === 'none') return 'description';
  return breaks.includes(effect) ? 'breaking' : 'compatible';
}

function compareOutput(was: unknown, is: unknown): ChangeReason[] {
  const path = 'outputSchema';
  if (was === undefined && is === undefined) return [];
  if (was === undefined) {
    return [{ path, text: 'says what its results look like now', class: 'compatible' }];
  }
  if (is === undefined) {
    return [{ path, text: 'no longer says what its results look like', class: 'breaking' }];
  }
  return compareSchemas(toSchema(was), toSchema(is), 'output', path).map((finding) =>
    toReason(finding, breaksOutput),
  );
}

/** Whether it can, may or must be run as a task. */
function compareTaskSupport(was: JsonObject, is: JsonObject): ChangeReason[] {
  const read = (tool: JsonObject) => own(own(tool, 'execution'), 'taskSupport') ?? 'forbidden';
  const [before, after] = [read(was), read(is)];
  if (before === after) return [];
  const path = 'execution.taskSupport';
  const text = `is ${show(after)} now, was ${show(before)}`;
  return [{ path, text, class: after === 'optional' ? 'compatible' : 'breaking' }];
}

/** Levels come from these and are compared by themselves; an admin's may stand in their place. */
function compareAnnotations(was: JsonObject, is: JsonObject): ChangeReason[] {
  const [before, after] = [own(was, 'annotations'), own(is, 'annotations')];
  const names = new Set([...keysOf(before), ...keysOf(after)]);
  return [...names].flatMap((name): ChangeReason[] => {
    const [x, y] = [own(before, name), own(after, name)];
    if (isEqual(x, y)) return [];
    const text = `is ${y === undefined ? 'left out' : show(y)} now, was ${x === undefined ? 'left out' : show(x)}`;
    return [{ path: child('annotations', name), text, class: 'description' }];
  });
}

function keysOf(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}

/** Prompts by their arguments, resources by what they are. */
function compareOthers(was: JsonObject, is: JsonObject): ChangeReason[] {
  return [
    ...compareArguments(argumentsOf(was), argumentsOf(is)),
    ...compareMimeType(was, is),
    ...compareFields(was, is, new Set(['name', 'uri', 'uriTemplate', 'arguments', 'mimeType'])),
  ];
}

function argumentsOf(prompt: JsonObject): ReadonlyMap<string, JsonObject> {
  const listed = own(prompt, 'arguments');
  const found = Array.isArray(listed) ? listed.filter(isObject) : [];
  return new Map(found.map((each) => [String(own(each, 'name')), each]));
}

function compareArguments(
  was: ReadonlyMap<string, JsonObject>,
  is: ReadonlyMap<string, JsonObject>,
): ChangeReason[] {
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].flatMap((name): ChangeReason[] => {
    const path = child('arguments', name);
    const [before, after] = [was.get(name), is.get(name)];
    if (!after) return [{ path, text: 'gone', class: 'breaking' }];
    const isRequired = own(after, 'required') === true;
    if (!before) {
      return isRequired
        ? [{ path, text: 'new, and required', class: 'breaking' }]
        : [{ path, text: 'new, optional', class: 'compatible' }];
    }
    const wasRequired = own(before, 'required') === true;
    if (isRequired && !wasRequired) return [{ path, text: 'required now', class: 'breaking' }];
    if (wasRequired && !isRequired) {
      return [{ path, text: 'no longer required', class: 'compatible' }];
    }
    return isEqual(before, after) ? [] : [{ path, text: 'reworded', class: 'description' }];
  });
}

function compareMimeType(was: JsonObject, is: JsonObject): ChangeReason[] {
  const [before, after] = [own(was, 'mimeType'), own(is, 'mimeType')];
  if (before === after) return [];
  const path = 'mimeType';
  if (before === undefined) return [{ path, text: `says ${show(after)} now`, class: 'compatible' }];
  const text =
    after === undefined ? 'no longer said' : `is ${show(after)} now, was ${show(before)}`;
  return [{ path, text, class: 'breaking' }];
}

/** All else is for people and models to read, or for clients to show. */
function compareFields(
  was: JsonObject,
  is: JsonObject,
  others: ReadonlySet<string>,
): ChangeReason[] {
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names].flatMap((name): ChangeReason[] => {
    if (others.has(name) || isEqual(own(was, name), own(is, name))) return [];
    const text =
      own(is, name) === undefined ? 'gone' : own(was, name) === undefined ? 'new' : 'reworded';
    return [{ path: child('', name), text, class: 'description' }];
  });
}
