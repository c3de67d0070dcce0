export type { TokenSet } from './tokens.ts';
