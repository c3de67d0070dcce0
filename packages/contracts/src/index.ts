export { AppError, errorKinds, isAppError } from './errors.ts';
export type { AppErrorOptions, ErrorCode, ErrorKind } from './errors.ts';
export type { ChangeEvent } from './events.ts';
export { idPattern, maxSlugLength, newId, slugPattern } from './ids.ts';
export { levelCovers, levels } from './levels.ts';
export type { Level } from './levels.ts';
export { offeringKinds } from './offerings.ts';
export type { OfferingKind } from './offerings.ts';
export { apiPrefix } from './api/prefix.ts';
