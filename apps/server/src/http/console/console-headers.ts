/**
 * Of the console's page and files. Scripts come from its own files alone, and none is ever made from
 * text: trusted types leave no way to.
 */
export const consoleHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  // Its forms are sent to pages of ours, which want to know where from.
  'referrer-policy': 'same-origin',
};
