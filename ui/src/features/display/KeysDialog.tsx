import { useEffect } from 'react'

import { Dialog } from '@/components/Dialog'
import { caps, keymap, type Action } from '@/lib/keymap'
import { letKeysGo } from '@/lib/keys'
import { usePreferences } from '@/lib/preferences'

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { singleKeys } = usePreferences()
  useEffect(letKeysGo, [])
  return (
    <Dialog title="Keys" onClose={onClose}>
      <p>{singleKeys ? 'Single keys never act in a field, nor with Ctrl, Alt or Meta.' : 'Single keys are switched off in this browser; the display menu switches them on.'}</p>
      <ul className="keys mt12">
        {(Object.keys(keymap) as Action[]).map((action) => ( // its keys are the actions
          <li key={action}>
            <span className="mid">{keymap[action].label}</span>
            <span>
              {caps(action).map((cap) => (
                <kbd key={cap}>{cap}</kbd>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
