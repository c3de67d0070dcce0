import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { apiContract, apiErrorBodySchema } from '@plugboard/contracts/api';
import { z } from 'zod';

/** The OpenAPI 3.1 description of the API at `apiUrl`. */
export async function openapiDocument(apiUrl: string, version: string): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const error = { $ref: '#/components/schemas/Error' };
  const document = await generator.generate(apiContract, {
    info: {
      title: 'Plugboard',
      version,
      description:
        'Every request needs an API key: `Authorization: Bearer pbk_…`. Wherever a toolbox, an instance or an agent is named, its slug or its id will do.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiUrl }],
    security: [{ apiKey: [] }],
    components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
    customErrorResponseBodySchema: () => error,
  });
  const schema = z.toJSONSchema(apiErrorBodySchema, { target: 'draft-2020-12' });
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, Error: schema },
    },
  };
}
