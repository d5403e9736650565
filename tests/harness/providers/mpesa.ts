import { createDaraja, type Daraja } from '../../../scripts/mpesa/daraja.ts'
import { listen, type StandIn } from './stand-in.ts'

export { stkCallback } from '../../../scripts/mpesa/daraja.ts'

export type MpesaStandIn = StandIn & Pick<Daraja, 'pushes' | 'callBack'>

/** Safaricom's Daraja API; tests say what people do at their telephones. */
export async function startMpesa(): Promise<MpesaStandIn> {
  const { serve, pushes, callBack } = createDaraja()
  return { ...(await listen(serve)), pushes, callBack }
}
