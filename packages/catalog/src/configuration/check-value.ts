import { hasForm } from './safe-pattern.ts';
import { type Input, workDirPlaceholder } from './slots.ts';

export interface ValueContext {
  readonly key: string;
  readonly input: Input;
  /** What a whole value looks like, from the catalog's facts. */
  readonly pattern: string | undefined;
  /** Folders of the host that the server sees; undefined where paths are another machine's. */
  readonly mounts: readonly string[] | undefined;
}

/** What is wrong with a value that somebody gave, and what would be right; undefined for nothing. */
export function valueProblem(value: string, context: ValueContext): string | undefined {
  const { key, input, pattern, mounts } = context;
  if (value.includes('\0')) return 'must not hold a NUL character, which no process can be given.';
  const { choices } = input;
  if (choices && choices.length > 0) {
    return choices.includes(value) ? undefined : `must be one of ${presentChoices(choices)}.`;
  }
  if (input.format === 'number') return numberProblem(key, value, input);
  if (input.format === 'boolean' && !/^(?:true|false)$/.test(value)) {
    return 'must be true or false.';
  }
  if (input.format === 'filepath' && mounts) return pathProblem(value, mounts);
  if (pattern !== undefined && !hasForm(pattern, value)) {
    return `must have the form ${pattern}${likeExample(input)}.`;
  }
  return undefined;
}

/** `, such as "x"` from what the entry gives as an example; nothing without one. */
export function likeExample({ placeholder, default: standard }: Input): string {
  const example = placeholder ?? standard;
  return example === undefined || example === '' || example.length > 80
    ? ''
    : `, such as ${JSON.stringify(example)}`;
}

function numberProblem(key: string, value: string, input: Input): string | undefined {
  const example = [input.default, input.placeholder].find((each) => isNumber(each));
  if (/(?:^|[._-])port$/i.test(key)) {
    const right = /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
    return right ? undefined : `must be a whole number such as ${example ?? '8080'}.`;
  }
  return isNumber(value) ? undefined : `must be a number such as ${example ?? '10'}.`;
}

function isNumber(value: string | undefined): value is string {
  return value !== undefined && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value);
}

function pathProblem(value: string, mounts: readonly string[]): string | undefined {
  if (value === workDirPlaceholder || value.startsWith(`${workDirPlaceholder}/`)) {
    return hasSteps(value) ? 'must not hold "." or ".." as a step of the path.' : undefined;
  }
  if (!value.startsWith('/')) {
    return `must be an absolute path, or begin with ${workDirPlaceholder}, which is the server's own folder.`;
  }
  if (hasSteps(value)) return 'must not hold "." or ".." as a step of the path.';
  const seen = mounts.some((mount) => {
    const folder = mount.replace(/\/+$/, '');
    return value === folder || value.startsWith(`${folder}/`);
  });
  return seen
    ? undefined
    : `${JSON.stringify(value)} is not in a folder that the server sees. Mount one that holds it (--mount), or use a path in ${workDirPlaceholder}.`;
}

function hasSteps(path: string): boolean {
  return path.split('/').some((step) => step === '.' || step === '..');
}

function presentChoices(choices: readonly string[]): string {
  const shown = choices.slice(0, 12).map((choice) => JSON.stringify(choice.slice(0, 80)));
  return `${shown.join(', ')}${choices.length > shown.length ? ' and others' : ''}`;
}
