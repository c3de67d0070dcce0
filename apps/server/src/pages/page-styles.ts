import { hash } from 'node:crypto';

/** As `apps/console/src/ui/tokens.css` has them: the pages look as the console does. */
const dark = `color-scheme: dark; --bg: #060b18; --glow-a: #0ea5e92e; --glow-b: #8b5cf62e; --glow-c: #06b6d424;
  --surface: #0f1a2fa6; --raised: #111c33; --sunken: #0206178c; --hover: #ffffff0d; --line: #94a3b829;
  --line-strong: #7c8ba3; --ink: #f1f5f9; --soft: #b6c2d4; --accent: #38bdf8; --accent-ink: #062033;
  --good: #6ee7b7; --bad: #fca5a5; --bad-soft: #ef444429; --shade: 0 2px 6px #0006, 0 28px 70px -16px #000;`;

const text = `
:root { color-scheme: light; --bg: #f4f7fb; --glow-a: #0ea5e926; --glow-b: #8b5cf61f; --glow-c: #06b6d41f;
  --surface: #ffffffb8; --raised: #ffffff; --sunken: #e9eff7a6; --hover: #0f172a0a; --line: #0f172a1a;
  --line-strong: #64748b; --ink: #0f172a; --soft: #475569; --accent: #0369a1; --accent-ink: #ffffff;
  --good: #047857; --bad: #b91c1c; --bad-soft: #ef44441a;
  --shade: 0 2px 6px #0f172a14, 0 24px 60px -16px #0f172a47; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { ${dark} } }
:root[data-theme=dark] { ${dark} }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100dvh; display: grid; grid-template-columns: minmax(0, 30rem); place-content: center;
  padding: 1.5rem 1rem; color: var(--ink);
  font: .9375rem/1.6 ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  -webkit-font-smoothing: antialiased; background: var(--bg); }
body::before { content: ''; position: fixed; inset: 0; z-index: -1; background:
  radial-gradient(60rem 36rem at 8% -12%, var(--glow-a), transparent 70%),
  radial-gradient(48rem 34rem at 102% 8%, var(--glow-b), transparent 70%),
  radial-gradient(50rem 34rem at 60% 112%, var(--glow-c), transparent 70%), var(--bg); }
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.25rem; font-weight: 600;
  letter-spacing: -.01em; color: var(--ink); text-decoration: none; width: max-content; }
.brand svg { width: 1.75rem; height: 1.75rem; }
.card { width: 100%; padding: clamp(1.25rem, 5vw, 2rem); border: 1px solid var(--line); border-radius: .875rem;
  background: var(--surface); backdrop-filter: blur(14px) saturate(140%); box-shadow: var(--shade); }
h1 { margin: 0 0 1rem; font-size: 1.375rem; font-weight: 650; line-height: 1.25; letter-spacing: -.015em; }
h2 { margin: 2rem 0 .5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: 1rem; }
p { margin: .75rem 0; }
label { display: block; margin: .9rem 0 .3rem; font-size: .875rem; font-weight: 550; }
label.choice { display: flex; gap: .6rem; align-items: start; font-weight: 400; margin: .4rem 0; }
input:not([type=checkbox], [type=radio]), select { width: 100%; min-height: 2.5rem; padding: .45rem .75rem; font: inherit;
  color: inherit; background: var(--raised); border: 1px solid var(--line-strong); border-radius: .5rem; }
input[type=checkbox], input[type=radio] { width: 1.1rem; height: 1.1rem; margin: .2rem 0 0; accent-color: var(--accent); }
button, .button { display: inline-block; margin: 1.2rem .5rem 0 0; padding: .45rem 1rem; min-height: 2.5rem; font: inherit;
  font-weight: 550; text-decoration: none; color: var(--accent-ink); background: var(--accent);
  border: 1px solid transparent; border-radius: .5rem; cursor: pointer; }
button:hover, .button:hover { filter: brightness(1.1); }
button.quiet, .button.quiet { color: var(--ink); background: var(--raised); border-color: var(--line-strong); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); text-underline-offset: .2em; }
.soft, small { color: var(--soft); }
.problem { padding: .7rem .9rem; border-radius: .5rem; color: var(--bad); background: var(--bad-soft); }
.done { color: var(--good); }
code { overflow-wrap: anywhere; font: .875em ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul, ol { padding-left: 1.2rem; }
li { overflow-wrap: anywhere; }
li form { display: inline-block; }
li button { margin: 0 0 0 .4rem; padding: .1rem .6rem; min-height: 1.75rem; font-size: .875rem; }
.qr { width: 12rem; padding: .5rem; background: #fff; border-radius: .5rem; }
.qr svg { display: block; width: 100%; height: auto; }
.codes { columns: 2; }
[hidden] { display: none !important; }
fieldset { border: 1px solid var(--line-strong); border-radius: .5rem; margin: 1rem 0 0; padding: .4rem 1rem .8rem; min-width: 0; }
`;

/** The one style sheet of the pages. Its path changes with it, so it may be kept for ever. */
export const pageStyles = {
  path: `/pages/${hash('sha256', text, 'hex').slice(0, 16)}.css`,
  text,
} as const;
