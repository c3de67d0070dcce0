export { hashDefinition } from './definition-hash.ts';
export { levelOfOffering, levelOfTool } from './level.ts';
export type { AskedLevel } from './level.ts';
