// Reads a text in Chinese with the phone's own voice, without a network.

/** How long a browser may take to list its voices. */
const VOICES_MS = 1_500;

async function voices(synthesis: SpeechSynthesis): Promise<readonly SpeechSynthesisVoice[]> {
  const known = synthesis.getVoices();
  if (known.length > 0) return known;
  return new Promise((ready) => {
    const done = (): void => ready(synthesis.getVoices());
    synthesis.addEventListener("voiceschanged", done, { once: true });
    setTimeout(done, VOICES_MS);
  });
}

/** Speaks `text`; false when this phone has no Chinese voice of its own, so that the screen can say so. */
export async function readAloud(text: string): Promise<boolean> {
  if (!("speechSynthesis" in window)) return false;
  const voice = (await voices(speechSynthesis)).find((one) => one.lang.replace("_", "-").startsWith("zh") && one.localService);
  if (!voice) return false;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = voice.lang;
  spoken.voice = voice;
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
  return true;
}
