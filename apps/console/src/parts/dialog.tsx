import { Modal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useWords } from '../language/language.tsx'

/** A dialog that is there as long as it is rendered. Whoever opened it has the focus again when it closes. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  const words = useWords().app
  const [opener] = useState(() => document.activeElement)
  useEffect(() => {
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [opener])
  return <Modal opened centered radius="lg" closeButtonProps={{ 'aria-label': words.close }} {...props} />
}
