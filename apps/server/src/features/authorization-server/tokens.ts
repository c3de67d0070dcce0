import { randomBytes } from 'node:crypto';

const accessPrefix = 'pbo_';
const refreshPrefix = 'pbr_';
const randomLength = 32;

/** 256 random bits; the prefix lets secret scanners find one that leaked. */
export function newAccessToken(): string {
  return accessPrefix + randomBytes(randomLength).toString('base64url');
}

export function newRefreshToken(): string {
  return refreshPrefix + randomBytes(randomLength).toString('base64url');
}

/** Whether a text has the form of an access token: nothing else is looked up. */
export function isAccessToken(text: string): boolean {
  return /^pbo_[\w-]{43}$/.test(text);
}
