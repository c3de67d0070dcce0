/** Access levels from least to most. A tool needs one; a grant gives one and all below it. */
export const levels = ['read', 'write', 'execute', 'admin'] as const;

export type Level = (typeof levels)[number];

/** Whether holding `held` is enough where `needed` is asked for. */
export function levelCovers(held: Level, needed: Level): boolean {
  return levels.indexOf(held) >= levels.indexOf(needed);
}
