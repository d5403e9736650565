import { Component, type ReactNode } from 'react'
import { useWords } from '../words/language.tsx'
import { Button } from './button.tsx'
import { Empty } from './states.tsx'

/** Stands in for a page that failed, such as one whose file could not be loaded; what is around it goes on. */
export class Broken extends Component<{ children: ReactNode }, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false }

  static getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render() {
    return this.state.hasFailed ? <Again /> : this.props.children
  }
}

function Again() {
  const words = useWords().app
  return (
    <Empty title={words.broken}>
      <Button onClick={() => location.reload()}>{words.reload}</Button>
    </Empty>
  )
}
