// @ts-check
/**
 * The microphone, as the browser gives it.
 *
 * Law: records while it is told to, two minutes at most, and gives the microphone back.
 */

const MOST_MS = 120_000;
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

const RATE = 16_000;

/** @param {Blob} recorded @returns {Promise<Blob>} 16 bit, mono, 16 kHz */
async function wav(recorded) {
  const context = new AudioContext();
  const sound = await context.decodeAudioData(await recorded.arrayBuffer());
  await context.close();
  const plain = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * RATE)), RATE);
  const source = plain.createBufferSource();
  source.buffer = sound;
  source.connect(plain.destination);
  source.start();
  const samples = (await plain.startRendering()).getChannelData(0);
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (/** @type {number} */ at, /** @type {string} */ said) => [...said].forEach((c, n) => view.setUint8(at + n, c.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((value, n) => view.setInt16(44 + n * 2, Math.max(-1, Math.min(1, value)) * 32767, true));
  return new Blob([view.buffer], { type: "audio/wav" });
}

export class Recorder {
  constructor() {
    /** @type {?MediaRecorder} */
    this.recorder = null;
    /** @type {Blob[]} */
    this.parts = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @returns {boolean} a microphone can be asked for: on https or localhost only */
  get able() {
    return Boolean(navigator.mediaDevices?.getUserMedia) && typeof MediaRecorder !== "undefined";
  }

  get running() {
    return this.recorder !== null;
  }

  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false } });
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
    this.parts = [];
    recorder.addEventListener("dataavailable", (event) => this.parts.push(event.data));
    recorder.start();
    this.recorder = recorder;
    this.timer = setTimeout(() => recorder.stop(), MOST_MS);
  }

  /** @returns {Promise<Blob>} what was recorded, as WAV: what every server understands */
  async stop() {
    return await wav(await this.end());
  }

  /** @returns {Promise<Blob>} as the browser recorded it */
  end() {
    const recorder = this.recorder;
    if (recorder === null) throw new Error("not recording");
    this.recorder = null;
    clearTimeout(this.timer);
    return new Promise((done) => {
      const finish = () => {
        for (const track of recorder.stream.getTracks()) track.stop();
        done(new Blob(this.parts, { type: recorder.mimeType.split(";")[0] }));
      };
      if (recorder.state === "inactive") finish();
      else {
        recorder.addEventListener("stop", finish);
        recorder.stop();
      }
    });
  }
}
