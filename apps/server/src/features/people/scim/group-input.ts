import { idPattern } from '@plugboard/contracts';

import { isObject, type JsonObject } from './read-body.ts';
import { scimError } from './scim-error.ts';
import { optionalText } from './user-attributes.ts';
import { type Operation, readOperations } from './user-input.ts';

/** What a request changes of a Group. */
export interface GroupChange {
  readonly displayName?: string;
  readonly externalId?: string | null;
  /** The ids of all members there are to be, before `add` and `remove`. */
  readonly members?: ReadonlySet<string>;
  readonly add: ReadonlySet<string>;
  readonly remove: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();
const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:group:';
const memberPath = /^members\[\s*value eq "([^"]{1,100})"\s*\]$/i;

/** A whole Group resource; its role is the organization's to say and never the directory's. */
export function readGroup(body: JsonObject): GroupChange & { displayName: string } {
  return {
    displayName: readName(body['displayName']),
    externalId: optionalText('externalId', body['externalId']),
    members: readMembers(body['members'] ?? []),
    add: none,
    remove: none,
  };
}

/** What a PATCH of a Group changes: operations are in order, so a later one undoes an earlier. */
export function readGroupPatch(body: JsonObject): GroupChange {
  return readOperations(body).reduce<GroupChange>(
    (change, operation) => ({ ...change, ...applyOperation(change, operation) }),
    { add: none, remove: none },
  );
}

function applyOperation(change: GroupChange, { op, path, value }: Operation): Partial<GroupChange> {
  if (path === undefined) {
    if (op === 'remove') throw scimError('noTarget', 'To remove needs a path.');
    if (!isObject(value)) throw scimError('invalidValue', 'Without a path the value is an object.');
    return Object.entries(value).reduce<Partial<GroupChange>>(
      (made, [key, each]) => ({ ...made, ...applyAt({ ...change, ...made }, op, key, each) }),
      {},
    );
  }
  return applyAt(change, op, path, value);
}

function applyAt(
  { add, remove, members }: GroupChange,
  op: Operation['op'],
  path: string,
  value: unknown,
): Partial<GroupChange> {
  const lower = path.trim().slice(0, 300).toLowerCase();
  const name = lower.startsWith(groupUrn) ? lower.slice(groupUrn.length) : lower;
  const [, one] = memberPath.exec(path.trim()) ?? [];
  if (one !== undefined && op === 'remove') return without({ add, remove }, new Set([readId(one)]));
  if (name === 'members') {
    if (op === 'replace') return { members: readMembers(value), add: none, remove: none };
    if (op === 'remove' && (value === undefined || value === null)) {
      return { members: none, add: none, remove: none };
    }
    const ids = readMembers(value);
    if (op === 'remove') return without({ add, remove }, ids);
    return { add: add.union(ids), remove: remove.difference(ids), ...(members && { members }) };
  }
  if (name === 'displayname' && op !== 'remove') return { displayName: readName(value) };
  if (name === 'externalid') {
    return { externalId: op === 'remove' ? null : optionalText('externalId', value) };
  }
  // Okta sends the id and the schemas along.
  if (op !== 'remove' && (name === 'id' || name === 'schemas')) return {};
  throw scimError('invalidPath', 'Of a Group displayName, externalId and members can be changed.');
}

function without(
  { add, remove }: Pick<GroupChange, 'add' | 'remove'>,
  ids: ReadonlySet<string>,
): Partial<GroupChange> {
  return { add: add.difference(ids), remove: remove.union(ids) };
}

function readMembers(value: unknown): ReadonlySet<string> {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return new Set(list.map((each) => readId(isObject(each) ? each['value'] : undefined)));
}

function readId(value: unknown): string {
  if (typeof value === 'string' && idPattern.test(value)) return value.toLowerCase();
  throw scimError('invalidValue', 'A member is named by the id of a User: {"value": "…"}.');
}

function readName(value: unknown): string {
  const name = optionalText('displayName', value);
  if (name !== null) return name;
  throw scimError('invalidValue', 'displayName is needed.');
}
