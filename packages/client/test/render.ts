import { act, createElement, StrictMode, type ReactNode } from 'react'
import { createRoot, type Container } from 'react-dom/client'
import type { LoyaltyClient } from '../src/client.ts'
import { LoyaltyProvider } from '../src/react/live.ts'

/** Of happy-dom: the project's own types have no DOM. */
declare const document: { createElement(name: 'div'): Container & { readonly textContent: string } }

/** Renders below a provider, twice as strict as production. */
export async function render(client: LoyaltyClient, node: ReactNode) {
  const container = document.createElement('div')
  const root = createRoot(container)
  const show = (shown: ReactNode) =>
    act(async () => root.render(createElement(StrictMode, null, createElement(LoyaltyProvider, { client }, shown))))
  await show(node)
  return { text: () => container.textContent, show, unmount: () => act(async () => root.unmount()) }
}
