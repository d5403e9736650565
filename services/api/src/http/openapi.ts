import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { createJsonSchemaTransform } from 'fastify-type-provider-zod'
import type { App } from './app-types.ts'

/** Describes every route from its own schemas: /openapi.json for programs, /docs for people. */
export async function registerOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'loyalty-live API',
        version: '1.0.0',
        description:
          'Points as if they were money. Errors are RFC 9457 problem+json with a `code`. Every request that moves points needs an Idempotency-Key. Every snapshot carries the `cursor` of the stream position that it reflects; live changes come from the realtime server, or from GET /api/events.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: (document) => {
      const { access = 'public', rawBody } = document.route.config ?? {}
      const schema = rawBody === undefined ? document.schema : { ...document.schema, body: rawBody }
      const transformed = createJsonSchemaTransform({})({ ...document, schema })
      if (access === 'public') return transformed
      const who = `For the roles ${access.join(', ')}.`
      return {
        ...transformed,
        schema: {
          ...transformed.schema,
          description: [transformed.schema.description, who].filter(Boolean).join(' '),
          security: [{ bearer: [] }],
        },
      }
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  app.get('/openapi.json', { schema: { hide: true }, config: { rateLimit: false } }, () => app.swagger())
}
