import type { Context } from 'hono';

/** Where the console shows what an MCP App draws. */
export const appFramePath = '/app-frame';

/**
 * An App is somebody else's page. It runs scripts, in an origin of its own that is like no other: without
 * cookies, storage or a way to its parent but messages, and with nothing of the network. What an App
 * asks for in `_meta.ui.csp` is not given (MCP Apps 2026-01-26: a host may allow less).
 */
const headers: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    'sandbox allow-scripts',
    "default-src 'none'",
    "script-src 'unsafe-inline'",
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'font-src data:',
    'media-src data:',
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), display-capture=(), clipboard-read=(), clipboard-write=(), fullscreen=(), payment=(), usb=(), serial=(), hid=(), bluetooth=(), midi=(), screen-wake-lock=(), web-share=()',
  // Looking a name up tells whoever serves it.
  'x-dns-prefetch-control': 'off',
  // Else it would be DENY, for browsers that do not know frame-ancestors.
  'x-frame-options': 'SAMEORIGIN',
  'cache-control': 'no-cache',
};

/**
 * Takes the App's document once, from the console alone, and becomes it. `document.open` removes this
 * script's listener and keeps the policy.
 */
const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>App</title></head>
<body><script>
(() => {
  const host = window.parent;
  if (host === window) return;
  window.addEventListener('message', function take(event) {
    if (event.source !== host || event.origin !== location.origin) return;
    const html = event.data && event.data.plugboardApp;
    if (typeof html !== 'string') return;
    window.removeEventListener('message', take);
    // Policies know nothing of these ways out.
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) {
      Object.defineProperty(window, name, { value: undefined, configurable: false, writable: false });
    }
    document.open();
    document.write(html);
    document.close();
  });
  host.postMessage({ plugboardFrame: 'ready' }, location.origin);
})();
</script></body>
</html>
`;

/** Answers `GET /app-frame`. It holds nothing, so anybody may have it; only our own pages may frame it. */
export function answerAppFrame(c: Context): Response {
  return c.body(page, 200, headers);
}
