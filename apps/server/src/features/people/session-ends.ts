const day = 24 * 60 * 60 * 1000;

/** A session ends when it was not used for this long, in milliseconds. */
export const idleMs = 3 * day;

/** A session ends this long after sign-in, used or not, in milliseconds. */
export const absoluteMs = 14 * day;

/** How often a session's use is written down, in milliseconds. */
export const touchMs = 5 * 60 * 1000;

/** How recent a sign-in has to be for adding what one can sign in with, in milliseconds. */
export const freshMs = 15 * 60 * 1000;
