import { parentPort, workerData } from 'node:worker_threads'
import { createLoyaltyClient } from '../src/index.ts'

/** One tab, as a thread: it can be killed at any instant, like a tab, and tells its parent what its handlers get. */
const { url, token } = workerData as { url: string; token: string }
const client = createLoyaltyClient({
  apiUrl: url,
  realtimeUrl: url,
  getToken: () => Promise.resolve(token),
  cursor: '1:0',
  shareSocket: true,
})
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (what: object) => parentPort!.postMessage(what)
client.on('event', ({ seq }) => tell({ seq }))
client.on('status', ({ state }) => tell({ state }))
parentPort!.on('message', () => void client.stop().then(() => parentPort!.close()))
client.start()
