import type { ServerUrls } from './urls.ts';

/** What a browser shows until the console takes its place. */
export function landingPage({ mcp, api, openapi }: ServerUrls): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Plugboard</title></head>
<body>
<h1>Plugboard is running</h1>
<p><a href="/account">Sign in</a> to see to your account. There is no console yet. These are its addresses:</p>
<dl>
<dt>MCP endpoint for agents</dt><dd><code>${escape(mcp)}</code></dd>
<dt>API</dt><dd><code>${escape(api)}</code></dd>
<dt>Description of the API</dt><dd><a href="${escape(openapi)}">${escape(openapi)}</a></dd>
</dl>
<p>An agent's client that speaks OAuth needs the URL of the endpoint alone: it opens a page on which you sign in and choose what it may use. Others are given a token: <code>plugboard connect</code> says how.</p>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
