import { startCodeWebhook } from '../harness/code-webhook.ts'
import { openCustomerPhone, type CustomerPhone } from '../harness/customer-phone.ts'
import { openStage, type Stage } from './console.ts'

/** Signs customers' QR codes, so that a test can make one that has expired. */
export const CUSTOMER_SECRET = 'browser-tests-'.padEnd(40, 'x')

/** A stage, and customers with telephones of their own: what they do there goes through the real API. */
export type StageWithPhones = {
  readonly stage: Stage
  /** A telephone number that nobody has. */
  newNumber(): string
  phoneOf(number: string, name?: string): Promise<CustomerPhone>
  close(): Promise<void>
}

export async function openStageWithPhones(): Promise<StageWithPhones> {
  const webhook = await startCodeWebhook()
  const stage = await openStage({ api: { ...webhook.env, CUSTOMER_SECRET, SIGN_IN_LIMIT_PER_MINUTE: '1000' } })
  const opened: CustomerPhone[] = []
  let numbers = 0
  return {
    stage,
    newNumber: () => `+4473065${40_000 + numbers++}`,
    async phoneOf(number, name) {
      const phone = await openCustomerPhone(stage.world, webhook, number, name)
      opened.push(phone)
      return phone
    },
    async close() {
      for (const phone of opened) phone.close()
      await stage.close()
      await webhook.close()
    },
  }
}
