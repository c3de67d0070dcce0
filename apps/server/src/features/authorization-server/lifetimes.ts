const minute = 60;
const day = 24 * 60 * minute;

/** How long each thing is good, in seconds; docs/agents-oauth.md tells them. */
export const lifetimes = {
  accessToken: 30 * minute,
  /** From its last use: each use makes a new one. */
  refreshToken: 30 * day,
  /** After which a person must permit it anew, however often it was used. */
  grant: 365 * day,
  code: minute,
  /** From the client's request until the person has decided. */
  interaction: 30 * minute,
  /** A client that registered itself and nobody ever permitted anything. */
  unusedClient: 7 * day,
  /** One that somebody did: beyond the grant, so that it can ask again. */
  usedClient: 400 * day,
} as const;
