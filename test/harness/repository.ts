import { fileURLToPath } from 'node:url';

/** The folder of the checkout, without a slash at its end. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What `./plugboard` runs once it has found Node. */
export const entryPoint = `${repository}/launcher/main.ts`;

/** Arguments of node before the entry point, as the launcher gives them. */
export const nodeFlags = ['--disable-warning=ExperimentalWarning'];
