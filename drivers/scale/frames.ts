/**
 * Cuts a stream into frames between two bytes, as weighing terminals send them: from `begin` to the first of `ends`.
 * The parity bit of a line that is set to eight bits is taken off. What stands outside of frames is counted once per run.
 */
export interface FrameCutter {
	take(bytes: Uint8Array): void;
}

const longestFrame = 64;

export function frameCutter(options: {
	begin: number;
	ends: readonly number[];
	/** Bytes that are messages of their own outside of a frame: ACK, NAK. */
	alone?: readonly number[];
	/** Bytes that may stand between frames. */
	between?: readonly number[];
	/** Whether `begin` may stand inside a frame as well; else a second one tells that the first frame was cut off. */
	beginIsData?: boolean;
	onFrame(text: string): void;
	onAlone?(byte: number): void;
	onGarbled(): void;
}): FrameCutter {
	const { begin, ends, alone = [], between = [0x0d, 0x0a, 0x00, 0x04] } = options;
	let held: number[] | undefined;
	let isSkipping = false;
	const skip = (): void => {
		if (!isSkipping) options.onGarbled();
		isSkipping = true;
	};
	const takeByte = (byte: number): void => {
		if (held) {
			if (ends.includes(byte)) {
				const text = String.fromCharCode(...held);
				held = undefined;
				options.onFrame(text);
			} else if (byte === begin && !options.beginIsData) {
				options.onGarbled(); // the frame before it was cut off
				held = [];
			} else if (held.length >= longestFrame) {
				held = undefined;
				skip();
			} else held.push(byte);
			return;
		}
		if (byte === begin) {
			held = [];
			isSkipping = false;
		} else if (alone.includes(byte)) {
			isSkipping = false;
			options.onAlone?.(byte);
		} else if (!between.includes(byte)) skip();
	};
	return {
		take(bytes) {
			for (const byte of bytes) takeByte(byte & 0x7f);
		},
	};
}
