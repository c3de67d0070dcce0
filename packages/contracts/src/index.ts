export { AppError, errorKinds, isAppError } from './errors.ts';
export type { AppErrorOptions, ErrorCode, ErrorKind } from './errors.ts';
export type { ChangeEvent } from './events.ts';
export { idSchema, newId, slugSchema } from './ids.ts';
export { levelCovers, levels, levelSchema } from './levels.ts';
export type { Level } from './levels.ts';
export { offeringKinds, offeringKindSchema } from './offerings.ts';
export type { OfferingKind } from './offerings.ts';
