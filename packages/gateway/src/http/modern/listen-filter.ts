import { AppError } from '@plugboard/contracts';

import { listNouns, type ListNoun } from '../../session/session.ts';

/** Each is looked up, decided on and put on record by itself. */
const maxNames = 100;

/** What a client wants to hear of (`params.notifications` of `subscriptions/listen`). */
export interface ListenFilter {
  readonly lists: readonly ListNoun[];
  /** URIs and task ids as the client names them, each once. */
  readonly resources: readonly string[];
  readonly tasks: readonly string[];
}

/** Reads the filter; members that are unknown here are not promised. Throws `invalid_input`. */
export function readListenFilter(params: Readonly<Record<string, unknown>>): ListenFilter {
  const { notifications } = params;
  if (typeof notifications !== 'object' || notifications === null || Array.isArray(notifications)) {
    throw new AppError(
      'invalid_input',
      'params.notifications must be an object that says what to listen for, such as {"toolsListChanged":true}',
    );
  }
  const wanted = new Map<string, unknown>(Object.entries(notifications));
  return {
    lists: listNouns.filter((noun) => readFlag(wanted, memberOfList(noun))),
    resources: readNames(wanted, 'resourceSubscriptions'),
    tasks: readNames(wanted, 'taskIds'),
  };
}

/** The filter as JSON text, with only what it asks for. */
export function presentFilter({ lists, resources, tasks }: ListenFilter): string {
  return JSON.stringify({
    ...Object.fromEntries(lists.map((noun) => [memberOfList(noun), true])),
    ...(resources.length > 0 && { resourceSubscriptions: resources }),
    ...(tasks.length > 0 && { taskIds: tasks }),
  });
}

function memberOfList(noun: ListNoun): string {
  return `${noun}ListChanged`;
}

function readFlag(wanted: ReadonlyMap<string, unknown>, member: string): boolean {
  const value = wanted.get(member) ?? false;
  if (typeof value === 'boolean') return value;
  throw new AppError('invalid_input', `params.notifications.${member} must be true or false`);
}

function readNames(wanted: ReadonlyMap<string, unknown>, member: string): string[] {
  const value = wanted.get(member) ?? [];
  const isText = (name: unknown): name is string => typeof name === 'string';
  if (!Array.isArray(value) || !value.every(isText)) {
    throw new AppError(
      'invalid_input',
      `params.notifications.${member} must be an array of strings`,
    );
  }
  const names = [...new Set(value)];
  if (names.length <= maxNames) return names;
  throw new AppError(
    'invalid_input',
    `params.notifications.${member} may name ${maxNames} at most; listen for more in another request`,
  );
}
