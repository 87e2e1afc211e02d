/**
 * Frames between a host and an OpenDisplay label over TCP: port 2446 plain, port 2447 inside TLS. The frames are the same.
 *
 *   ┌─────────────┬──────────────────────────┐
 *   │ length u16  │ payload, 1 to 4094 bytes │      length little-endian, without itself
 *   └─────────────┴──────────────────────────┘
 *   request    00 opcode, data
 *   reply      status opcode, data             status 00 done, FF error; old firmware says FF FF for any error
 *   needs key  00 opcode FE | FE opcode        00 opcode FF: the label could not decrypt the request
 *
 * Replies carry no number of their request, so that one command is out at a time. A label that announces a length outside the range has
 * lost its place in the stream: nothing behind it can be read, and the link must be closed.
 *
 * Source: OpenDisplay protocol text 2.2, section 9; firmware wifi_service and communication (facts only, no code).
 */

export const opcodes = {
	config: 0x40,
	firmware: 0x43,
	advert: 0x44,
	start: 0x70,
	data: 0x71,
	end: 0x72,
	/** Unasked: the panel has drawn. */
	drawn: 0x73,
	/** Unasked: the panel did not finish in time. */
	notDrawn: 0x74,
} as const;

const longestPayload = 4_094;
/** Bytes of a picture in one data frame: the longest payload less its two opcode bytes. */
export const longestData = longestPayload - 2;
/** Bytes of a compressed picture in the frame that starts it; over Bluetooth more would not fit, and over TCP more is not promised. */
const longestHead = 194;

export function frameOf(payload: Uint8Array): Uint8Array {
	const frame = new Uint8Array(2 + payload.length);
	frame[0] = payload.length & 0xff;
	frame[1] = payload.length >> 8;
	frame.set(payload, 2);
	return frame;
}

const request = (opcode: number, ...data: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat([Buffer.from([0, opcode]), ...data]));

export const question = (opcode: number): Uint8Array => request(opcode);

/** Announces a picture that is sent as it stands; the label knows its size. */
export const startRaw = (): Uint8Array => request(opcodes.start);

/** Announces a compressed picture; `size` is the number of bytes it unpacks to. Says how many bytes of the stream are in this frame. */
export function startCompressed(size: number, stream: Uint8Array): { payload: Uint8Array; taken: number } {
	const length = Buffer.alloc(4);
	length.writeUInt32LE(size);
	const head = stream.subarray(0, longestHead);
	return { payload: request(opcodes.start, length, head), taken: head.length };
}

export const dataOf = (bytes: Uint8Array): Uint8Array => request(opcodes.data, bytes);

/** Ends a compressed picture and draws it in full: the panel's fast refresh leaves a ghost of the price before. */
export const endOf = (): Uint8Array => request(opcodes.end, Uint8Array.of(0));

export type Reply =
	| { is: "done"; opcode: number; data: Uint8Array }
	| { is: "error"; opcode: number; data: Uint8Array }
	/** The label asks for a key before it obeys this command. */
	| { is: "locked"; opcode: number }
	/** A frame needs at least two bytes and a known first byte; this one has not. */
	| { is: "unreadable" };

export function readReply(frame: Uint8Array): Reply {
	if (frame.length < 2) return { is: "unreadable" };
	const [status, opcode] = [frame[0]!, frame[1]!];
	if (status === 0xfe && frame.length === 2) return { is: "locked", opcode };
	if (status === 0x00 && frame.length === 3 && (frame[2] === 0xfe || frame[2] === 0xff)) return { is: "locked", opcode };
	if (status !== 0x00 && status !== 0xff) return { is: "unreadable" };
	return { is: status === 0 ? "done" : "error", opcode, data: frame.subarray(2) };
}

export interface FrameCutter {
	/** Give this to `Port.onBytes`. */
	(bytes: Uint8Array): void;
	/** Bytes of a frame whose rest has not come. */
	held(): number;
}

/**
 * Cuts what a label sends into frames, whatever the pieces the network hands over; holds one frame at most. `onLost` is called once, for
 * the first length outside the range; what comes after it is dropped.
 */
export function frameCutter(onFrame: (payload: Uint8Array) => void, onLost: () => void): FrameCutter {
	const held = new Uint8Array(2 + longestPayload);
	let length = 0;
	let isLost = false;

	const take = (bytes: Uint8Array): void => {
		for (let at = 0; at < bytes.length && !isLost; ) {
			const wanted = length < 2 ? 2 : 2 + (held[0]! | (held[1]! << 8));
			const piece = bytes.subarray(at, at + wanted - length);
			held.set(piece, length);
			length += piece.length;
			at += piece.length;
			if (length < wanted) return;
			const announced = held[0]! | (held[1]! << 8);
			if (announced === 0 || announced > longestPayload) {
				isLost = true;
				length = 0;
				onLost();
			} else if (length === 2 + announced) {
				length = 0;
				onFrame(held.slice(2, 2 + announced));
			}
		}
	};
	return Object.assign(take, { held: () => length });
}
