export { hashDefinition } from './definition-hash.ts';
export { levelOfOffering, levelOfTool } from './level.ts';
export type { AskedLevel } from './level.ts';
export { diffContracts } from './contract-diff.ts';
export type { ContractDiff } from './contract-diff.ts';
export type { ContractOffering } from './contract-diff/contract-offering.ts';
export { changeClasses } from './contract-diff/offering-change.ts';
export type { ChangeClass, ChangeReason, OfferingChange } from './contract-diff/offering-change.ts';
