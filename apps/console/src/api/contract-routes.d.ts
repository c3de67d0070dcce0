declare module 'virtual:contract-routes' {
  import type { AnyContractRouter } from '@orpc/contract';

  /** Methods and paths of the API; see `build/contract-routes.ts`. */
  export const contractRoutes: AnyContractRouter;
}
