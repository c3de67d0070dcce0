import { minifyContractRouter } from '@orpc/contract';
import { apiContract } from '@plugboard/contracts/api';
import type { Plugin } from 'vite';

const name = 'virtual:contract-routes';
const resolved = `\0${name}`;

/**
 * Gives the console the methods and paths of the API without its schemas: `virtual:contract-routes`.
 * The server checks what it is sent, and zod stays out of the bundle.
 */
export function contractRoutes(): Plugin {
  return {
    name: 'plugboard-contract-routes',
    resolveId: (id) => (id === name ? resolved : undefined),
    load: (id) =>
      id === resolved
        ? `export const contractRoutes = ${JSON.stringify(minifyContractRouter(apiContract))};`
        : undefined,
  };
}
