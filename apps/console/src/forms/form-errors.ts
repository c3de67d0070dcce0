import { fieldErrors, readError } from '../api/errors.ts';
import { own } from './json-schema.ts';

/**
 * What the server refused of a form, by path. `within`: where the form's value stands in what was sent,
 * such as `arguments` for `{arguments: {…}}`. Messages of configuration are by its keys.
 */
export function formErrors(error: unknown, within = ''): Readonly<Record<string, string>> {
  if (error === null || error === undefined) return {};
  const { problems } = readError(error).details;
  const told = Object.entries(fieldErrors(error)).map(
    ([path, message]) => [outOf(path, within), message] as const,
  );
  if (Array.isArray(problems)) {
    for (const problem of problems) {
      const [key, message] = [own(problem, 'key'), own(problem, 'message')];
      if (typeof key === 'string' && typeof message === 'string') told.push([key, message]);
    }
  }
  return Object.fromEntries(told);
}

function outOf(path: string, within: string): string {
  if (within === '' || path === within) return path === within ? '' : path;
  return path.startsWith(`${within}.`) ? path.slice(within.length + 1) : path;
}
