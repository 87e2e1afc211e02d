/**
 * A receipt on a serial cable, with a question behind every part of it. A cable does not tell that the printer was off: what was in its
 * buffer, and what came meanwhile, is lost, and the fence at the end is answered all the same.
 *
 *   part 1 · question 1 · part 2 · question 2 · … · last part · fence
 *
 * A printer that was off loses the questions that were in its buffer or on their way. It needs longer to start than a part takes on the
 * cable, so that at least one is among them, and the receipt is in doubt. Questions stand only behind a line or a picture, where the
 * printer looks for a command. Pictures are cut into lower ones: the paper looks the same.
 */
import { printPicture } from "../escpos.ts";
import { takeCommand } from "../raw/commands.ts";

export interface Checkpoint {
	/** Bytes of the body up to and with the question. */
	end: number;
	/** Repeated by the answer. */
	tag: string;
}

export interface CheckedBody {
	bytes: Uint8Array;
	checkpoints: readonly Checkpoint[];
}

/** Time of one part on the cable: shorter than a printer takes to start, so that one that was off loses at least one question. */
const partMs = 400;

export function withCheckpoints(
	body: Uint8Array,
	bytesPerSecond: number,
	nextTag: () => string,
	ask: (tag: string) => Uint8Array,
): CheckedBody {
	const mostBytes = Math.ceil((bytesPerSecond * partMs) / 1_000);
	const pieces: Uint8Array[] = [];
	const checkpoints: Checkpoint[] = [];
	let written = 0;
	let unasked = 0;
	const put = (piece: Uint8Array): void => {
		pieces.push(piece);
		written += piece.length;
		unasked += piece.length;
	};
	for (const { bytes, mayAskBehind } of commandsOf(body, mostBytes)) {
		put(bytes);
		if (!mayAskBehind || unasked < mostBytes / 2) continue;
		const tag = nextTag();
		put(ask(tag));
		checkpoints.push({ end: written, tag });
		unasked = 0;
	}
	return { bytes: Buffer.concat(pieces), checkpoints };
}

/** The commands of a body, pictures in lower pieces; what cannot be read, and all behind it, is one piece. */
function* commandsOf(body: Uint8Array, mostBytes: number): Generator<{ bytes: Uint8Array; mayAskBehind: boolean }> {
	for (let at = 0; at < body.length; ) {
		const held = body.subarray(at);
		const taken = takeCommand(held);
		if (typeof taken === "string" || !("command" in taken)) return void (yield { bytes: held, mayAskBehind: false });
		const { command, length } = taken;
		at += length;
		if (command.is === "picture" && command.mode === 0 && length > mostBytes / 2) {
			const rows = Math.max(1, Math.floor(mostBytes / 2 / command.bytesPerRow));
			for (let row = 0; row < command.rows; row += rows) {
				const dots = command.dots.subarray(row * command.bytesPerRow, (row + rows) * command.bytesPerRow);
				yield {
					bytes: printPicture({ bytesPerRow: command.bytesPerRow, rows: dots.length / command.bytesPerRow, dots }),
					mayAskBehind: true,
				};
			}
			continue;
		}
		const isLine = command.is === "picture" || command.is === "print-stored" || (command.is === "feed" && held[0] === 0x0a);
		yield { bytes: held.subarray(0, length), mayAskBehind: isLine };
	}
}
