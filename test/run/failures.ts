/** A test that failed, or what failed outside of all tests. */
export interface Failure {
  /** File, suites and test. */
  readonly where: string;
  readonly error: string;
}

/** As much of each error as is shown: less where there are many, so that all names stay in sight. */
const shown = { few: 15, many: 3, manyFrom: 10 } as const;

/** The failures of a step, named and begun: CI may keep only the end of what a run prints. */
export function failureLines(step: string, failures: readonly Failure[]): readonly string[] {
  const limit = failures.length < shown.manyFrom ? shown.few : shown.many;
  return failures.flatMap(({ where, error }) => [
    `✗ ${step}: ${where}`,
    ...firstLines(error, limit).map((line) => `    ${line}`),
  ]);
}

function firstLines(text: string, limit: number): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length <= limit ? lines : [...lines.slice(0, limit), '…'];
}
