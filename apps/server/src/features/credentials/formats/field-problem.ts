import { AppError } from '@plugboard/contracts';

/** What is wrong with a field of a credential. Names the field; never what it holds. */
export interface FieldProblem {
  readonly field: string;
  /** Continues a sentence that begins with the field. */
  readonly message: string;
}

/** Throws `AppError('invalid_input')` naming every field at fault, unless there is no problem. */
export function refuseFields(problems: readonly FieldProblem[]): void {
  if (problems.length === 0) return;
  throw new AppError(
    'invalid_input',
    problems.map(({ field, message }) => `${field} ${message}`).join('\n'),
    { details: { problems } },
  );
}
