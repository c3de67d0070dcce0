import type { Expected } from './expected.ts';
import type { ScenarioResult } from './suite.ts';

export type Verdict = 'passed' | Expected['outcome'];

/** How each scenario ended, in the order asked for; one without a result has failed. */
export function verdictsOf(
  scenarios: readonly string[],
  results: ReadonlyMap<string, ScenarioResult>,
): ReadonlyMap<string, Verdict> {
  return new Map(scenarios.map((scenario) => [scenario, verdictOf(results.get(scenario))]));
}

function verdictOf(result: ScenarioResult | undefined): Verdict {
  if (!result) return 'failed';
  if (result.outcome !== 'passed') return result.outcome;
  return result.warnings.length > 0 ? 'warned' : 'passed';
}

/** What differs from what is expected, stale expectations too, in words. */
export function surprises(
  verdicts: ReadonlyMap<string, Verdict>,
  expected: readonly Expected[],
  results: ReadonlyMap<string, ScenarioResult>,
): readonly string[] {
  return [...verdicts].flatMap(([scenario, verdict]) => {
    const wanted = expected.find((entry) => entry.scenario === scenario)?.outcome ?? 'passed';
    if (verdict === wanted) return [];
    const { failures = [], warnings = [] } = results.get(scenario) ?? {};
    const why = [...failures, ...warnings].join('\n  ');
    return [`${scenario} ${verdict}, expected: ${wanted}\n  ${why || 'nothing more is known'}`];
  });
}
