// No screenshot of what belongs to a customer. A shell begins protected; a screen that shows nothing of anybody opens it.

import { screenService, type Protection } from "../replica";

let secrets = 0;
let isWaiting = false;
let said: Protection | undefined;
let saying: Promise<void> = Promise.resolve();

function settle(): void {
  isWaiting = false;
  const wanted: Protection = secrets > 0 ? "secure" : "open";
  if (wanted === said) return;
  said = wanted;
  // One after the other: the last one said is the one in force. A shell that fails stays as it was, which is protected.
  saying = saying.then(() => screenService.protect(wanted)).then(
    () => undefined,
    () => {
      said = undefined;
    },
  );
}

/** Once the screens have changed places: between two that are protected nothing is opened. */
function soon(): void {
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(settle, 0);
}

/** This screen shows what nobody else may see, until the returned function is called. */
export function secret(): () => void {
  secrets += 1;
  soon();
  return () => {
    secrets -= 1;
    soon();
  };
}

/** This screen shows nothing of anybody. */
export function plain(): void {
  soon();
}
