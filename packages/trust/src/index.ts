export { hashDefinition } from './definition-hash.ts';
export { levelOfOffering, levelOfTool } from './level.ts';
export type { AskedLevel } from './level.ts';
export { diffContracts } from './contract-diff.ts';
export type { ContractDiff, ContractOffering } from './contract-diff.ts';
export { changeClasses } from './offering-change.ts';
export type { ChangeClass, ChangeReason, OfferingChange } from './offering-change.ts';
