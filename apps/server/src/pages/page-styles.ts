import { hash } from 'node:crypto';

const text = `
:root { color-scheme: light dark; --ink: #0f172a; --soft: #475569; --paper: #ffffffd9; --line: #cbd5e1;
  --accent: #0369a1; --accent-ink: #ffffff; --bad: #b91c1c; --bad-paper: #fef2f2; --good: #047857; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f1f5f9; --soft: #a8b4c6; --paper: #0f172ad9; --line: #334155; --accent: #38bdf8;
    --accent-ink: #082f49; --bad: #fca5a5; --bad-paper: #450a0a; --good: #6ee7b7; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
  background: radial-gradient(60rem 40rem at 10% -10%, #0ea5e955, transparent),
    radial-gradient(50rem 40rem at 110% 110%, #8b5cf655, transparent), light-dark(#f1f5f9, #020617); }
.card { width: min(30rem, 100%); padding: 2rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--paper); backdrop-filter: blur(12px); box-shadow: 0 10px 40px #0206171f; }
.brand { margin: 0; font-weight: 600; color: var(--accent); }
h1 { margin: .25rem 0 1rem; font-size: 1.5rem; line-height: 1.2; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
label { display: block; margin: .9rem 0 .3rem; font-weight: 600; }
label.choice { display: flex; gap: .6rem; align-items: start; font-weight: 400; margin: .4rem 0; }
input:not([type=checkbox], [type=radio]), select { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .5rem; }
select option { color: #0f172a; background: #fff; }
button, .button { display: inline-block; margin: 1.2rem .5rem 0 0; padding: .6rem 1.1rem; font: inherit; font-weight: 600;
  text-decoration: none; color: var(--accent-ink); background: var(--accent); border: 1px solid var(--accent);
  border-radius: .5rem; cursor: pointer; }
button.quiet, .button.quiet { color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
.soft, small { color: var(--soft); }
.problem { padding: .7rem .9rem; border-radius: .5rem; color: var(--bad); background: var(--bad-paper); }
.done { color: var(--good); }
code { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul, ol { padding-left: 1.2rem; }
li form { display: inline-block; }
li button { margin: 0 0 0 .4rem; padding: .15rem .6rem; }
.qr { width: 12rem; padding: .5rem; background: #fff; border-radius: .5rem; }
.qr svg { display: block; width: 100%; height: auto; }
.codes { columns: 2; }
[hidden] { display: none !important; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0 0; padding: .4rem 1rem .8rem; }
`;

/** The one style sheet of the pages. Its path changes with it, so it may be kept for ever. */
export const pageStyles = {
  path: `/pages/${hash('sha256', text, 'hex').slice(0, 16)}.css`,
  text,
} as const;
