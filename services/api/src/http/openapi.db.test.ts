import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'

let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createDatabase()
  api = await startTestApi(database.url)
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

test('/openapi.json is valid OpenAPI 3.1', async () => {
  const { body } = await api.call('GET', '/openapi.json')
  expect(body['openapi']).toBe('3.1.0')
  const { valid, errors } = await new Validator().validate(body)
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
})

test('every operation says what it is for, who may, and how it refuses', async () => {
  const { body } = await api.call('GET', '/openapi.json')
  for (const [path, methods] of Object.entries<Record<string, any>>(body['paths'])) {
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method} ${path}`
      expect(operation.summary, name).toBeTruthy()
      expect(operation.tags, name).toHaveLength(1)
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['400', '429', '503']))
      if (!/^\/api\/(auth|webhooks)\//.test(path)) expect(operation.security, name).toEqual([{ bearer: [] }])
    }
  }
})

test.each([
  ['/api/webhooks/paystack/{tenant}', 'charge.success'],
  ['/api/webhooks/mpesa/{tenant}/{secret}', 'CheckoutRequestID'],
])('%s says what a provider tells, and how it is proved', async (path, word) => {
  const { body } = await api.call('GET', '/openapi.json')
  const { requestBody, description, parameters } = body['paths'][path].post
  expect(JSON.stringify(requestBody.content['application/json'].schema)).toContain(word)
  expect(description).toContain('Proved by')
  expect(parameters.map(({ name }: { name: string }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g))
})

test('/docs shows it to people, under a content security policy', async () => {
  const { status, text, headers } = await api.call('GET', '/docs/')
  expect([status, text.includes('swagger-ui')]).toEqual([200, true])
  expect(headers.get('content-security-policy')).toContain("default-src 'self'")
})

test('/metrics, /healthz and /readyz answer whoever asks', async () => {
  expect((await api.call('GET', '/healthz')).body).toEqual({ status: 'ok' })
  expect((await api.call('GET', '/readyz')).body).toEqual({ ready: true })
  expect((await api.call('GET', '/metrics')).text).toContain('loyalty_api_request_seconds_bucket')
})
