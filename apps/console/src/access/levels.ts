import { type Level, levels } from '@plugboard/contracts';

export type { Level };

/** Whether a text is the name of a level. */
export function isLevel(text: string | undefined): text is Level {
  return levels.some((level) => level === text);
}
