import { AppError, idPattern, type Level, levels } from '@plugboard/contracts';

/** What a person chose on the consent page. */
export type ConsentAnswer =
  | { readonly decision: 'deny' }
  | {
      readonly decision: 'allow';
      /** An agent by its id, or a new one by its name. */
      readonly agent: { readonly id: string } | { readonly name: string };
      readonly toolboxIds: readonly string[];
      /** For a new agent. */
      readonly level: Level;
    };

const longestName = 100;

/** Reads the form. Throws `AppError('invalid_input')`; anything but a clear yes is a no. */
export function readAnswer(form: Readonly<Record<string, unknown>>): ConsentAnswer {
  if (form['decision'] !== 'allow') return { decision: 'deny' };
  const toolboxIds = textsOf(form['toolbox']);
  if (!toolboxIds.every((id) => idPattern.test(id))) throw wrong('a toolbox is named by its id');
  if (toolboxIds.length === 0) throw wrong('choose a toolbox, or deny');
  const level = levels.find((each) => each === form['level']);
  if (!level) throw wrong('choose a level');
  const agent = form['agent'];
  if (typeof agent === 'string' && idPattern.test(agent)) {
    return { decision: 'allow', agent: { id: agent }, toolboxIds, level };
  }
  if (agent !== 'new') throw wrong('choose an agent, or a new one');
  const name = typeof form['name'] === 'string' ? form['name'].trim() : '';
  if (name === '' || name.length > longestName || /\p{Cc}/u.test(name)) {
    throw wrong(`a new agent needs a name of up to ${longestName} characters`);
  }
  return { decision: 'allow', agent: { name }, toolboxIds, level };
}

function textsOf(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? value : [value];
  return [...new Set(all.filter((each) => typeof each === 'string'))];
}

function wrong(what: string): AppError {
  return new AppError('invalid_input', `The form is not complete: ${what}.`);
}
