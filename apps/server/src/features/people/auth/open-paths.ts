/**
 * Paths below /auth that are reachable from outside, with their method: what our script on the pages
 * calls. All else of better-auth is used from inside. A plugin that is added here adds its own.
 */
export const openPaths: ReadonlySet<string> = new Set([
  'GET /passkey/generate-register-options',
  'POST /passkey/verify-registration',
  'GET /passkey/generate-authenticate-options',
  'POST /passkey/verify-authentication',
]);
